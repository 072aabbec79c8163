"""What `zigral run` says at its end, to a person, to a program and in the report, also where it was stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import lxml.html
import pytest
from typer.testing import CliRunner

from memory.records import Cost, Result
from memory.results import Results
from server.cli import app
from server.report_summary import MOST_REASONS, OTHERS, summary_of

DEMO = Path(__file__).resolve().parents[2] / "demo"


def command(folder: Path, *options: str) -> list[str]:
    inputs = ("--web", str(DEMO / "web"), "--icp", str(DEMO / "icp.toml"), "--offer", str(DEMO / "offer.toml"))
    words = ("run", str(DEMO / "leads.csv"), *inputs, "--engine", "offline", "--out", str(folder / "out"), *options)
    return [sys.executable, "-m", "server.cli", *words]


def environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(DEMO.parent), "ZIGRAL_DATA": str(folder / "data")}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's folder, and what its run said."""
    folder = tmp_path_factory.mktemp("run")
    done = subprocess.run(
        command(folder), env=environ(folder), capture_output=True, text=True, timeout=240, check=True
    )
    assert done.stderr == ""  # a pipe stays quiet
    return folder, done.stdout


def test_it_counts_gives_the_reasons_and_says_what_it_took(ended: tuple[Path, str]) -> None:
    lines = ended[1].splitlines()
    assert lines[:2] == [
        "16 rows: 14 accepted, 1 duplicate, 1 rejected.",
        "14 leads: 8 emails await approval, 1 more wants a closer look first, 3 are not a fit, 2 failed.",
    ]
    said = {key: rest for key, _, rest in (line.strip().partition(":") for line in lines[2:])}
    assert "1 size" in said["not a fit"]
    assert sum(map(int, re.findall(r"(?:^|, )\s*(\d+) ", said["not a fit"]))) == 3
    assert "1 the page did not answer (timeout)" in said["failed"]
    assert ".example" not in said["failed"]
    assert "1 unclear: size" in said["a closer look"]
    assert re.fullmatch(r" +\d+ pages read, no tokens; \d+ s\.", said["Cost"])


def test_the_report_begins_with_the_same_sentence_and_reasons(ended: tuple[Path, str]) -> None:
    folder, said = ended
    page = lxml.html.parse(folder / "out" / "report.html").getroot()
    assert " ".join(page.xpath("//h1")[0].text_content().split()).replace("\xa0", " ") == said.splitlines()[1]
    reasons = " ".join(page.xpath("//dl[@class='reasons']")[0].text_content().split())
    assert "Failed1 the page did not answer (timeout)" in reasons


def test_a_program_reads_the_same_and_doing_nothing_again_says_what_is_there(ended: tuple[Path, str]) -> None:
    folder, _ = ended
    done = subprocess.run(
        command(folder, "--json", "--limit", "1000000", "--concurrency", "256"),
        env=environ(folder),
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["leads"] == 14
    assert sum(told["reasons"]["unfit"].values()) == 3
    assert sum(told["reasons"]["failed"].values()) == told["statuses"]["failed"] == 2
    assert (told["cost"]["input_tokens"], told["cost"]["usd"]) == (0, 0.0)
    assert told["cost"]["pages"] > 20
    assert told["seconds"] >= 0
    assert told["stopped"] is None


WRONG = [("--limit", "0"), ("--limit", "-3"), ("--limit", "x"), ("--concurrency", "0"), ("--concurrency", "257")]


@pytest.mark.parametrize("option", WRONG)
def test_a_number_that_makes_no_sense_is_refused_before_anything_is_written(
    tmp_path: Path, option: tuple[str, str]
) -> None:
    said = CliRunner().invoke(app, command(tmp_path, *option)[3:])
    assert said.exit_code == 2
    assert option[0] in said.stderr
    assert not (tmp_path / "out").exists()


def test_one_that_is_stopped_says_what_was_done_and_goes_on_later(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(tmp_path, "--concurrency", "1", "--json"),
        env=environ(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    results = tmp_path / "out" / "runs.jsonl"
    deadline = time.monotonic() + 60
    while not results.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said, noted = process.communicate(timeout=60)
    told = json.loads(said)
    assert process.returncode == 130
    assert 0 < told["leads"] < 14
    assert told["stopped"] in noted
    assert Path(told["report"]).exists()
    assert told["rows"] == 16
    before = Results(results).finished()
    again = command(tmp_path, "--limit", "2")
    subprocess.run(again, env=environ(tmp_path), capture_output=True, timeout=240, check=True)
    assert Results(results).finished().keys() >= before.keys()


def test_the_log_has_a_line_for_each_lead_with_its_run_and_no_address(ended: tuple[Path, str]) -> None:
    log = (ended[0] / "data" / "logs" / "zigral.log").read_text(encoding="utf-8")
    found = list(Results(ended[0] / "out" / "runs.jsonl").latest())
    assert all(f"| run {result.run_id} | A lead ended." in log for result in found)
    assert not [result.lead.email for result in found if result.lead.email in log]
    assert not (ended[0] / "data" / "logs" / "error.log").exists()


def test_who_has_no_offer_of_their_own_is_told_whose_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("not a folder", encoding="utf-8")
    said = CliRunner().invoke(app, ["run", str(DEMO / "leads.csv"), "--web", str(DEMO / "web"), "--out", "taken"])
    assert "no icp.toml and no offer.toml here, so the demo's stand in" in said.stderr


def test_money_is_told_where_its_price_is_known(ended: tuple[Path, str]) -> None:
    one = next(Results(ended[0] / "out" / "runs.jsonl").latest())
    paid = one.model_copy(update={"cost": Cost(input_tokens=1200, output_tokens=34, usd=0.126, pages=5)})
    unpriced = one.model_copy(update={"cost": Cost(input_tokens=1200, output_tokens=34, pages=1)})
    assert summary_of([paid]).cost == "5 pages read, 1,234 tokens, $0.13"
    assert summary_of([unpriced]).cost == "1 page read, 1,234 tokens, price unknown"


def test_reviews_alone_are_no_more_than_others(ended: tuple[Path, str]) -> None:
    results = Results(ended[0] / "out" / "runs.jsonl").latest()
    reviews = [one for one in results if one.qualification and one.qualification.status == "review"]
    assert summary_of(reviews).sentence == "1 lead: 1 email wants a closer look first."


def test_reasons_without_end_are_counted_together(ended: tuple[Path, str]) -> None:
    one = next(Results(ended[0] / "out" / "runs.jsonl").latest())

    def failed(number: int) -> Result:
        return one.model_copy(update={"status": "failed", "qualification": None, "error": f"Odd fault {number}."})

    counts = summary_of(map(failed, range(MOST_REASONS * 3))).reasons["failed"]
    assert len(counts) == MOST_REASONS + 1
    assert counts[OTHERS] == MOST_REASONS * 2
