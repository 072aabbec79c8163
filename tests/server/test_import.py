"""`zigral import`: what it prints, what it writes, and what it leaves alone."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from memory.errors import ZigralError
from server.cli import app

LEADS = (
    "Email,First Name,Company,Annual Revenue\n"
    "anna@acme.example,Anna,Acme,5M\n"
    "ANNA+x@acme.example,Anna,Acme,\n"
    "nobody,Bo,Other,\n"
    "carl@acme.example,\x1b[31mCarl,=1+1,\n"
)


@pytest.fixture
def leads_csv(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZIGRAL_DATA", str(short_folder / "data"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    path = short_folder / "leads.csv"
    path.write_text(LEADS)
    return path


def zigral_import(path: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["import", str(path), *options], catch_exceptions=False)


def imported(path: Path, *options: str) -> dict[str, object]:
    result = zigral_import(path, "--json", *options)
    assert result.exit_code == 0
    return json.loads(result.stdout)


def test_a_dry_run_prints_what_the_expected_file_holds(shared_data: Path, leads_csv: Path) -> None:
    expected = json.loads((shared_data / "leads_messy.expected.json").read_text())
    told = imported(shared_data / "leads_messy.csv", "--dry-run")
    for row in expected["rows"]:
        row.pop("why", None)
    assert {name: told[name] for name in ("version", "file", "encoding", "delimiter", "counts", "rows")} == {
        name: expected[name] for name in ("version", "file", "encoding", "delimiter", "counts", "rows")
    }


def test_a_dry_run_writes_nothing(leads_csv: Path, short_folder: Path) -> None:
    assert zigral_import(leads_csv, "--dry-run").exit_code == 0
    assert not (short_folder / "data").exists()


def test_a_dry_run_shows_the_columns_the_rows_and_the_counts_harmlessly(leads_csv: Path) -> None:
    shown = zigral_import(leads_csv, "--dry-run").stdout
    assert "extra: annual_revenue" in shown
    assert "rejected: invalid_email" in shown
    assert "duplicate of row 1" in shown
    assert "4 rows: 2 accepted, 1 duplicate, 1 rejected" in shown
    assert "\x1b" not in shown


def test_a_dry_run_shows_the_first_twenty_rows_and_counts_all(leads_csv: Path) -> None:
    leads_csv.write_text("Email\n" + "".join(f"p{n}@acme.example\n" for n in range(50)))
    shown = zigral_import(leads_csv, "--dry-run").stdout
    assert "p19@acme.example" in shown
    assert "p20@acme.example" not in shown
    assert "50 rows: 50 accepted" in shown


def test_an_import_counts_every_row_and_a_second_one_finds_duplicates(leads_csv: Path) -> None:
    first, second = imported(leads_csv), imported(leads_csv)
    names = ("rows", "accepted", "duplicate", "rejected")
    assert [first[name] for name in names] == [4, 2, 1, 1]
    assert [second[name] for name in names] == [4, 0, 3, 1]


def test_the_policy_decides_what_becomes_of_leads_that_are_stored(leads_csv: Path) -> None:
    imported(leads_csv)
    leads_csv.write_text(LEADS.replace("Anna,Acme,5M", "Anna,Acme AG,"))
    assert imported(leads_csv, "--duplicates", "update")["updated"] == 1
    assert imported(leads_csv, "--duplicates", "create")["copied"] == 2


def test_rejected_rows_are_written_where_the_answer_says(leads_csv: Path, short_folder: Path) -> None:
    path = Path(str(imported(leads_csv)["rejected_csv"]))
    assert path.is_relative_to(short_folder / "data")
    assert path.read_text() == (
        "line,reason,Email,First Name,Company,Annual Revenue\n4,invalid_email,nobody,Bo,Other,\n"
    )


def test_an_import_says_in_a_line_what_became_of_the_rows(leads_csv: Path) -> None:
    assert zigral_import(leads_csv).stdout.startswith("4 rows: 2 accepted, 1 duplicate, 1 rejected\n")


@pytest.mark.parametrize("content", ["", "Email\n", "Name\nAnna\n", 'Email,Note\na@x.example,"open\n'])
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_written(
    leads_csv: Path, short_folder: Path, content: str
) -> None:
    leads_csv.write_text(content)
    with pytest.raises(ZigralError, match=r"leads\.csv"):
        zigral_import(leads_csv)
    assert not (short_folder / "data").exists()


def test_an_unknown_policy_is_wrong_use(leads_csv: Path) -> None:
    assert zigral_import(leads_csv, "--duplicates", "merge").exit_code == 2


@pytest.mark.parametrize("options", [("--json",), ()])
def test_no_character_that_moves_a_cursor_reaches_a_terminal(leads_csv: Path, options: tuple[str, ...]) -> None:
    leads_csv.write_text(
        "Email,First Name,Motto\nanna@acme.example,An\u009b2Jna\u202e,\u202eodd\u061c\n", encoding="utf-8"
    )
    said = zigral_import(leads_csv, "--dry-run", *options).stdout
    assert not {"\u009b", "\u202e", "\u061c", "\x1b"} & set(said)
    if options:
        assert json.loads(said)["rows"][0]["normalized"]["extra"]["motto"] == "\u202eodd\u061c"
