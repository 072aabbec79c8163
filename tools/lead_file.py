"""A file of leads, read as a stream: what its columns mean, and what became of each of its rows.

`read_leads` reads the whole file once before it hands anything out, so that a file which is broken anywhere is
refused as a whole; `LeadFile.rows` then reads it again. What is held is one record, and for each person a hash and
the number of the first row (about 110 bytes).
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from memory.errors import Invalid
from tools.csv_cells import Record, records
from tools.csv_encoding import settle_encoding
from tools.lead_headers import Column, known_fields, understand
from tools.lead_row import Row, RowRules
from tools.spreadsheets import is_xlsx
from tools.xlsx_book import Book, open_book
from tools.xlsx_cells import sheet_records
from tools.xlsx_links import Links, followed, read_links
from tools.xlsx_package import Package

SAMPLE = 1 << 20  # characters in which a header has to end
DELIMITERS = (",", ";", "\t")
DECLARATION = re.compile(r'"?sep=([,;|\t])"?[ \t]*(?=[\r\n]|$)', re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
GIVEN = "a CSV or an XLSX file of leads"


@dataclass(frozen=True)
class LeadFile:
    """A lead file that can be read from its first byte to its last; `records` is how many rows it has."""

    path: Path
    encoding: str  # "xlsx" where it is no text
    delimiter: str  # "" where it has none
    columns: tuple[Column, ...]
    records: int
    body: Callable[[], Iterator[Record]] = field(repr=False, compare=False)  # the records under the header, anew

    @property
    def headers(self) -> tuple[str, ...]:
        """The header as it came."""
        return tuple(column.header for column in self.columns)

    def rows(self) -> Iterator[Row]:
        """Every row in the file's order, each once: accepted, duplicate or rejected."""
        rules = RowRules(self.columns)
        first_rows: dict[int, int] = {}
        for number, record in enumerate(self.body(), 1):
            row = rules.read(number, record)
            if row.lead is not None:
                person = int(row.lead.lead_id, 16)
                first = first_rows.setdefault(person, number)
                if first != number:
                    row = replace(row, status="duplicate", duplicate_of=first, warnings=(), lead=None)
            yield row


def read_leads(path: Path) -> LeadFile:
    """The file at `path`, understood; `Invalid` says in a sentence why it cannot be read.

    Its first bytes say whether it is an XLSX or a CSV, whatever its name says.
    """
    with _explained(path):
        is_file, exists = path.is_file(), path.exists()
        if not is_file:
            raise Invalid(f"{path} {'is a folder or a device' if exists else 'does not exist'}. Give {GIVEN}.")
        return _read_xlsx(path) if is_xlsx(path) else _read_csv(path)


def _read_csv(path: Path) -> LeadFile:
    encoding = settle_encoding(path)
    with _opened(path, encoding) as stream:
        sample = stream.read(SAMPLE)
    delimiter = _declared_delimiter(sample) or _likely_delimiter(sample, path.name)
    return _understood(
        path, encoding, delimiter, _header(sample, delimiter, path.name), partial(_body, path, encoding, delimiter)
    )


def _read_xlsx(path: Path) -> LeadFile:
    package = Package(path)
    names = package.names()
    book = open_book(package, names)
    first = next(sheet_records(package, book), None)
    headers = first.cells if first else []
    links = read_links(package, book, names)
    return _understood(path, "xlsx", "", headers, partial(_rows_under, package, book, links, tuple(headers)))


def _rows_under(package: Package, book: Book, links: Links, headers: tuple[str, ...]) -> Iterator[Record]:
    columns = understand(headers, where=package.path.name)
    return followed(islice(sheet_records(package, book), 1, None), links, columns)


def _understood(
    path: Path, encoding: str, delimiter: str, headers: list[str], body: Callable[[], Iterator[Record]]
) -> LeadFile:
    if not headers:
        raise Invalid("there are no rows in it. Export it again with leads.", where=path.name)
    columns = understand(headers, where=path.name)
    count = sum(1 for _ in body())
    if not count:
        raise Invalid("there are no rows under its header. Export it again with leads.", where=path.name)
    return LeadFile(path, encoding, delimiter, columns, count, body)


@contextmanager
def _explained(path: Path, encoding: str = "") -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        why = f"its text is not {encoding} throughout. Save it anew as UTF-8."
        raise Invalid(why, where=path.name) from error
    except OSError as error:
        raise Invalid(f"it cannot be read ({error.strerror}).", where=path.name) from error


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    with _explained(path, encoding), path.open(encoding=encoding, newline="") as stream:
        yield stream


def _declared_delimiter(sample: str) -> str | None:
    """Excel's own first line, `sep=;`."""
    declared = DECLARATION.match(sample)
    return declared[1] if declared else None


def _likely_delimiter(sample: str, name: str) -> str:
    """The one under which the header names the most fields, then the one with the most columns."""

    def sense(delimiter: str) -> tuple[int, int]:
        try:
            headers = _header(sample, delimiter, name)
        except Invalid:  # a quote that is none under the right delimiter
            return -1, -1
        return known_fields(headers), len(headers)

    return max(DELIMITERS, key=sense)


def _header(sample: str, delimiter: str, name: str) -> list[str]:
    for record in records(io.StringIO(sample, newline=""), delimiter, name):
        if not _is_declaration(record, delimiter):
            if CONTROL.search("".join(record.cells)):
                raise Invalid(
                    "its first line has control characters: it is not a CSV. Export it as CSV.", where=name
                )
            return record.cells
    return []


def _body(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    """The records under the header."""
    with _opened(path, encoding) as stream:
        found = records(stream, delimiter, path.name)
        first = next(found, None)
        if first and _is_declaration(first, delimiter):
            next(found, None)
        yield from found


def _is_declaration(record: Record, delimiter: str) -> bool:
    return record.line == 1 and DECLARATION.match(delimiter.join(record.cells)) is not None
