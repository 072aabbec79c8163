"""`zigral command`: a plan that people can read, its run, and why there is none."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import Result
from typer.testing import CliRunner

from server.assembly import DEMO
from server.cli import app
from server.settings import VARIABLES


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder that has the demo's leads."""
    with TemporaryDirectory(prefix="zigral-") as name:
        zigral(Path(name), "import", str(DEMO / "leads.csv"))
        yield Path(name)


def zigral(data: Path, *words: str, **env: str) -> Result:
    environ = {**dict.fromkeys(VARIABLES.values(), ""), "ZIGRAL_DATA": str(data), **env}
    return CliRunner().invoke(app, words, env=environ)


def test_a_plan_is_shown_with_what_each_step_does_and_what_all_would_take(data: Path) -> None:
    outcome = zigral(data, "command", "Find 3 leads in Germany and draft an intro mail to each")
    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[1].startswith("  1. records list")
    assert any("copywriter draft_email" in line for line in lines)
    assert any(line.strip().startswith("Drafts a first mail") for line in lines)
    assert "up to 3 mails drafted and none sent" in lines[-2]
    assert lines[-1].startswith("Nothing has run.")


def test_with_execute_it_runs_here_and_says_what_came_of_it(data: Path) -> None:
    outcome = zigral(data, "command", "Score the leads in Germany", "--execute")
    assert outcome.exit_code == 0, outcome.output
    assert "completed  step_1" in outcome.stderr
    assert any("@" in line and "qualified" in line for line in outcome.stdout.splitlines())


def test_where_the_store_has_no_such_lead_it_says_where_leads_come_from(data: Path) -> None:
    outcome = zigral(data, "command", "Which leads are in Portugal?", "--execute")
    assert outcome.exit_code == 0, outcome.output
    assert outcome.stdout.splitlines()[-2].startswith("Nothing was found")
    assert "zigral import FILE" in outcome.stdout.splitlines()[-1]


def test_under_json_a_plan_and_its_run_are_one_document(data: Path) -> None:
    plan = json.loads(zigral(data, "command", "Score all leads", "--json").stdout)
    assert plan.keys() == {"job_id", "kind", "objective", "steps", "estimate"}
    ran = json.loads(zigral(data, "command", "Remember that our tone is plain", "--json", "--execute").stdout)
    assert ran["execution"]["execution_id"] == ran["execution_id"]
    assert ran["execution"]["status"] == "completed"


@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_out_of_scope_is_one_sentence_and_exit_1(data: Path, as_json: bool) -> None:
    outcome = zigral(data, "command", "Book me a flight to Lisbon", *(["--json"] if as_json else []))
    assert outcome.exit_code == 1
    said = json.loads(outcome.stdout)["error"] if as_json else outcome.stdout
    assert said.strip().endswith(".")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["  "], "say what is to be done"),
        (["x" * 10_001], "10000 characters"),
        (["Score all leads", "--engine", "party"], "no engine"),
        (["Score all leads", "--engine", "openai"], "OPENAI_API_KEY"),
    ],
)
def test_what_cannot_start_is_a_sentence_and_no_plan(data: Path, words: list[str], told: str) -> None:
    outcome = zigral(data, "command", *words)
    assert outcome.exit_code != 0
    assert outcome.stdout == ""
    assert told in str(outcome.exception)


def test_offline_asks_no_model_though_there_is_a_key(data: Path) -> None:
    env = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": "http://127.0.0.1:9"}
    outcome = zigral(data, "command", "Score all leads", "--engine", "offline", **env)
    assert outcome.exit_code == 0, outcome.output
