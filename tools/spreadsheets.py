"""Which kind of spreadsheet a file is, by its first bytes and its list of parts: nothing of it is unpacked."""

from pathlib import Path

from memory.errors import Invalid
from tools.xlsx_book import WORKBOOK
from tools.xlsx_package import Package

HEAD = 200  # bytes
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ODS = b"mimetypeapplication/vnd.oasis.opendocument"
EXCEL = (".xlsx", ".xlsm")
OPEN_DOCUMENT = "it is an OpenDocument spreadsheet (.ods), which is not read"


def is_xlsx(path: Path) -> bool:
    """Whether it is an XLSX; `Invalid` where it is another spreadsheet, with what to do."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(OLE):
        why = "it is an old Excel file (.xls), or one with a password. Save it as .xlsx without one, or as CSV."
        raise Invalid(why, where=path.name)
    if not head.startswith(ZIP):
        return False
    if ODS in head:
        raise Invalid(f"{OPEN_DOCUMENT}. Save it as .xlsx or as CSV.", where=path.name)
    try:
        names = Package(path).names()
    except Invalid:
        if path.suffix.lower() in EXCEL:
            raise
        return False
    if "xl/workbook.bin" in names:
        why = "it is a binary Excel file (.xlsb), which is not read. Save it as .xlsx or as CSV."
        raise Invalid(why, where=path.name)
    if {"mimetype", "content.xml"} <= names:
        raise Invalid(f"{OPEN_DOCUMENT}. Save it as .xlsx or as CSV.", where=path.name)
    return WORKBOOK in names
