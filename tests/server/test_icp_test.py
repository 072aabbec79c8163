"""`zigral icp test`, from outside."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.cli import main

PROFILE = """\
name = "Makers"
threshold = 60

[[criteria]]
id = "size"
kind = "must"
rule = "employees >= 20"
weight = 10

[[criteria]]
id = "sells_software"
kind = "should"
question = "Does the company sell software?"
signals = ["software", "platform"]
weight = 30

[[tests]]
lead = { company = "Ledgerline", employees = 40 }
text = "Ledgerline is a software platform for agencies. Our software sends reminders to clients."
expect = { qualified = true, size = "yes", sells_software = "yes" }

[[tests]]
lead = { company = "Two Desks", employees = 2 }
expect = { qualified = false, size = "no" }
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Zigral = Callable[..., Ran]


@pytest.fixture
def zigral(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Zigral:
    """Runs the command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZIGRAL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "150")

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["zigral", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "icp.toml"
    path.write_text(PROFILE)
    return path


def test_a_profile_whose_tests_hold_ends_with_0(zigral: Zigral, profile: Path) -> None:
    ran = zigral("icp", "test", profile)
    assert (ran.code, ran.err) == (0, "")
    assert "Makers: 2 of 2 tests hold." in ran.out
    assert "employees = 40" in ran.out


def test_a_test_that_does_not_hold_is_shown_with_what_was_expected_and_ends_with_1(
    zigral: Zigral, profile: Path
) -> None:
    profile.write_text(PROFILE.replace("employees = 2 }", "employees = 30 }"))
    ran = zigral("icp", "test", profile)
    assert ran.code == 1
    [row] = [line for line in ran.out.splitlines() if "employees = 30" in line]
    assert [cell.strip() for cell in row.strip("│ \n").split("│")][-4:] == ["size", "no", "yes", "employees = 30"]
    assert "Makers: 1 of 2 tests hold." in ran.out


def test_json_is_one_document_with_expected_and_got(zigral: Zigral, profile: Path) -> None:
    ran = zigral("icp", "test", profile, "--json")
    document = json.loads(ran.out)
    assert (ran.code, ran.err, document["passed"], document["failed"]) == (0, "", 2, 0)
    first, second = document["tests"]
    assert first["expected"] == first["got"] == {"qualified": True, "size": "yes", "sells_software": "yes"}
    assert (first["status"], first["score"]) == ("qualified", 100)
    assert first["criteria"][0] == {"id": "size", "basis": "rule", "verdict": "yes", "why": "employees = 40"}
    assert (second["number"], second["status"], second["lead"]["company"]) == (2, "not_qualified", "Two Desks")


def test_a_verdict_that_changed_since_the_last_run_is_told_once(zigral: Zigral, profile: Path) -> None:
    assert json.loads(zigral("icp", "test", profile, "--json").out)["compared"] is False
    profile.write_text(PROFILE.replace(">= 20", ">= 50"))
    ran = zigral("icp", "test", profile, "--json")
    document = json.loads(ran.out)
    assert (ran.code, document["compared"]) == (1, True)
    assert document["changes"] == [
        {"number": 1, "id": "qualified", "before": "qualified", "now": "not_qualified"},
        {"number": 1, "id": "size", "before": "yes", "now": "no"},
    ]
    assert json.loads(zigral("icp", "test", profile, "--json").out)["changes"] == []


def test_changes_are_told_to_a_person_too(zigral: Zigral, profile: Path) -> None:
    zigral("icp", "test", profile)
    profile.write_text(PROFILE.replace(">= 20", ">= 50"))
    assert "Changed since the last run: test 1, size: yes -> no" in zigral("icp", "test", profile).out


def test_a_test_that_was_moved_is_still_compared_and_an_edited_one_is_not(zigral: Zigral, profile: Path) -> None:
    zigral("icp", "test", profile)
    head, first, second = PROFILE.split("[[tests]]")
    edited = second.replace("employees = 2 ", "employees = 500 ")
    profile.write_text(f"{head.replace('>= 20', '>= 50')}[[tests]]{edited}\n[[tests]]{first}")
    changes = json.loads(zigral("icp", "test", profile, "--json").out)["changes"]
    assert {change["number"] for change in changes} == {2}


def test_each_profile_has_a_last_run_of_its_own(zigral: Zigral, profile: Path, tmp_path: Path) -> None:
    zigral("icp", "test", profile)
    other = tmp_path / "other.toml"
    other.write_text(PROFILE)
    assert json.loads(zigral("icp", "test", other, "--json").out)["compared"] is False
    assert json.loads(zigral("icp", "test", "./icp.toml", "--json").out)["compared"] is True


def test_a_last_run_that_was_torn_is_as_none(zigral: Zigral, profile: Path, tmp_path: Path) -> None:
    zigral("icp", "test", profile)
    [kept] = (tmp_path / "data" / "icp_tests").iterdir()
    kept.write_bytes(kept.read_bytes()[:20])
    ran = zigral("icp", "test", profile, "--json")
    assert (ran.code, json.loads(ran.out)["compared"]) == (0, False)


def test_a_run_that_cannot_be_kept_says_so_and_is_answered_all_the_same(
    zigral: Zigral, profile: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("not a folder")
    ran = zigral("icp", "test", profile, "--json")
    assert (ran.code, json.loads(ran.out)["passed"]) == (0, 2)
    assert ran.err.count("\n") == 1
    assert "could not be kept" in ran.err


def test_a_profile_without_tests_says_so_and_ends_with_0(zigral: Zigral, profile: Path) -> None:
    profile.write_text(PROFILE.split("[[tests]]", maxsplit=1)[0])
    ran = zigral("icp", "test", profile)
    assert (ran.code, ran.out) == (0, "Makers: the profile parses and has no [[tests]].\n")
    assert json.loads(zigral("icp", "test", profile, "--json").out)["tests"] == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            PROFILE.replace("threshold", "treshold"),
            'icp.toml:2: treshold is not a known key; did you mean "threshold"?',
        ),
        (PROFILE.replace(">= 20", ">= 20 &&"), 'icp.toml:7: criteria[0].rule at character 17: write "and"'),
        ("name = ", "icp.toml:1: the file is not TOML: Invalid value."),
        ("x = " + "[" * 10_000, "icp.toml:1: x is nested too deep."),
    ],
)
def test_a_profile_that_does_not_parse_ends_with_2_and_its_line(
    zigral: Zigral, profile: Path, source: str, said: str
) -> None:
    profile.write_text(source)
    ran = zigral("icp", "test", profile, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_profile_that_is_not_there_ends_with_2(zigral: Zigral, tmp_path: Path) -> None:
    ran = zigral("icp", "test", tmp_path / "missing.toml")
    assert (ran.code, ran.err) == (
        2,
        f"zigral: {tmp_path / 'missing.toml'}: there is no such file. Check the path.\n",
    )


def test_what_a_profile_says_cannot_rewrite_the_terminal(zigral: Zigral, profile: Path) -> None:
    hostile = PROFILE.replace('"Makers"', r'"\u001b[2JMakers"').replace('"Ledgerline"', r'"[red]\u001b[31m\u202eX"')
    profile.write_text(hostile)
    out = zigral("icp", "test", profile).out
    assert not {"\x1b", "\u202e"} & set(out)
    assert "[red][31mX" in out


def test_the_shared_profile_holds_its_own_tests(zigral: Zigral, shared_data: Path) -> None:
    document = json.loads(zigral("icp", "test", shared_data / "icp.toml", "--json").out)
    assert [test["got"] for test in document["tests"]] == [test["expected"] for test in document["tests"]]
    assert len(document["tests"]) == 3


def test_nothing_is_left_beside_the_kept_run(zigral: Zigral, profile: Path, tmp_path: Path) -> None:
    for _ in range(3):
        zigral("icp", "test", profile)
    assert len(list((tmp_path / "data" / "icp_tests").iterdir())) == 1
