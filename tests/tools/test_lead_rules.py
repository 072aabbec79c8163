"""The eight import rules, one row at a time, and the law that no record is lost."""

import csv
import io
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Invalid
from memory.records import lead_id_of
from tools.lead_address import is_misleading, read_address
from tools.lead_file import read_leads
from tools.lead_row import Row, clean, read_number, read_website

COLUMNS = ("Email", "First Name", "Last Name", "Company", "Website", "Employees", "Phone")
WHOLE = {
    "Email": "anna@acme.example",
    "First Name": "Anna",
    "Last Name": "Conti",
    "Company": "Acme",
    "Website": "acme.example",
}


def rows_from(content: str | bytes) -> list[Row]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return list(read_leads(path).rows())


def row_with(**changed: str) -> Row:
    cells = WHOLE | {name.replace("_", " "): value for name, value in changed.items()}
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, [cells.get(name, "") for name in COLUMNS]])
    [row] = rows_from(text.getvalue())
    return row


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("ANNA@Acme.Example", "anna@acme.example"),
        ("mailto:anna@acme.example?subject=Hi%20there", "anna@acme.example"),
        ("MAILTO:anna@acme.example", "anna@acme.example"),
        ('"Conti, Anna" <anna@acme.example>', "anna@acme.example"),
        ("Anna <mailto:anna@acme.example>", "anna@acme.example"),
        ("anna@acme.example;", "anna@acme.example"),
        ("anna+news@acme.example", "anna+news@acme.example"),
        ("anna@münchen.example", "anna@xn--mnchen-3ya.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("jose\u0301@acme.example", "josé@acme.example"),
        ("संपर्क@acme.example", "संपर्क@acme.example"),
        ("o'neill_1{x}@sub.acme.example", "o'neill_1{x}@sub.acme.example"),
        ("x" * 64 + "@acme.example", "x" * 64 + "@acme.example"),
    ],
)
def test_an_address_is_unwrapped_and_made_canonical(cell: str, email: str) -> None:
    row = row_with(Email=cell)
    assert row.lead is not None
    assert row.lead.email == email
    assert row.lead.lead_id == lead_id_of(email)


@pytest.mark.parametrize(
    "cell",
    [
        "anna", "anna@acme", "@acme.example", "anna@", "anna@@acme.example", "an na@acme.example",
        ".anna@acme.example", "anna.@acme.example", "an..na@acme.example", "anna@-acme.example",
        "anna@acme-.example", "anna@acme..example", "anna@acme.e", "anna@acme.123", "anna@[127.0.0.1]",
        "x" * 65 + "@acme.example", "anna@" + "a" * 64 + ".example", "anna\u200b@acme.example", "a(b)@acme.example",
        "anna@acme.example b@acme.example", "<anna@acme.example", "anna@acme.example/bo@acme.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_rejected_as_such(cell: str) -> None:
    assert (row_with(Email=cell).status, row_with(Email=cell).reason) == ("rejected", "invalid_email")


@pytest.mark.parametrize(
    "cell", ["", " ", "-", "--", "N/A", "#n/a", "na", "None", "NULL", "unknown", "\u200b\u00a0"]
)
def test_a_cell_that_only_says_that_there_is_nothing_is_blank(cell: str) -> None:
    assert clean(cell) == ""
    assert row_with(Email=cell).reason == "missing_email"


@pytest.mark.parametrize(
    "cell",
    [
        "anna@acme.example; bo@acme.example", "anna@acme.example,bo@acme.example",
        "anna@acme.example / bo@acme.example",
        "Anna <anna@acme.example>; Bo <bo@acme.example>", "bo@@acme.example, anna@acme.example",
        "Bo <bo@acme>, Anna <anna@acme.example>",
    ],
)  # fmt: skip
def test_of_several_addresses_in_a_cell_the_first_valid_one_is_the_only_recipient(cell: str) -> None:
    row = row_with(Email=cell)
    assert row.lead and row.lead.email == "anna@acme.example"
    assert row.warnings == ("multiple_emails",)


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"First_Name": ""}, "missing_first_name"),
        ({"Last_Name": "n/a"}, "missing_last_name"),
        ({"Company": "-"}, "missing_company"),
        ({"Website": ""}, "missing_website"),
        ({"Website": "ftp://acme.example"}, "invalid_website"),
        ({"Email": "Info+it@acme.example"}, "role_address"),
        ({"Email": "josé@acme.example"}, "needs_smtputf8"),
        ({"Company": '=HYPERLINK("http://x","y")'}, "formula_like"),
        ({"Phone": "+1 202 555 0100"}, "formula_like"),
        ({"Employees": "51-200"}, "employees_not_a_number"),
        ({"Email": "anna@\u0430cme.example"}, "mixed_script_domain"),
        ({"Website": "https://\u0430cme.example/about"}, "mixed_script_domain"),
        ({"Email": "anna@mailinator.com"}, "disposable_domain"),
        ({"Email": "anna@in.mailinator.com"}, "disposable_domain"),
    ],
)
def test_each_weakness_of_an_accepted_row_has_its_own_warning(changed: dict[str, str], warning: str) -> None:
    row = row_with(**changed)
    assert (row.status, row.warnings) == ("accepted", (warning,))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("320", 320), ("1,500", 1500), ("1.500", 1500), ("1 500", 1500), ("1'234'567", 1234567), ("0", 0),
        ("", None), ("51-200", None), ("1,50", None), ("1,234.567", None), ("-5", None), ("12k", None),
        ("9" * 5000, None),
    ],
)  # fmt: skip
def test_employees_are_digits_with_thousands_separators_or_nothing(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "website"),
    [
        ("acme.example", "https://acme.example"),
        ("acme.example:8080/x", "https://acme.example:8080/x"),
        ("//acme.example/x", "https://acme.example/x"),
        ("http://Acme.example/A?b=c#d", "http://Acme.example/A?b=c#d"),
        ("HTTPS://münchen.example", "HTTPS://münchen.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("https://user:secret@acme.example/", ""),
        ("info@acme.example", ""),
        ("coming soon", ""),
        ("https://[::1", ""),
        ("https://acme.example:99999/", ""),
    ],
)
def test_a_website_is_http_with_a_host_or_is_dropped(text: str, website: str) -> None:
    assert read_website(text) == website


