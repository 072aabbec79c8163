"""What an XLSX says beside its rows: which sheet comes first, which cells are dates, which texts cells share."""

import posixpath
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from tools.csv_cells import FIELD_LIMIT
from tools.xlsx_package import Attributes, Package, PartReader

WORKBOOK = "xl/workbook.xml"
MAX_TEXTS = 5_000_000
MAX_TEXT_BYTES = 120_000_000  # of the part that holds the texts, unpacked


@dataclass(frozen=True)
class Book:
    """The first visible sheet, and what reading its cells takes."""

    sheet: str  # the name of its part
    from_1904: bool  # how dates are counted, in days
    dates: frozenset[int]  # the numbers of the styles that show a number as a date or a time
    texts: "Texts"


class Texts:
    """The texts that cells share, packed: a list of str would take four times the room."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, text: str) -> None:
        self._data += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._data))

    def __getitem__(self, number: int) -> str:
        start = self._ends[number - 1] if number else 0
        return self._data[start : self._ends[number]].decode("utf-8", "surrogatepass")


def open_book(package: Package, names: frozenset[str]) -> Book:
    """`Invalid` where it has no sheet, or one that must not be read."""
    relations = _Relations()
    package.read(_relations_of(WORKBOOK), relations)
    book = _Sheets()
    package.read(WORKBOOK, book)
    sheets = [(hidden, relations.worksheets[rid]) for rid, hidden in book.sheets if rid in relations.worksheets]
    if not sheets:
        raise package.refusal("it has no sheet")
    first = next((part for hidden, part in sheets if not hidden), sheets[0][1])
    styles, texts = _Styles(), _SharedTexts(package)
    if relations.styles in names:
        package.read(relations.styles, styles)
    if relations.texts in names:
        package.read(relations.texts, texts, MAX_TEXT_BYTES)
    return Book(first, book.from_1904, styles.dates, texts.found)


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


@dataclass
class _Relations(PartReader):
    """Which part is what to the workbook."""

    worksheets: dict[str, str] = field(default_factory=dict)
    styles: str = ""
    texts: str = ""

    def begin(self, name: str, attributes: Attributes) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = posixpath.join(posixpath.dirname(WORKBOOK), attributes.get("Target", ""))
        part = posixpath.normpath(target).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        if kind == "worksheet":
            self.worksheets[attributes.get("Id", "")] = part
        elif kind == "styles":
            self.styles = part
        elif kind == "sharedStrings":
            self.texts = part


@dataclass
class _Sheets(PartReader):
    """The sheets in their order: the id of each one's part, and whether it is hidden."""

    sheets: list[tuple[str, bool]] = field(default_factory=list)
    from_1904: bool = False

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            rid = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append((rid, attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in {"1", "true"}


@dataclass
class _Styles(PartReader):
    """Which of the cells' styles show a number as a date or a time."""

    dates: frozenset[int] = frozenset()
    formats: dict[str, str] = field(default_factory=dict)
    within: bool = False
    seen: list[str] = field(default_factory=list)

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:300]
        elif name == "cellXfs":
            self.within = True
        elif name == "xf" and self.within:
            self.seen.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.within = False
            self.dates = frozenset(at for at, number in enumerate(self.seen) if _is_date(number, self.formats))


def _is_date(number: str, formats: Mapping[str, str]) -> bool:
    code = formats.get(number)
    if code is None and number.isdecimal():
        code = BUILTIN_FORMATS.get(int(number[:6]))
    return bool(code) and bool(is_date_format(code))


class _SharedTexts(PartReader):
    """The text of each `si`, its runs joined, without how it is pronounced."""

    def __init__(self, package: Package) -> None:
        self.found = Texts()
        self._package = package
        self._text: list[str] = []
        self._size = 0
        self._hears = self._aside = False

    def begin(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002 - of every reader
        if name == "si":
            self._text.clear()
            self._size = 0
        self._aside = self._aside or name == "rPh"
        self._hears = name == "t" and not self._aside

    def hear(self, text: str) -> None:
        if self._hears:
            self._size += len(text)
            if self._size > FIELD_LIMIT:
                raise self._package.refusal(f"a text has more than {FIELD_LIMIT:,} characters")
            self._text.append(text)

    def end(self, name: str) -> None:
        self._hears = False
        if name == "rPh":
            self._aside = False
        elif name == "si":
            self.found.add("".join(self._text))
            if len(self.found) > MAX_TEXTS:
                raise self._package.refusal(f"it has more than {MAX_TEXTS:,} different texts")
