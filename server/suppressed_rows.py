"""Rows of people who must not come back: refused like any other row that cannot be, without their cells."""

from collections.abc import Sequence
from dataclasses import replace

from memory.suppressions import Suppressions
from tools.lead_row import Row

REASON = "suppressed"


async def refuse_suppressed(rows: Sequence[Row], suppressions: Suppressions) -> list[Row]:
    """The rows, of which those that name a suppressed address are rejected and keep their line alone."""
    suppressed = await suppressions.among({row.lead.email for row in rows if row.lead})
    return [
        replace(row, status="rejected", reason=REASON, cells=(), warnings=(), lead=None)
        if row.lead and row.lead.email in suppressed
        else row
        for row in rows
    ]