@pytest.mark.parametrize(
    "domain", ["\u0430cme.example", "раураӏ.example", "gοοgle.example", "xn--80ak6aa92e.example"]
)
def test_a_domain_that_looks_latin_and_is_not_is_kept_apart_and_marked(domain: str) -> None:
    address = read_address(f"anna@{domain}")
    assert address is not None
    assert address.email.isascii()
    assert address.mixed_script


@pytest.mark.parametrize(
    "domain", ["acme.example", "münchen.example", "почта.example", "例え.example", "xn--mnchen-3ya.de"]
)
def test_an_honest_name_in_another_alphabet_is_not_marked(domain: str) -> None:
    address = read_address(f"anna@{domain}")
    assert address and not address.mixed_script


def test_a_punycode_name_that_stands_for_nothing_is_marked() -> None:
    assert is_misleading("xn--a.example")


def test_a_line_break_in_a_cell_never_reaches_the_lead() -> None:
    row = row_with(First_Name="Anna\r\nBcc: all@x.example", Company="A\tB\u2028C")
    assert row.lead and (row.lead.first_name, row.lead.company) == ("Anna Bcc: all@x.example", "A B C")


def test_tags_and_case_do_not_make_another_person_and_dots_do() -> None:
    rows = rows_from("Email\nanna@acme.example\nANNA+x@acme.example\na.nna@acme.example\nanna+y@ACME.example\n")
    assert [(row.status, row.duplicate_of) for row in rows] == [
        ("accepted", None),
        ("duplicate", 1),
        ("accepted", None),
        ("duplicate", 1),
    ]


def test_a_rejected_row_is_never_the_first_of_a_pair() -> None:
    rows = rows_from("Email,Company\nanna@acme.example,Acme,too,many\nanna@acme.example,Acme\n")
    assert [(row.status, row.reason) for row in rows] == [("rejected", "too_many_columns"), ("accepted", None)]


def test_further_cells_are_no_fault_while_they_are_blank() -> None:
    assert rows_from("Email,Company\nanna@acme.example,Acme,, n/a ,\n")[0].status == "accepted"


CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "n/a", "anna@acme.example", "ANNA+x@acme.example", "Email", "=1+1", "\0", "\ufeff", '"', "-5"]
    ),
    st.emails(),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
NASTY = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12)


@given(NASTY, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(",;\t"))
def test_every_record_is_accepted_a_duplicate_or_rejected(rows: list[list[str]], end: str, delimiter: str) -> None:
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL  # else a lone CR or LF would go unquoted
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["Email", "First Name", "Company"])
    writer.writerows(rows)
    read = rows_from(text.getvalue())
    counts = Counter(row.status for row in read)
    assert counts["accepted"] + counts["duplicate"] + counts["rejected"] == len(rows)
    assert [list(row.cells) for row in read] == rows
    assert all((row.lead is None) == (row.status != "accepted") for row in read)
    assert all((row.reason is None) == (row.status != "rejected") for row in read)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(data: bytes) -> None:
    try:
        rows = rows_from(b"Email,Company\n" + data)
    except Invalid as error:
        assert "leads.csv" in str(error)
    else:
        assert [row.row for row in rows] == list(range(1, len(rows) + 1))
        assert sorted(row.line for row in rows) == [row.line for row in rows]
