"""Lead files as they come from other tools: read right, or refused in one sentence."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.errors import Invalid
from tools.lead_file import LeadFile, read_leads
from tools.lead_row import Row

Save = Callable[..., Path]

HEADER = "First Name,Last Name,Company,Email,Website\n"
ANNA = "Anna,Conti,Acme,anna@acme.example,https://acme.example/\n"
VARIANTS = ("leads_semicolon.csv", "leads_cp1252.csv", "leads_hubspot.csv", "leads_smartlead.csv")


@pytest.fixture
def saved(tmp_path: Path) -> Save:
    def save(content: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def rows_of(path: Path) -> list[Row]:
    return list(read_leads(path).rows())


def emails(path: Path) -> list[str]:
    return [row.lead.email for row in rows_of(path) if row.lead]


def as_expected(file: LeadFile, row: Row) -> dict[str, object]:
    """The row in the form of the `*.expected.json` files."""
    told = {"row": row.row, "line": row.line, "status": row.status}
    if row.lead:
        fields = {column.name: getattr(row.lead, column.name) for column in file.columns if column.known}
        return told | {"warnings": list(row.warnings), "normalized": fields}
    return told | ({"reason": row.reason} if row.reason else {"duplicate_of": row.duplicate_of})


def test_the_messy_file_is_read_record_for_record_as_expected(shared_data: Path) -> None:
    expected = json.loads((shared_data / "leads_messy.expected.json").read_text())
    file = read_leads(shared_data / "leads_messy.csv")
    wanted = [{name: value for name, value in row.items() if name != "why"} for row in expected["rows"]]
    assert [as_expected(file, row) for row in file.rows()] == wanted
    assert (file.encoding, file.delimiter) == (expected["encoding"], expected["delimiter"])


@pytest.mark.parametrize("name", VARIANTS)
def test_the_exports_of_other_tools_are_read_row_for_row_as_expected(name: str, shared_data: Path) -> None:
    expected = json.loads((shared_data / "leads_variants.expected.json").read_text())["files"][name]
    file = read_leads(shared_data / name)
    read = [row.lead.model_dump(include=set(expected["rows"][0])) for row in file.rows() if row.lead]
    assert read == expected["rows"]
    assert (file.encoding, file.delimiter) == (expected["encoding"], expected["delimiter"])


def test_a_columns_meaning_can_be_shown_before_anything_is_written(saved: Save) -> None:
    file = read_leads(saved("E-Mail,Annual Revenue,firstName,customVar\na@x.example,5,A,b\n"))
    assert [(column.header, column.name, column.known) for column in file.columns] == [
        ("E-Mail", "email", True),
        ("Annual Revenue", "annual_revenue", False),
        ("firstName", "first_name", True),
        ("customVar", "custom_var", False),
    ]


def test_unknown_columns_are_kept_under_their_snake_case_names(saved: Save) -> None:
    path = saved("Email,# Widgets,2024 Revenue,Stage!,stage?,Owner\na@x.example,7,1M,one,two,-\n")
    [row] = rows_of(path)
    assert row.lead and row.lead.extra == {"widgets": "7", "_2024_revenue": "1M", "stage": "one", "stage_2": "two"}


def test_of_several_names_for_one_field_the_best_is_taken_and_the_rest_is_kept(saved: Save) -> None:
    [row] = rows_of(
        saved("email,company_name,company,company_url,website\na@x.example,Long,Short,u.example,w.example\n")
    )
    assert row.lead is not None
    assert (row.lead.company, row.lead.website) == ("Short", "https://w.example")
    assert row.lead.extra == {"company_name": "Long", "company_url": "u.example"}


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Company,Company Name for Emails", ",Acme", {"company": "Acme"}),
        ("Company,Company Name for Emails", "Acme Pumps GmbH,Acme", {"company": "Acme Pumps GmbH"}),
        ("Website,Company URL", "n/a,acme.example", {"website": "https://acme.example"}),
        ("Work Direct Phone,Mobile Phone,Corporate Phone", ",,+39 02 555", {"phone": "+39 02 555"}),
        ("Country,Company Country", "-,Italy", {"country": "Italy"}),
        ("City,Company City", "Milano,Roma", {"city": "Milano"}),
        ("# Employees,Number of Employees", ",80", {"employees": 80}),
    ],
)
def test_where_a_fields_own_column_is_blank_in_a_row_the_next_that_names_it_counts(
    saved: Save, header: str, cells: str, expected: dict[str, object]
) -> None:
    [row] = rows_of(saved(f"Email,{header}\na@x.example,{cells}\n"))
    assert row.lead and expected.items() <= row.lead.model_dump().items()


def test_a_row_without_its_first_address_is_kept_by_its_second(saved: Save) -> None:
    first, second = rows_of(saved("Email,Work Email\n,ada@x.example\nbob@x.example,robert@x.example\n"))
    assert first.lead and second.lead
    assert (first.lead.email, second.lead.email) == ("ada@x.example", "bob@x.example")


def test_a_list_of_companies_without_addresses_is_refused_with_what_it_has(saved: Save) -> None:
    with pytest.raises(Invalid, match=r"no column holds the email address\. Seen: Company Name, # Employees"):
        read_leads(saved("Company Name,# Employees,Website,Company Country\nAcme,80,acme.example,Italy\n"))


def test_a_full_name_is_taken_apart_where_it_alone_is_given(saved: Save) -> None:
    path = saved(
        "Email,Full Name,First Name\na@x.example,Dr. Anna-Maria von der Leyen,\nb@x.example,Bo Li,Robert\n"
    )
    first, second = (row.lead for row in rows_of(path))
    assert first and (first.first_name, first.last_name) == ("Anna-Maria", "von der Leyen")
    assert first.full_name == "Dr. Anna-Maria von der Leyen"
    assert second and (second.first_name, second.last_name) == ("Robert", "")


TEXT = HEADER + ANNA + "José,Núñez,Café Ação,jose@cafe.example,\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_a_files_encoding_is_settled_from_its_bytes(saved: Save, data: bytes, encoding: str) -> None:
    path = saved(data)
    assert read_leads(path).encoding == encoding
    assert [(row.lead.first_name, row.lead.company) for row in rows_of(path) if row.lead] == [
        ("Anna", "Acme"),
        ("José", "Café Ação"),
    ]


@pytest.mark.parametrize(
    ("line", "encoding"),
    [
        ("Иван,Петров,Ромашка,ivan@x.example,", "cp1251"),
        ("Łukasz,Wójcicki,Żurawska,l@x.example,", "cp1250"),
        ("Jiří,Dvořák,Škoda,j@x.example,", "cp1250"),
        ("Işık,Çağlar,Şirket,i@x.example,", "cp1254"),
    ],
)
def test_other_old_encodings_are_read_where_their_words_tell_them(saved: Save, line: str, encoding: str) -> None:
    [row] = rows_of(saved((HEADER + line).encode(encoding)))
    assert row.lead is not None
    assert row.lead.first_name == line.partition(",")[0]


def test_the_first_accent_may_come_after_a_megabyte_of_ascii(saved: Save) -> None:
    many = "".join(f"Anna,Conti,Acme,anna{n}@acme.example,https://acme.example/\n" for n in range(25_000))
    file = read_leads(saved((HEADER + many + "José,Núñez,Café,jose@cafe.example,\n").encode("cp1252")))
    assert file.encoding == "cp1252"
    assert [row.lead.first_name for row in file.rows() if row.lead][-1] == "José"


def test_a_utf8_file_with_a_broken_line_is_refused_and_not_read_as_something_else(saved: Save) -> None:
    data = (HEADER + "José,Núñez,Café,j@x.example,\n" * 3).encode() + b"Ren\xe9,,,r@x.example,\n"
    with pytest.raises(Invalid, match=r"leads\.csv, line 5: .*UTF-8"):
        read_leads(saved(data))


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "mac_roman"])
@pytest.mark.parametrize("line", ["Jörg,Müller,Köln,a@x.example,", "Zoë,Smith,Acme,z@x.example,"])
def test_an_encoding_that_cannot_be_told_is_refused(saved: Save, line: str, encoding: str) -> None:
    with pytest.raises(Invalid, match="encoding cannot be told"):
        read_leads(saved((HEADER + line).encode(encoding)))


@pytest.mark.parametrize(
    "line",
    [
        "Seán,O’Neill,Größe – “Café” & Söhne,s@x.example,",
        "Anna\u00a0Maria,D´Angelo,T€DI,a@x.example,",
        "JOSÉ,MÜLLER,CRÉÉE S.A.,j@x.example,",
        "Œdipe,Žák,«Größte» Ÿ Œuvre…,o@x.example,",
    ],
)
def test_windows_1252_is_known_by_its_words(saved: Save, line: str) -> None:
    file = read_leads(saved((HEADER + line).encode("cp1252")))
    [row] = file.rows()
    assert (file.encoding, ",".join(row.cells)) == ("cp1252", line)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_makes_sense_of_the_header(saved: Save, delimiter: str) -> None:
    header, *lines = (HEADER + 'Anna,"Conti, Rossi; and Sons\tLtd",Acme,anna@acme.example,\n').splitlines()
    path = saved("\n".join([header.replace(",", delimiter), *(_retyped(line, delimiter) for line in lines)]))
    assert read_leads(path).delimiter == delimiter
    assert [row.lead.last_name for row in rows_of(path) if row.lead] == ["Conti, Rossi; and Sons Ltd"]


def _retyped(line: str, delimiter: str) -> str:
    before, quoted, after = line.split('"')
    return f'{before.replace(",", delimiter)}"{quoted}"{after.replace(",", delimiter)}'


@pytest.mark.parametrize("declaration", ["sep=;", '"sep=;"', "SEP=; "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_first_line_that_declares_the_delimiter_is_obeyed_and_is_no_record(
    saved: Save, declaration: str, end: str
) -> None:
    path = saved(f"{declaration}{end}Email;Company{end}a@x.example;Acme, Inc.{end}")
    [row] = rows_of(path)
    assert row.lead and (row.line, row.lead.company) == (3, "Acme, Inc.")


def test_lines_may_end_in_any_way_even_within_one_file_and_are_counted_as_an_editor_does(saved: Save) -> None:
    path = saved('Email,Note\r\na@x.example,one\rb@x.example,"two\r\nlines\rthree"\n\nc@x.example,four')
    assert [(row.row, row.line, row.lead and row.lead.note) for row in rows_of(path)] == [
        (1, 2, "one"),
        (2, 3, "two lines three"),
        (3, 7, "four"),
    ]


def test_a_row_with_a_nul_byte_is_rejected_with_its_line_and_the_others_are_read(saved: Save) -> None:
    first, bad, last = rows_of(saved(b"Email,Company\na@x.example,A\nb@x.example,B\0\nc@x.example,C\n"))
    assert (bad.status, bad.reason, bad.line) == ("rejected", "nul_byte", 3)
    assert (first.status, last.status) == ("accepted", "accepted")


def test_a_quote_that_never_closes_is_refused_at_the_limit_with_the_line_where_it_opened(saved: Save) -> None:
    path = saved('Email,Note\na@x.example,"two\nlines"\nb@x.example,"' + "a" * 40_000_000)
    tracemalloc.start()
    with pytest.raises(Invalid, match=r"leads\.csv, line 4: .*1,000,000"):
        read_leads(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_a_quote_opened_within_a_record_is_reported_at_its_own_line(saved: Save) -> None:
    with pytest.raises(Invalid, match=r"line 3: .*quote.*never closed"):
        read_leads(saved('Email,Note,More\na@x.example,"two\nlines","open\n\nb@x.example,x,y\n'))


def test_a_cell_of_a_megabyte_is_read_and_a_larger_one_is_refused(saved: Save) -> None:
    [row] = rows_of(saved(f"Email,Note\na@x.example,{'n' * 1_000_000}\n"))
    assert row.lead and len(row.lead.note) == 1_000_000
    with pytest.raises(Invalid, match=r"line 2: .*1,000,000 characters"):
        read_leads(saved(f"Email,Note\na@x.example,{'n' * 1_000_001}\n"))


def test_a_record_of_endless_cells_is_refused(saved: Save) -> None:
    with pytest.raises(Invalid, match="line 2"):
        read_leads(saved("Email,Note\n" + "a," * 2_500_000))


def test_more_columns_than_the_limit_are_refused_before_any_row_is_read(saved: Save) -> None:
    names = ",".join(f"c{n}" for n in range(999))
    assert read_leads(saved(f"email,{names}\na@x.example\n")).records == 1
    with pytest.raises(Invalid, match="1,000 columns"):
        read_leads(saved(f"email,{names},one\na@x.example\n"))


def test_an_archive_is_known_by_its_first_bytes_whatever_its_name_says(saved: Save, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.csv", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("leads.csv", b"0" * 10_000_000)
    with pytest.raises(Invalid, match="not a CSV"):
        read_leads(tmp_path / "bomb.csv")
    for start in (
        b"\x1f\x8b\x08",
        b"%PDF-1.7",
        b"\x89PNG\r\n",
        b"\xd0\xcf\x11\xe0\xa1",
        b"\0" * 300,
        bytes(range(256)),
    ):
        with pytest.raises(Invalid):
            read_leads(saved(start + HEADER.encode() + ANNA.encode()))


@pytest.mark.parametrize("twins", ["Email,email,E-mail", "Email,Email Address", "company,COMPANY", "Notes,notes!"])
def test_columns_for_one_field_are_refused_by_name(saved: Save, twins: str) -> None:
    with pytest.raises(Invalid) as error:
        read_leads(saved(f"{twins},Work Email\na@x.example,b,c,d\n"))
    assert twins.replace(",", ", ") in str(error.value)


def test_columns_without_a_name_are_refused_by_their_numbers(saved: Save) -> None:
    with pytest.raises(Invalid, match="columns 1, 3 no name"):
        read_leads(saved(",Email, ,Company\n1,a@x.example,2,Acme\n"))


def test_a_header_without_an_address_says_what_was_seen_and_what_would_do(saved: Save) -> None:
    with pytest.raises(Invalid, match=r"Seen: Name, Firma\. Recognised for it: email, .*workemail"):
        read_leads(saved("Name,Firma\nAnna,Acme\n"))


@pytest.mark.parametrize(
    "content", ["", "\ufeff", HEADER, "\ufeff" + HEADER, "\n\n\n", "sep=,\n", "sep=,\n" + HEADER]
)
def test_a_file_without_rows_is_refused(saved: Save, content: str) -> None:
    with pytest.raises(Invalid, match="no rows"):
        read_leads(saved(content))


def test_a_missing_file_and_a_folder_are_one_sentence_each(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="does not exist"):
        read_leads(tmp_path / "nothing.csv")
    with pytest.raises(Invalid, match="is a folder"):
        read_leads(tmp_path)


def test_a_file_can_be_read_again_and_gives_the_same(saved: Save) -> None:
    file = read_leads(saved(HEADER + ANNA * 3))
    assert list(file.rows()) == list(file.rows())
    assert [row.status for row in file.rows()] == ["accepted", "duplicate", "duplicate"]
