"""Lead files in XLSX: what Excel and its like write, and what anybody might."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.table import Table

from memory.errors import Invalid
from tools.lead_file import read_leads
from tools.lead_rejects import rejected_file
from tools.lead_row import Row

HEADER = ("Email", "First Name", "Company", "# Employees", "Seen")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MORNING = datetime(2026, 11, 25, 9, 30)  # noqa: DTZ001 - a sheet knows no time zones


def book(*rows: Sequence[Any], change: Callable[[Workbook], object] = lambda _: None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    change(made)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def package(cells: str = "", **more: bytes) -> bytes:
    """An XLSX by hand: `cells` are the sheet's rows."""
    sheet = f"<worksheet xmlns='{MAIN}'><sheetData>{cells}</sheetData></worksheet>"
    rel = f"<Relationship Id='r1' Type='{RELATIONS}/worksheet' Target='worksheets/sheet1.xml'/>"
    shared = f"<Relationship Id='r2' Type='{RELATIONS}/sharedStrings' Target='/xl/sharedStrings.xml'/>"
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{RELATIONS}'><sheets><sheet name='a' sheetId='1' "
        "r:id='r1'/></sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}'>{rel}{shared}</Relationships>".encode(),
        "xl/worksheets/sheet1.xml": sheet.encode(),
    } | {name.replace("__", "/") + ".xml": content for name, content in more.items()}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def row_of(*texts: str, number: str = "") -> str:
    cells = "".join(f"<c t='inlineStr'><is><t>{text}</t></is></c>" for text in texts)
    return f"<row r='{number}'>{cells}</row>" if number else f"<row>{cells}</row>"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Row]]:
    def rows(content: bytes, name: str = "leads.xlsx") -> list[Row]:
        (tmp_path / name).write_bytes(content)
        return list(read_leads(tmp_path / name).rows())

    return rows


def refused(read: Callable[..., list[Row]], content: bytes, why: str, name: str = "leads.xlsx") -> None:
    with pytest.raises(Invalid, match=why) as refusal:
        read(content, name)
    assert str(refusal.value).startswith(name)
    assert str(refusal.value).endswith(".")


def test_cells_read_as_a_csv_of_the_sheet_would_have_them(read: Any) -> None:
    header = ("Email", "Phone", "# Employees", "Seen", "At", "Hour", "Yes", "Rate", "Long", "Note")
    values = ("ada@x.example", 12025550100, 1200.0, date(2026, 11, 25), MORNING, time(9, 30))
    [row] = read(book(header, (*values, True, 0.125, 1234567890123456, "  two\nlines ")))
    assert row.lead is not None
    assert (row.lead.phone, row.lead.employees, row.lead.note) == ("12025550100", 1200, "two lines")
    assert row.lead.extra == {
        "seen": "2026-11-25", "at": "2026-11-25 09:30:00", "hour": "09:30:00", "yes": "TRUE", "rate": "0.125",
        "long": "1234567890123456",
    }  # fmt: skip


def test_of_a_formula_the_saved_value_counts_and_none_is_blank(read: Any) -> None:
    cells = "<c r='A2' t='str'><f>B2&amp;\"@x.example\"</f><v>ada@x.example</v></c><c r='B2'><f>1+1</f><v>2</v></c>"
    rows = row_of("Email", "Sum", "None", "Bad") + f"<row r='2'>{cells}<c r='C2'><f>NOW()</f></c>"
    [row] = read(package(rows + "<c r='D2' t='e'><v>#REF!</v></c></row>"))
    assert row.lead is not None
    assert (row.lead.email, row.lead.extra) == ("ada@x.example", {"sum": "2"})


def test_lines_are_the_rows_of_the_sheet_and_empty_ones_are_no_records(read: Any) -> None:
    rows = (
        ("Email", "Company"),
        ("ada@x.example", "Acme"),
        (),
        (None, None),
        ("nobody", "Bode"),
        ("cy@x.example",),
    )
    assert [(row.row, row.line, row.status) for row in read(book(*rows))] == [
        (1, 2, "accepted"),
        (2, 5, "rejected"),
        (3, 6, "accepted"),
    ]


def test_the_first_sheet_that_is_not_hidden_is_read(read: Any) -> None:
    def hide_the_first(made: Workbook) -> None:
        made.worksheets[0].sheet_state = "hidden"
        made.create_chartsheet("Chart", 0)
        made.create_sheet("Leads").append(["Email"])
        made["Leads"].append(["ada@x.example"])
        made.create_sheet("Later").append(["nothing"])

    assert [row.lead and row.lead.email for row in read(book(("secret",), change=hide_the_first))] == [
        "ada@x.example"
    ]


