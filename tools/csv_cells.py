"""The records of a CSV, read as a stream: each with the physical line that it starts on, none beyond a limit."""

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from memory.errors import Invalid

FIELD_LIMIT = 1_000_000  # characters in one cell
RECORD_LIMIT = 4_000_000  # characters in one record, with its quotes and delimiters


class Record(NamedTuple):
    """One record as it came; `line` counts from 1."""

    line: int
    cells: list[str]


def records(stream: TextIO, delimiter: str, name: str) -> Iterator[Record]:
    """Every record of the file `name`, opened as `stream` with `newline=""`; a line with nothing on it is none.

    A cell or a record beyond its limit, or a quote that is never closed, is `Invalid` with its line.
    """
    csv.field_size_limit(FIELD_LIMIT)  # the reader takes its limit from the process and from nowhere else
    lines = _Lines(stream, name)
    reader = csv.reader(lines, delimiter=delimiter)
    while (cells := _next(reader, lines, delimiter)) is not None:
        if cells:
            yield Record(lines.first, cells)
        lines.forget()


class _Lines:
    """A stream's lines, which end in LF, CR or both; those of the record in hand are kept to explain an error."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self.name = name
        self._readline = stream.readline
        self.read = 0
        self.kept: list[str] = []
        self.size = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._readline(RECORD_LIMIT)
        if not line:
            self.ended = True
            raise StopIteration
        self.read += 1
        self.kept.append(line)
        self.size += len(line)
        if self.size >= RECORD_LIMIT:
            raise csv.Error(f"a record is longer than {RECORD_LIMIT:,} characters")
        return line

    @property
    def first(self) -> int:
        return self.read - len(self.kept) + 1

    def place(self, of: int = 0) -> str:
        """Where the kept line number `of`, counted from 0, stands."""
        return f"{self.name}, line {self.first + of}"

    def forget(self) -> None:
        self.kept.clear()
        self.size = 0


def _next(reader: Iterator[list[str]], lines: _Lines, delimiter: str) -> list[str] | None:
    try:
        cells = next(reader, None)
    except csv.Error as error:
        raise _too_long(lines, delimiter) from error
    if lines.ended and lines.kept:
        raise _unclosed(lines, delimiter)
    return cells


def _too_long(lines: _Lines, delimiter: str) -> Invalid:
    opened = open_quote(lines.kept, delimiter)
    if opened is None:
        return Invalid(
            f"a cell has more than {FIELD_LIMIT:,} characters or a record more than {RECORD_LIMIT:,}. Shorten it.",
            where=lines.place(),
        )
    return Invalid(
        f"a quoted cell opens here and has more than {FIELD_LIMIT:,} characters. Close its quote.",
        where=lines.place(opened),
    )


def _unclosed(lines: _Lines, delimiter: str) -> Invalid:
    opened = open_quote(lines.kept, delimiter) or 0
    return Invalid("a quote opens here and is never closed. Close it.", where=lines.place(opened))


def open_quote(lines: Sequence[str], delimiter: str) -> int | None:
    """Which of a record's `lines`, counted from 0, opens the quote that is still open at their end."""
    state, opened = "start", 0
    for number, line in enumerate(lines):
        for char in line:
            if state == "quoted":
                state = "after" if char == '"' else "quoted"
            elif char == '"' and state in ("start", "after"):
                opened = number if state == "start" else opened
                state = "quoted"
            else:
                state = "start" if char == delimiter or char in "\r\n" else "plain"
    return opened if state == "quoted" else None
