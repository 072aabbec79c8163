"""A history imported first, and then the demo's leads run: what a user sees of it."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import Result as Outcome
from typer.testing import CliRunner

from server.cli import app

DEMO = Path(__file__).resolve().parents[2] / "demo"
GARETH, DOROTA = "gareth.whitlam@brindlecombe-pumps.example", "dorota.kulej@lipnica-instruments.example"


def zigral(base: Path, *arguments: str | Path) -> Outcome:
    outcome = CliRunner().invoke(
        app,
        [*map(str, arguments)],
        env={"ZIGRAL_DATA": str(base / "data"), "REDIS_URL": "", "QDRANT_URL": "", "OPENAI_API_KEY": ""},
        catch_exceptions=False,
    )
    assert outcome.exit_code == 0, outcome.output
    return outcome


def imported(base: Path, *lines: dict[str, str]) -> None:
    path = base / "past.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    zigral(base, "memory", "import", path)


def happened(person: str, text: str, **given: str) -> dict[str, str]:
    base = {"id": text, "account": person.partition("@")[2], "person": person, "text": text}
    return base | {"kind": "mail_received", "at": "2026-05-04T10:00:00+02:00"} | given


def run(base: Path) -> None:
    inputs = ("--icp", DEMO / "icp.toml", "--offer", DEMO / "offer.toml", "--web", DEMO / "web")
    zigral(base, "run", DEMO / "leads.csv", *inputs, "--out", base / "out", "--limit", "2")


def results(base: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (base / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines()]


def latest(base: Path, person: str) -> dict[str, Any]:
    return [result for result in results(base) if result["lead"]["email"] == person][-1]


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    with TemporaryDirectory(prefix="zigral-") as name:
        yield begun(Path(name))


def begun(folder: Path) -> Path:
    """The first two leads of the demo, run with a history: one asked to wait, a colleague of the other said no."""
    wait = happened(GARETH, "Ask me again then.", outcome="wait", due="2199-03-01")
    no = happened("eva@lipnica-instruments.example", "Not <b>us</b>.", outcome="refused", person_name="Eva Nowak")
    imported(folder, wait, no)
    run(folder)
    return folder


def test_who_asked_to_wait_is_left_alone_and_a_colleagues_no_is_for_a_person_to_weigh(base: Path) -> None:
    gareth, dorota = latest(base, GARETH), latest(base, DOROTA)
    assert (gareth["status"], gareth["draft"], gareth["snapshots"]) == ("skipped", None, [])
    assert "asked to wait until 2199-03-01" in gareth["standing"]["stop"]
    assert gareth["standing"]["wait_until"] == "2199-03-01"
    assert (dorota["status"], dorota["qualification"]["status"]) == ("awaiting_approval", "review")
    assert "Eva Nowak said no" in dorota["standing"]["caution"]
    with (base / "out" / "leads.csv").open(encoding="utf-8", newline="") as file:
        reasons = {row["email"]: row["reason"] for row in csv.DictReader(file)}
    assert "asked to wait until 2199-03-01" in reasons[GARETH]
    assert "Eva Nowak said no" in reasons[DOROTA]
    report = (base / "out" / "report.html").read_text(encoding="utf-8")
    assert "left alone for what was said before" in report
    assert "Not &lt;b&gt;us&lt;/b&gt;." in report
    assert zigral(base, "approve", base / "out", "--all", "--json").stdout.startswith('{"approved": 0')


def test_the_same_command_goes_on_with_a_lead_once_its_wait_is_over_and_not_before(base: Path) -> None:
    run(base)
    assert len(results(base)) == 2
    imported(base, happened(GARETH, "Ask me again then.", outcome="wait", due="2026-03-01"))
    run(base)
    assert len(results(base)) == 3
    gareth = latest(base, GARETH)
    assert (gareth["status"], gareth["standing"]["stop"]) == ("awaiting_approval", None)
    run(base)
    assert len(results(base)) == 3
    zigral(base, "approve", base / "out", "--lead", GARETH)
    found = json.loads(zigral(base, "memory", "search", "approved", "--person", GARETH, "--json").stdout)
    assert [one["kind"] for one in found["results"]].count("decision") == 1
