"""`runs.jsonl`: one result a line, only ever added to; the last line for a lead is the one that counts."""

import asyncio
import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from memory.errors import Invalid, NotFound, Unavailable
from memory.records import LeadStatus, Result

MAX_LINE = 16 * 1024 * 1024  # bytes; a longer line is no result of ours
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Entry:
    """Where the line that counts for a lead begins, in bytes, and the status that it holds."""

    offset: int
    status: LeadStatus
    stop: str | None = None  # why the lead was left alone, for what was known of it then


@dataclass(frozen=True)
class Index:
    """What a file holds, without the results themselves: some 200 bytes a lead."""

    entries: dict[str, Entry]  # by lead id, in the order in which the leads first appear
    unreadable: tuple[int, ...]  # line numbers, from 1


@dataclass(frozen=True)
class Results:
    """The results kept in the file at `path`.

    Any number of tasks and processes may append at once: each append holds the file's lock. Reading
    takes no lock, and a line that is being written meanwhile is not seen.
    """

    path: Path

    async def append(self, result: Result) -> None:
        """Add one line and see it on disk; `Unavailable` where it cannot be written, and then none of it is.

        Half a line that a killed process left behind is cut away first.
        """
        text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False, allow_nan=False)
        # JSON has no lone surrogates: each becomes one "?", so that offsets stay right.
        line = text.encode("utf-8", "replace") + b"\n"
        if len(line) > MAX_LINE:
            raise Invalid(
                f"The result for {result.lead.lead_id} is larger than {MAX_LINE >> 20} MB. Shorten its row."
            )
        try:
            await asyncio.to_thread(_append, self.path, line)
        except OSError as error:
            raise Unavailable(
                f"The result could not be written to {self.path} ({error.strerror}). "
                "Make space or allow writing there, and run the same command again; nothing else was lost."
            ) from error

    def index(self) -> Index:
        """One reading of the whole file. `NotFound` where there is none."""
        entries: dict[str, Entry] = {}
        unreadable: list[int] = []
        with self._open() as file:
            for number, (offset, line) in enumerate(_lines(file), start=1):
                if result := _result(line):
                    entries[result.lead.lead_id] = _entry(offset, result)
                else:
                    unreadable.append(number)
        return Index(entries, tuple(unreadable))

    def latest(self, index: Index | None = None) -> Iterator[Result]:
        """The last result of each lead, one at a time, in the order in which the leads first appear."""
        entries = (index or self.index()).entries
        with self._open() as file:
            for entry in entries.values():
                file.seek(entry.offset)
                if result := _result(file.readline(MAX_LINE)):
                    yield result

    def entries(self) -> dict[str, Entry]:
        """What counts for each lead that has a line, by lead id; nothing where there is no file yet."""
        return self.index().entries if self.path.exists() else {}

    def finished(self) -> dict[str, LeadStatus]:
        """The status of each lead that has a line, by lead id."""
        return {lead_id: entry.status for lead_id, entry in self.entries().items()}

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise NotFound(
                f"There are no results at {self.path} ({error.strerror}). Name the --out folder of a run."
            ) from error


def lines_of(path: Path) -> Iterator[bytes]:
    """Every line of a file of results as it stands; `OSError` where it cannot be read."""
    with path.open("rb") as file:
        for _, line in _lines(file):
            yield line


def _entry(offset: int, result: Result) -> Entry:
    return Entry(offset, result.status, result.standing.stop if result.standing else None)


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # given back when the descriptor is closed
        _write(descriptor, _repair(descriptor) + line)
    finally:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    """All of `data`, in one write, or none of it."""
    size = os.fstat(descriptor).st_size
    try:
        _write_whole(descriptor, data)
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):  # then the next append repairs it
            os.ftruncate(descriptor, size)
        raise


def _write_whole(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _repair(descriptor: int) -> bytes:
    """What must stand before the next line: a missing newline. A torn last line is cut away."""
    size = os.fstat(descriptor).st_size
    start = _last_line(descriptor, size)
    if start == size:
        return b""
    if size - start <= MAX_LINE and _result(os.pread(descriptor, size - start, start)):
        return b"\n"
    os.ftruncate(descriptor, start)
    return b""


def _last_line(descriptor: int, size: int) -> int:
    """Where what follows the last newline begins: `size` where nothing does."""
    end = size
    while end > 0:
        begin = max(0, end - BLOCK)
        at = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if at >= 0:
            return begin + at + 1
        end = begin
    return 0


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line with its offset; of one that is too long, nothing but its first `MAX_LINE` bytes."""
    offset = 0
    while line := file.readline(MAX_LINE):
        length = len(line)
        ended = line.endswith(b"\n")
        while not ended and (rest := file.readline(BLOCK)):
            length += len(rest)
            ended = rest.endswith(b"\n")
        yield offset, line
        offset += length


def _result(line: bytes) -> Result | None:
    """The result that `line` holds, or None: blank, torn, foreign or too long."""
    try:
        return Result.model_validate_json(line)
    except ValidationError:
        return None
