"""`zigral workflow` as a person types it: draws, keeps and runs what is in a file, and says all that is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def zigral(short_folder: Path) -> Any:
    def call(*arguments: str) -> Ran:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("ZIGRAL_", "REDIS_"))}
        return subprocess.run(
            [sys.executable, "-m", "server.cli", "workflow", *arguments],
            cwd=ROOT,
            env={**environ, "PYTHONPATH": str(ROOT), "ZIGRAL_DATA": str(short_folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture
def asking(tmp_path: Path) -> str:
    """A file of a workflow that asks a person."""
    path = tmp_path / "asking.yaml"
    path.write_text(
        """
name: Ask
steps:
  - step_id: said
    step_type: agent_task
    agent_type: echo
    task: echo
    parameters: {text: "{{input.text}}"}
  - step_id: ask
    step_type: approval
    question: "Is {{steps.said.text}} right?"
    depends_on: [said]
output: {said: "{{steps.said.text}}", answer: "{{steps.ask}}"}
""",
        encoding="utf-8",
    )
    return str(path)


def test_the_demo_workflow_is_drawn_and_kept(zigral: Any) -> None:
    drawn = zigral("show", "demo/workflow.yaml")
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert drawn.stdout.startswith("flowchart TD")
    kept = zigral("create", "demo/workflow.yaml", "--json")
    assert json.loads(kept.stdout)["version"] == 1


def test_a_run_goes_on_where_it_waits_for_a_person(zigral: Any, asking: str) -> None:
    given = ("run", asking, "--input", '{"text": "this"}')
    paused = zigral(*given)
    assert (paused.returncode, "Is this right?" in paused.stdout) == (0, True)
    lines = [line.split() for line in paused.stderr.splitlines()]
    assert ["completed", "said", "by", "echo"] in lines
    assert ["waiting", "ask"] in lines
    answered = zigral(*given, "--answer", '{"yes": true}', "--json")
    ended = json.loads(answered.stdout)
    assert (answered.returncode, ended["status"]) == (0, "completed")
    assert ended["output"] == {"said": "this", "answer": {"yes": True}}
    assert "said" not in answered.stderr  # what was finished is not done again
    late = zigral(*given, "--answer", "1")
    assert (late.returncode, late.stdout) == (2, "")
    assert "Nothing waits for an answer" in late.stderr


def test_a_run_that_fails_says_what_failed_and_ends_with_one(zigral: Any, asking: str) -> None:
    failed = zigral("run", asking)
    assert failed.returncode == 1
    assert failed.stdout.startswith("failed: ")
    assert "input.text" in failed.stdout


def test_all_that_is_wrong_with_a_file_is_said_a_line_each(zigral: Any, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    step = {"step_id": "a", "step_type": "agent_task", "agent_type": "nobody", "task": "x", "depends_on": ["a"]}
    path.write_text(json.dumps({"name": "Wrong", "steps": [step]}), encoding="utf-8")
    for command in ("show", "create", "run"):
        refused = zigral(command, str(path), "--json")
        assert (refused.returncode, refused.stdout) == (2, "")
        places = [line.split(": ")[1] for line in refused.stderr.splitlines()]
        assert places == ["steps[0].agent_type", "steps[0].depends_on[0]"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("nowhere.yaml",), "nowhere.yaml"),
        (("demo/workflow.yaml", "--input", "[1]"), "JSON object"),
        (("demo/workflow.yaml", "--input", "{"), "not JSON"),
        (("demo/workflow.yaml", "--input", "@nowhere.json"), "nowhere.json"),
    ],
    ids=["no file", "a list", "half an object", "no input file"],
)
def test_what_cannot_be_run_is_refused_with_a_sentence(zigral: Any, given: tuple[str, ...], said: str) -> None:
    refused = zigral("run", *given)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
