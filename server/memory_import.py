"""A file of interactions into the memory: what `zigral memory import` does, counted."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from memory.errors import Malformed
from memory.indexed_interactions import IndexedInteractions
from memory.suppressions import Suppressions
from tools.interaction_file import Line, read_interactions

CHUNK = 500  # lines kept at once
SHOWN = 1_000  # rejected lines that are told one by one


@dataclass
class Counts:
    """What became of the lines. `new` counts those that changed what was known under their id, too."""

    lines: int = 0
    accepted: int = 0
    new: int = 0
    rejected: int = 0
    reasons: list[Line] = field(default_factory=list)  # the first of them

    def reject(self, line: Line) -> None:
        self.rejected += 1
        if len(self.reasons) < SHOWN:
            self.reasons.append(line)


async def import_lines(path: Path, interactions: IndexedInteractions, on_line: Callable[[str], None]) -> Counts:
    """Keep every line that is an interaction. `Malformed` where none is: then it is another kind of file."""
    counts = Counts()
    lines = read_interactions(path)
    while chunk := await asyncio.to_thread(lambda: list(islice(lines, CHUNK))):
        counts.lines += len(chunk)
        chunk = await _refuse_suppressed(chunk, Suppressions(interactions.records.redis))
        good = [line.item for line in chunk if line.item]
        counts.accepted += len(good)
        for line in chunk:
            if line.item is None:
                counts.reject(line)
        counts.new += await interactions.remember(good)
        for _ in chunk:
            on_line("")
    if not counts.accepted:
        first = counts.reasons[0]
        raise Malformed(f"{path} has no interaction in it. Line {first.number}: {first.reason}")
    return counts


async def _refuse_suppressed(lines: Sequence[Line], suppressions: Suppressions) -> list[Line]:
    """The lines, of which those of people who were erased are rejected."""
    suppressed = await suppressions.among({line.item.person for line in lines if line.item})
    return [
        replace(line, item=None, reason="The person is on the suppression list.")
        if line.item and line.item.person in suppressed
        else line
        for line in lines
    ]
