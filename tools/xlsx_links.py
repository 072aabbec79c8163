"""Where the links in a sheet's cells lead: a cell that shows "Profile" may lead to the profile."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from openpyxl.utils import column_index_from_string

from tools.addresses import MAX_LENGTH
from tools.csv_cells import Record
from tools.lead_headers import Column
from tools.xlsx_book import Book
from tools.xlsx_cells import MAX_SHEET
from tools.xlsx_package import Attributes, Package, PartReader

MAX_LINKS = 300_000  # that are followed; the cells of others stay as they show
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::.*)?")
WEB = ("http://", "https://")
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "email": ("mailto:",),
    "website": WEB,
    "linkedin_url": WEB,
}  # how a link begins, by field

Links = Mapping[tuple[int, int], str]  # by row and column, both from 1


def read_links(package: Package, book: Book, names: frozenset[str]) -> Links:
    """The links of the sheet that lead out of the file; reading them is one more pass, where there are any."""
    folder, name = posixpath.split(book.sheet)
    part = f"{folder}/_rels/{name}.rels"
    if part not in names:
        return {}
    targets = _Targets()
    package.read(part, targets, MAX_SHEET)
    if not targets.found:
        return {}
    places = _Places(targets.found)
    package.read(book.sheet, places, MAX_SHEET)
    return places.found


def followed(records: Iterable[Record], links: Links, columns: Iterable[Column]) -> Iterator[Record]:
    """The records, with a link in place of a cell that should be an address and shows something else."""
    fields = {at: column.name for at, column in enumerate(columns) if column.name in EXPECTED and column.known}
    for record in records:
        for at, name in fields.items() if links else ():
            cell = record.cells[at] if at < len(record.cells) else ""
            target = links.get((record.line, at + 1), "")
            if target.startswith(EXPECTED[name]) and not _is_address(cell, name):
                record.cells.extend([""] * (at + 1 - len(record.cells)))
                record.cells[at] = target
        yield record


def _is_address(cell: str, field_name: str) -> bool:
    return ("@" if field_name == "email" else ".") in cell and " " not in cell.strip()


@dataclass
class _Targets(PartReader):
    """The addresses that the sheet's links have, by the ids that it gives them."""

    found: dict[str, str] = field(default_factory=dict)

    def begin(self, name: str, attributes: Attributes) -> None:
        target = attributes.get("Target", "")
        is_link = attributes.get("Type", "").endswith("/hyperlink") and len(target) <= MAX_LENGTH
        if name == "Relationship" and is_link and len(self.found) < MAX_LINKS:
            self.found[attributes.get("Id", "")] = target


@dataclass
class _Places(PartReader):
    """Which cells have which link."""

    targets: Mapping[str, str]
    found: dict[tuple[int, int], str] = field(default_factory=dict)

    def begin(self, name: str, attributes: Attributes) -> None:
        if name != "hyperlink" or len(self.found) == MAX_LINKS:
            return
        place = PLACE.fullmatch(attributes.get("ref", ""))
        rid = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
        if place and rid in self.targets:
            self.found[int(place[2]), column_index_from_string(place[1])] = self.targets[rid]
