"""Rows of people who must not come back: refused like any other row that cannot be, without their cells."""

import re
from collections.abc import Sequence
from dataclasses import replace

from memory.suppressions import Suppressions
from tools.lead_row import Row

REASON = "suppressed"
LIKE_AN_ADDRESS = re.compile(r"[^\s@<>,;:\"'()]{1,64}@[A-Za-z0-9.-]{1,253}")


async def refuse_suppressed(rows: Sequence[Row], suppressions: Suppressions) -> list[Row]:
    """The rows, of which those that name a suppressed address keep their line alone, and are rejected for it.

    A row that was rejected anyway keeps its reason.
    """
    named = [_addresses(row) for row in rows]
    suppressed = await suppressions.among({address for addresses in named for address in addresses})
    return [
        _without_cells(row) if suppressed & addresses else row for row, addresses in zip(rows, named, strict=True)
    ]


def _addresses(row: Row) -> set[str]:
    if row.lead:
        return {row.lead.email}
    cells = row.cells if row.status == "rejected" else ()
    return {found.rstrip(".-") for cell in cells if "@" in cell for found in LIKE_AN_ADDRESS.findall(cell)}


def _without_cells(row: Row) -> Row:
    return replace(row, status="rejected", reason=row.reason or REASON, cells=(), warnings=(), lead=None)