def test_merged_linked_filtered_and_coloured_cells_are_cells(read: Any) -> None:
    def decorate(made: Workbook) -> None:
        sheet = made.worksheets[0]
        sheet["C2"].hyperlink = "https://acme.example/"
        sheet.merge_cells("B2:B3")
        sheet.auto_filter.ref = "A1:C3"
        sheet.row_dimensions[3].hidden = True
        sheet.add_table(Table(displayName="t", ref="A1:C3"))
        sheet["A2"].number_format = "@"

    rows = (
        ("Email", "Company", "Website"),
        ("ada@x.example", "Acme", "acme.example"),
        ("bo@x.example", "", "b.example"),
    )
    first, second = read(book(*rows, change=decorate))
    assert first.lead and (first.lead.company, first.lead.website) == ("Acme", "https://acme.example")
    assert second.lead and (second.lead.company, second.lead.website) == ("", "https://b.example")


def test_a_link_stands_in_for_a_cell_that_should_be_an_address_and_is_none(read: Any) -> None:
    def link(made: Workbook) -> None:
        sheet = made.worksheets[0]
        sheet["A2"].hyperlink = "mailto:ada@x.example?subject=hi"
        sheet["B2"].hyperlink = "https://acme.example/careers"
        sheet["C2"].hyperlink = "https://acme.example/"
        sheet["D2"].hyperlink = "https://linkedin.example/in/ada"
        sheet["C3"].hyperlink = "https://elsewhere.example/"
        sheet["D3"].hyperlink = "javascript:alert(1)"
        sheet["E3"].hyperlink = "#Sheet!A1"

    header = ("Email", "Company", "Website", "LinkedIn Url", "Stage")
    rows = (
        header,
        ("Ada Lind", "Acme", "our site", "Profile", "new"),
        ("bo@x.example", "Bode", "bode.example", "", "x"),
    )
    first, second = read(book(*rows, change=link))
    assert first.lead is not None
    assert (first.lead.email, first.lead.company) == ("ada@x.example", "Acme")
    assert (first.lead.website, first.lead.linkedin_url) == (
        "https://acme.example/",
        "https://linkedin.example/in/ada",
    )
    assert second.lead is not None
    assert (second.lead.website, second.lead.linkedin_url) == ("https://bode.example", "")


def test_shared_texts_with_runs_and_escapes_are_read(read: Any) -> None:
    texts = "<si><t>Email</t></si><si><t>Company</t></si>"
    texts += "<si><r><t>ada@</t></r><r><rPr><b/></rPr><t>x.example</t></r></si>"
    texts += "<si><t>Ac_x006D_e</t><rPh><t>not said</t></rPh></si>"
    cells = (
        "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c t='s'><v>2</v></c><c t='s'><v>3</v></c></row>"
    )
    [row] = read(package(cells, xl__sharedStrings=f"<sst xmlns='{MAIN}'>{texts}</sst>".encode()))
    assert row.lead and (row.lead.email, row.lead.company) == ("ada@x.example", "Acme")


def test_dates_counted_from_1904_are_read(read: Any) -> None:
    def count_from_1904(made: Workbook) -> None:
        made.epoch = CALENDAR_MAC_1904

    [row] = read(book(("Email", "Seen"), ("ada@x.example", date(2026, 11, 25)), change=count_from_1904))
    assert row.lead and row.lead.extra == {"seen": "2026-11-25"}


def test_bytes_say_what_a_file_is_and_its_name_does_not(read: Any) -> None:
    assert [row.status for row in read(book(("Email",), ("ada@x.example",)), "leads.csv")] == ["accepted"]
    assert [row.status for row in read(b"Email\nada@x.example\n", "leads.xlsx")] == ["accepted"]
    assert [row.status for row in read("Email\tCompany\nada@x.example\tAcme\n".encode("utf-16"), "leads.xls")] == [
        "accepted"
    ]


def test_a_formula_in_a_cell_is_warned_of_and_harmless_in_what_we_write(read: Any, tmp_path: Path) -> None:
    link = '=HYPERLINK("http://x","y")'
    [row] = read(package(row_of("Email", "Company") + row_of("nobody", link.replace('"', "&quot;"))))
    assert row.status == "rejected"
    file = read_leads(tmp_path / "leads.xlsx")
    with rejected_file(tmp_path / "rejected.csv", file) as reject:
        reject(row)
    assert "\"'=HYPERLINK" in (tmp_path / "rejected.csv").read_text(encoding="utf-8")


