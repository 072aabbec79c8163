"""The CSVs that we write: harmless to a spreadsheet, and read back as they were."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Invalid, Unavailable
from tools.csv_out import csv_file, disarm, read_csv, rearm, write_csv
from tools.lead_file import read_leads
from tools.lead_rejects import rejected_file

FORMULAS = ['=HYPERLINK("http://x","y")', "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str) -> None:
    assert disarm(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Acme", "'tis", "a=b", "", " =1", "5"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert disarm(text) == text


CELLS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=10),
    st.text("'=+-@\t\r\n\", a", max_size=6),
)


@given(CELLS)
def test_disarming_is_undone_by_rearming_and_leaves_no_formula(text: str) -> None:
    assert rearm(disarm(text)) == text
    assert not disarm(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
def test_what_was_written_is_read_back(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "out.csv"
        write_csv(path, ["name"], rows)
        assert list(read_csv(path)) == [["name"], *rows]


def test_numbers_stay_numbers_in_their_columns_and_formulas_there_do_not(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(
        path, ["name", "score"], [["-5", "-5"], ["x", "-5+cmd|' /C calc'!A0"], ["y", -5], ["z", None]], numbers={1}
    )
    with path.open(newline="") as file:
        written = list(csv.reader(file))[1:]
    assert written == [["'-5", "-5"], ["x", "'-5+cmd|' /C calc'!A0"], ["y", "-5"], ["z", ""]]


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(KeyError), csv_file(path, ["name"]) as write:
        write(["Anna"])
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be written"):
        write_csv(tmp_path / "file" / "out.csv", ["name"], [])


def test_what_zigral_did_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(Invalid, match=r"other\.csv"):
        list(read_csv(tmp_path / "other.csv"))


def test_rejected_rows_are_kept_as_they_came_with_line_and_reason(tmp_path: Path) -> None:
    source = tmp_path / "leads.csv"
    source.write_text(
        'Email,Company,# Employees\n" bad@ ","=1+1",-5\na@x.example,Acme,5\n,,\nb@x.example,B,1,more\n'
    )
    leads = read_leads(source)
    with rejected_file(tmp_path / "rejected.csv", leads) as reject:
        for row in leads.rows():
            if row.status == "rejected":
                reject(row)
    with (tmp_path / "rejected.csv").open(newline="") as file:
        rows = list(csv.DictReader(file, restkey="further"))
    assert rows == [
        {"line": "2", "reason": "invalid_email", "Email": " bad@ ", "Company": "'=1+1", "# Employees": "-5"},
        {"line": "4", "reason": "empty_row", "Email": "", "Company": "", "# Employees": ""},
        {"line": "5", "reason": "too_many_columns", "Email": "b@x.example", "Company": "B", "# Employees": "1"}
        | {"further": ["more"]},
    ]
