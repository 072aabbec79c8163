"""The rows of an XLSX's first visible sheet, read as a stream, each cell as a CSV would have it."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

from memory.errors import Invalid
from tools.csv_cells import FIELD_LIMIT, RECORD_LIMIT, Record
from tools.lead_headers import COLUMN_LIMIT
from tools.xlsx_book import Book
from tools.xlsx_package import Attributes, Package, PartReader

MAX_SHEET = 3_000_000_000  # bytes, unpacked: a million rows of thirty cells
MAX_ROW, MAX_CELLS = 1_048_576, 16_384  # as Excel has them
DIGITS = "0123456789"
ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")
ERRORS = "e"  # the type of a cell that holds #REF! and the like: nothing that is said of a lead


def sheet_records(package: Package, book: Book) -> Iterator[Record]:
    """Each row that has a filled cell; `line` is its number in the sheet. Beyond a limit it is `Invalid`."""
    sheet = _Sheet(package, book)
    for _ in package.reading(book.sheet, sheet, MAX_SHEET):
        yield from sheet.found
        sheet.found.clear()


class _Sheet(PartReader):
    """Collects the rows that have ended."""

    def __init__(self, package: Package, book: Book) -> None:
        self.found: list[Record] = []
        self._package, self._book = package, book
        self._line = self._column = 0
        self._cells: list[str] = []
        self._size = self._count = 0
        self._kind = self._style = ""
        self._text: list[str] = []
        self._length = 0
        self._hears = self._aside = False

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in {"v", "t"}:
            self._hears = not self._aside
        elif name == "row":
            self._line = self._number_of(attributes)
            self._cells, self._size, self._column, self._count = [], 0, 0, 0
        elif name == "rPh":
            self._aside = True

    def hear(self, text: str) -> None:
        if self._hears:
            self._length += len(text)
            if self._length > FIELD_LIMIT:
                raise self._refusal(f"a cell has more than {FIELD_LIMIT:,} characters. Shorten it.")
            self._text.append(text)

    def end(self, name: str) -> None:
        self._hears = False
        if name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self.found.append(Record(self._line, self._cells))
        elif name == "rPh":
            self._aside = False

    def _number_of(self, attributes: Attributes) -> int:
        number = attributes.get("r", "")
        line = int(number) if number.isdecimal() and len(number) < 9 else self._line + 1
        if line <= self._line:
            raise self._package.refusal(f"its rows are not in order (row {line:,} after {self._line:,})")
        if line > MAX_ROW:
            raise self._package.refusal(f"it has more than {MAX_ROW:,} rows")
        return line

    def _begin_cell(self, attributes: Attributes) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise self._refusal(f"the row has more than {MAX_CELLS:,} cells. Save it anew.")
        self._column = _column_of(attributes.get("r", "")[:12].rstrip(DIGITS)) or self._column + 1
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._text, self._length = [], 0

    def _end_cell(self) -> None:
        text = self._value("".join(self._text)) if self._text else ""
        if not text:
            return
        if self._column > COLUMN_LIMIT:
            raise self._refusal(
                f"there are more than {COLUMN_LIMIT:,} columns. Leave out those that are not needed."
            )
        self._size += len(text)
        if self._size > RECORD_LIMIT:
            raise self._refusal(f"a row has more than {RECORD_LIMIT:,} characters. Shorten it.")
        self._cells += [""] * (self._column - len(self._cells))
        self._cells[self._column - 1] = text

    def _value(self, raw: str) -> str:
        """What the cell shows; of a formula, the value that was saved with it."""
        if self._kind == "s":
            return self._shared(raw)
        if self._kind == "n":
            return self._number(raw.strip())
        if self._kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        if self._kind == "d":
            return _plain(raw.strip().rstrip("Z").replace("T", " "))
        return "" if self._kind == ERRORS else _unescaped(raw)

    def _shared(self, raw: str) -> str:
        number = int(raw) if raw.strip().isdecimal() and len(raw) < 12 else -1
        if not 0 <= number < len(self._book.texts):
            raise self._refusal("a cell refers to a text that is not there. Save the file anew.")
        return _unescaped(self._book.texts[number])

    def _number(self, raw: str) -> str:
        if self._style.isdecimal() and len(self._style) < 9 and int(self._style) in self._book.dates:
            return _date(raw, from_1904=self._book.from_1904)
        return _number(raw)

    def _refusal(self, why: str) -> Invalid:
        return Invalid(why, where=f"{self._package.path.name}, row {self._line}")


@lru_cache(maxsize=MAX_CELLS)
def _column_of(letters: str) -> int:
    """From 1, or 0 where the letters name none."""
    try:
        return column_index_from_string(letters) if letters.isupper() else 0
    except ValueError:
        return 0


def _unescaped(text: str) -> str:
    return unescape(text) if "_x" in text and ESCAPED.search(text) else text


def _number(raw: str) -> str:
    """Without the tail that a whole number has as a float: 12025550100 and not 1.20255501E10."""
    if raw.isdecimal():
        return raw
    try:
        number = float(raw)
    except ValueError:
        return raw
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _plain(moment: str) -> str:
    """Without the midnight that a day has as a moment."""
    return moment.removesuffix(" 00:00:00")


def _date(raw: str, *, from_1904: bool) -> str:
    """A day as 2026-11-25, a moment as 2026-11-25 09:30:00, and as it is where it is no date at all."""
    epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(float(raw), epoch)
    except (ValueError, OverflowError):
        return _number(raw)
    if isinstance(moment, datetime):
        moment = moment.replace(microsecond=0)
        return _plain(moment.isoformat(sep=" "))
    return str(moment)