def test_other_spreadsheets_are_refused_by_name_with_what_to_do(read: Any) -> None:
    refused(
        read,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        r"old Excel file \(\.xls\).*Save it as \.xlsx",
        "a.xls",
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    refused(read, content.getvalue(), r"\(\.ods\).*Save it as \.xlsx or as CSV", "a.ods")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    refused(read, content.getvalue(), r"\(\.xlsb\)", "a.xlsb")
    refused(read, b"PK\x03\x04", "no XLSX that can be read", "a.xlsx")


def test_a_sheet_without_rows_is_refused(read: Any) -> None:
    for content in (
        package(),
        package("<row/>"),
        package(row_of("Email")),
        package(row_of("Email") + "<row r='9'/>"),
    ):
        refused(read, content, "no rows")


# C2 to C6 in a sheet


def test_a_nul_in_a_cell_rejects_its_row(read: Any) -> None:
    rows = row_of("Email", "Company") + row_of("ada@x.example", "A_x0000_B") + row_of("bo@x.example", "Acme")
    assert [(row.reason, row.line) for row in read(package(rows))] == [("nul_byte", 2), (None, 3)]


def test_a_cell_or_a_row_beyond_the_limit_is_refused_with_its_row(read: Any) -> None:
    head = row_of("Email", "Company")
    refused(read, package(head + row_of("ada@x.example", "x" * 1_000_001)), "row 2: a cell has more than 1,000,000")
    refused(
        read, package(head + row_of("a@x.example", *(["x" * 900_000] * 5))), "row 2: a row has more than 4,000,000"
    )


def test_more_columns_than_the_limit_are_refused(read: Any) -> None:
    cell = "<c r='XFD1' t='inlineStr'><is><t>x</t></is></c>"
    refused(read, package(f"<row>{cell}</row>"), "row 1: there are more than 1,000 columns")


def test_twin_and_nameless_columns_are_refused_by_name(read: Any) -> None:
    refused(read, book(("Email", "E-mail"), ("a@x.example", "b")), "2 columns are the email")
    refused(read, book(("Email", None, "Company"), ("a@x.example", "b", "c")), "column 2 no name")


# What is no sheet of anybody's


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (package(xl__workbook=b"<!DOCTYPE w [<!ENTITY a 'b'>]><workbook/>"), "declares a document type"),
        (package("<row>" + "<c>" * 40), "nested more than 24 deep"),
        (package("<row><c"), "is not whole"),
        (package("<row r='1048577'/>"), "more than 1,048,576 rows"),
        (package("<row r='5'/><row r='5'/>"), "rows are not in order"),
        (package("<row>" + "<c r='A1'/>" * 16_385), "more than 16,384 cells"),
        (package("<row><c t='s'><v>7</v></c></row>"), "a text that is not there"),
        (package("<!--" + "x" * 5_000_000 + "-->"), "without end"),
        (package(f"<row a='{'x' * 5_000_000}'/>"), "without end"),
        (package(xl__workbook=b"<workbook/>"), "has no sheet"),
        (package(xl__workbook=b"<workbook>" + b" " * 10_000_001), "more than 10,000,000 bytes when unpacked"),
        (package(xl__worksheets__sheet1=b"no xml"), "is not whole"),
        (package()[:-30], "list of parts"),
    ],
)  # fmt: skip
def test_what_no_spreadsheet_program_writes_is_refused_in_a_sentence(read: Any, content: bytes, why: str) -> None:
    refused(read, content, why)


@pytest.mark.parametrize(("size", "why"), [(50, "damaged|not whole"), (2_000_000_000, "a hundred times as large")])
def test_a_part_that_is_not_as_large_as_it_says_or_a_bomb_is_refused(read: Any, size: int, why: str) -> None:
    content = bytearray(package(row_of("Email") + row_of("ada@x.example") * 10_000))
    start = content.index(b"xl/worksheets/sheet1.xml", content.index(b"PK\x01\x02")) - 22
    content[start : start + 4] = size.to_bytes(4, "little")
    refused(read, bytes(content), why)


def test_a_package_of_very_many_parts_is_refused_unread(read: Any) -> None:
    content = io.BytesIO(package())
    with zipfile.ZipFile(content, "a") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    refused(read, content.getvalue(), "list of parts is missing or too long")


@given(data=st.data())
def test_a_damaged_package_is_read_or_refused_in_a_sentence(data: st.DataObject, tmp_path_factory: Any) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    path.write_bytes(content)
    try:
        list(read_leads(path).rows())
    except Invalid as refusal:
        assert str(refusal).endswith(".")


GOOD = package(row_of("Email", "Company") + row_of("ada@x.example", "Acme"))
