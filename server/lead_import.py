"""A file of leads into the store: what `zigral import` does, counted."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from memory.leads import Leads, Outcome, Policy
from memory.suppressions import Suppressions
from server.mx_warnings import MxCheck
from server.suppressed_rows import refuse_suppressed
from tools.lead_file import LeadFile
from tools.lead_rejects import rejected_file
from tools.lead_row import Row

CHUNK = 1000  # rows read from the file before the store is spoken to


@dataclass
class Counts:
    """What became of the rows. A duplicate may have been `copied` into the store, or have `updated` it."""

    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    copied: int = 0
    updated: int = 0
    warnings: Counter[str] = field(default_factory=Counter)  # of the accepted rows

    def add_row(self, row: Row) -> None:
        """Count a row by what the file alone says of it."""
        self.rows += 1
        self.accepted += row.status == "accepted"
        self.duplicate += row.status == "duplicate"
        self.rejected += row.status == "rejected"
        self.warnings.update(row.warnings)

    def totals(self) -> dict[str, int]:
        """The rows by what became of them."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}

    def add_outcome(self, outcome: Outcome) -> None:
        """An accepted row that the store knew already is a duplicate."""
        if outcome != "added":
            self.accepted -= 1
            self.duplicate += 1
        self.copied += outcome == "copied"
        self.updated += outcome == "updated"


async def import_rows(
    file: LeadFile,
    leads: Leads,
    *,
    suppressions: Suppressions,
    policy: Policy,
    rejected: Path,
    on_chunk: Callable[[str], None],
    mx: MxCheck | None = None,
) -> Counts:
    """Keep the accepted leads in the store and the rejected rows at `rejected`; `on_chunk` hears of every 1,000."""
    counts = Counts()
    rows = file.rows()
    with rejected_file(rejected, file) as reject:
        while chunk := await asyncio.to_thread(lambda: list(islice(rows, CHUNK))):
            checked = await refuse_suppressed(chunk, suppressions)
            checked = await mx.mark(checked) if mx else checked
            for row in checked:
                counts.add_row(row)
                if row.status == "rejected":
                    reject(row)
            for outcome in await leads.add([row.lead for row in checked if row.lead], policy):
                counts.add_outcome(outcome)
            on_chunk("")
    return counts
