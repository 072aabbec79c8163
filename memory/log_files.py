"""A log file that several processes write to, a day at a time.

Each record is one append, which the kernel keeps whole among processes. The file's day is that of its first
line. Whoever finds that the day is over, or the file full, renames it under a lock; who had it open meanwhile
appends to the renamed file, so no line is lost.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DAYS = 7  # that are kept
FULL = 20_000_000  # bytes; a day that writes more gets another file
FILES = 20  # of one name that are kept, however few days they are of
DAY = re.compile(rb"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class DailyFile:
    """The log at `path`; yesterday's is beside it, as `zigral.2026-03-01.log`."""

    path: Path
    full: int = FULL

    def append(self, line: str, today: date) -> bool:
        """Add a line that begins with its date. False where the file cannot be written: a log stops nothing."""
        data = line.encode("utf-8", "replace")
        try:
            self._append(data, today)
        except FileNotFoundError:
            return self._append_in_new_folder(data, today)
        except OSError:
            return False
        return True

    def _append_in_new_folder(self, data: bytes, today: date) -> bool:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._append(data, today)
        except OSError:
            return False
        return True

    def _append(self, data: bytes, today: date) -> None:
        descriptor = self._open()
        try:
            if self._is_over(descriptor, today):
                self._rotate(today)
                os.close(descriptor)
                descriptor = self._open()
            os.write(descriptor, data)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def _is_over(self, descriptor: int, today: date) -> bool:
        """Whether the day is over or the file full. A clock that lags begins no file of its own."""
        day = DAY.match(os.pread(descriptor, 10, 0))
        is_past = day is not None and day[0].decode() < today.isoformat()
        return is_past or os.fstat(descriptor).st_size > self.full

    def _rotate(self, today: date) -> None:
        """Put the file aside, unless another process does or did so."""
        with _alone(self.path.with_name(".lock")) as alone:
            if not alone:
                return
            descriptor = self._open()
            try:
                over = self._is_over(descriptor, today)
                first = DAY.match(os.pread(descriptor, 10, 0))
            finally:
                os.close(descriptor)
            if over:
                self.path.rename(self._free_name(first[0].decode() if first else today.isoformat()))
                self._forget(today)

    def _free_name(self, day: str) -> Path:
        names = (f"{self.path.stem}.{day}{'' if n == 1 else f'.{n}'}{self.path.suffix}" for n in range(1, 10**6))
        return next(path for name in names if not (path := self.path.with_name(name)).exists())

    def _forget(self, today: date) -> None:
        """Remove what is older than `DAYS`, and the oldest of too many."""
        pattern = re.compile(rf"{re.escape(self.path.stem)}\.(\d{{4}}-\d\d-\d\d)(?:\.(\d+))?{self.path.suffix}")
        found = ((pattern.fullmatch(path.name), path) for path in self.path.parent.iterdir())
        kept = sorted((match[1], int(match[2] or 1), path) for match, path in found if match)
        oldest = (today - timedelta(days=DAYS)).isoformat()
        for number, (day, _, path) in enumerate(reversed(kept)):
            if day < oldest or number >= FILES:
                path.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether the lock could be had at once."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
