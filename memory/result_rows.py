"""What runs found of their leads, a row a lead and run, for questions about them.

Of the run folders that are known, the newest are read, each once as long as its file does not change.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from memory.result_lines import ResultRow, rows_of
from memory.run_places import RunPlaces

MOST_FOLDERS = 20
MOST_ROWS = 20_000
LARGEST = 500_000_000  # bytes of one file


@dataclass(frozen=True)
class FoundResults:
    """The rows, and which are the latest of their leads. `left_out`: there was more than is read."""

    rows: tuple[ResultRow, ...] = ()
    latest: dict[str, ResultRow] = field(default_factory=dict)  # by lead id
    left_out: bool = False


@dataclass
class ResultRows:
    """The results of the runs that a data store knows."""

    places: RunPlaces
    folders: int = MOST_FOLDERS
    most: int = MOST_ROWS
    _read: dict[Path, tuple[tuple[int, int], tuple[ResultRow, ...]]] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)  # held by one thread at a time: what was read is all callers'

    async def found(self) -> FoundResults:
        """What is there now, the latest run first. A folder that is gone, or cannot be read, is passed over."""
        known = await self.places.recent(self.folders + 1)
        rows, left_out = await asyncio.to_thread(self._in_turn, known[: self.folders])
        latest: dict[str, ResultRow] = {}
        for row in rows:
            latest.setdefault(row.lead_id, row)
        return FoundResults(tuple(rows), latest, left_out or len(known) > self.folders)

    def _in_turn(self, known: Sequence[tuple[Path, datetime]]) -> tuple[list[ResultRow], bool]:
        with self._turn:
            return self._rows(known)

    def _rows(self, known: Sequence[tuple[Path, datetime]]) -> tuple[list[ResultRow], bool]:
        found: list[ResultRow] = []
        wanted = {folder / "runs.jsonl" for folder, _ in known}
        self._read = {path: kept for path, kept in self._read.items() if path in wanted}
        left_out = False
        for number, (folder, at) in enumerate(known, start=1):
            room = self.most - len(found)
            if room <= 0:
                return found, True
            rows = self._of(folder / "runs.jsonl", at)
            left_out |= rows is None or len(rows) > room
            told = {"run_number": number, "run_at": at}
            found += [row.model_copy(update=told) for row in (rows or ())[:room]]
        return found, left_out

    def _of(self, path: Path, at: datetime) -> tuple[ResultRow, ...] | None:
        """The file's rows; none where it is not there, and None where it is too large to be read."""
        try:
            facts = path.stat()
            if facts.st_size > LARGEST:
                return None
            stamp = (facts.st_mtime_ns, facts.st_size)
            if (kept := self._read.get(path)) is None or kept[0] != stamp:
                kept = self._read[path] = (stamp, tuple(rows_of(path, at, self.most)))
        except OSError:
            return ()
        return kept[1]
