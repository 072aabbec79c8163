"""`zigral thread`: what is kept of a run, for a person and for a program, and a run that goes on otherwise."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from typer.testing import CliRunner, Result

from memory.checkpoints import saver_on
from memory.errors import Invalid, NotFound
from server.cli import app
from server.data_server import open_redis
from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "demo"


@dataclass(frozen=True)
class Kept:
    """A run of one lead of the demo, up to its approval."""

    folder: Path
    thread: str

    def zigral(self, *arguments: str | Path) -> Result:
        environ = {"ZIGRAL_DATA": str(self.folder / "data"), "REDIS_URL": ""}
        return CliRunner().invoke(app, [*map(str, arguments)], env=environ)

    def told(self, *arguments: str | Path) -> Any:
        result = self.zigral(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    with TemporaryDirectory(prefix="zigral-") as name:
        folder = Path(name)
        inputs = ("--icp", DEMO / "icp.toml", "--offer", DEMO / "offer.toml", "--web", DEMO / "web")
        run = Kept(folder, "").zigral(
            "run",
            DEMO / "leads.csv",
            *inputs,
            "--limit",
            "1",
            "--out",
            folder / "out",
            "--engine",
            "offline",
            "--json",
        )
        assert run.exit_code == 0, run.output
        line = json.loads((folder / "out" / "runs.jsonl").read_text().splitlines()[0])
        yield Kept(folder, line["run_id"])


def profile(kept: Kept, rule: str) -> Path:
    """A profile that asks one thing of a lead."""
    path = kept.folder / "other.toml"
    path.write_text(
        f'name = "x"\nthreshold = 1\n[[criteria]]\nid = "large"\nkind = "must"\nrule = "{rule}"\nweight = 1\n'
    )
    return path


def test_the_list_says_what_each_thread_waits_for(kept: Kept) -> None:
    found = {line["thread_id"]: line for line in kept.told("thread", "list")["threads"]}[kept.thread]
    assert (found["status"], found["run_id"]) == ("waiting", kept.thread)
    assert found["waits_for"].startswith("send_email ")
    assert kept.thread in kept.zigral("thread", "list").stdout


def test_the_state_is_shown_as_it_is_and_as_it_was_after_a_step(kept: Kept) -> None:
    now = kept.told("thread", "show", kept.thread)
    assert now["values"]["status"] == "awaiting_approval"
    steps = kept.told("thread", "history", kept.thread)["steps"]
    extracted = next(step for step in steps if step["nodes"] == ["extract"])
    then = kept.told("thread", "show", kept.thread, "--at", extracted["checkpoint_id"])
    assert then["values"]["facts"] == now["values"]["facts"]
    assert "draft" not in {name for name, value in then["values"].items() if value}


def test_the_history_names_each_node_and_what_it_changed_the_last_one_first(kept: Kept) -> None:
    steps = kept.told("thread", "history", kept.thread)["steps"]
    made = [(step["nodes"], step["changed"]) for step in reversed(steps)]
    assert made[1] == (["__start__"], ["lead"])
    assert [nodes[0] for nodes, _ in made[2:]] == [
        *("recall", "research", "extract", "qualify", "draft", "prove", "critique"),
    ]
    assert (["extract"], ["facts"]) in made
    assert steps[0]["following"] == ["approve"]
    assert len(kept.zigral("thread", "history", kept.thread).stdout.splitlines()) == len(steps)


def test_a_fork_with_another_profile_ends_otherwise_and_leaves_the_thread_as_it_was(kept: Kept) -> None:
    before = kept.told("thread", "history", kept.thread)
    told = kept.told("thread", "fork", kept.thread, "--icp", profile(kept, "employees > 100000"))
    assert told["differs"]["qualification"] == ["qualified", "not_qualified"]
    assert told["differs"]["criterion large"] == [None, "no"]
    new = told["after"]["thread_id"]
    assert kept.told("thread", "show", new)["status"] == "done"
    assert [step["nodes"] for step in kept.told("thread", "history", new)["steps"]][:2] == [
        ["remember"],
        ["qualify"],
    ]
    assert kept.told("thread", "history", kept.thread) == before
    assert not list((kept.folder / "out" / "outbox").glob("*.eml"))


def test_a_fork_of_a_named_step_stops_at_the_approval_again(kept: Kept) -> None:
    steps = kept.told("thread", "history", kept.thread)["steps"]
    at = next(step["checkpoint_id"] for step in steps if step["following"] == ["draft"])
    result = kept.zigral("thread", "fork", kept.thread, "--at", at)
    assert result.exit_code == 0
    assert "It comes out the same." in result.stdout
    new = result.stdout.split()[2]
    assert kept.told("thread", "show", new)["status"] == "waiting"


@pytest.mark.parametrize("command", ["show", "history", "fork"])
def test_a_thread_or_a_step_that_is_not_there_is_named(kept: Kept, command: str) -> None:
    assert isinstance(kept.zigral("thread", command, "nobody\x1b[31m").exception, NotFound)
    if command != "history":
        missing = kept.zigral("thread", command, kept.thread, "--at", "no-step").exception
        assert isinstance(missing, NotFound)
        assert "zigral thread history" in str(missing)


def test_a_step_before_the_pages_were_read_is_not_forked_without_a_web(kept: Kept) -> None:
    steps = kept.told("thread", "history", kept.thread)["steps"]
    at = next(step["checkpoint_id"] for step in steps if step["following"] == ["research"])
    refused = kept.zigral("thread", "fork", kept.thread, "--at", at).exception
    assert isinstance(refused, Invalid)
    assert "ZIGRAL_WEB" in str(refused)


def test_another_graph_s_thread_and_a_damaged_one_are_shown_without_their_control_characters(kept: Kept) -> None:
    async def make() -> None:
        settings = Settings(data=kept.folder / "data")
        async with open_redis(settings) as client, saver_on(client) as saver:
            values = {"topic": "red\x1b[31m\u202e", "__pregel_tasks": []}
            checkpoint: Any = {**empty_checkpoint(), "channel_values": values}
            checkpoint["channel_versions"] = dict.fromkeys(values, "1")
            at: Any = {"configurable": {"thread_id": "studio\x1b[2J", "checkpoint_ns": ""}}
            stored = await saver.aput(at, checkpoint, {"source": "loop"}, checkpoint["channel_versions"])
            await saver.aput_writes(stored, [("__error__", ValueError("it broke"))], "task")
            await client.set("{zigral:broken}:c", "text")

    asyncio.run(make())
    lines = {line["thread_id"]: line for line in kept.told("thread", "list")["threads"]}
    assert lines["studio\x1b[2J"]["status"] == "failed"
    assert "it broke" in lines["studio\x1b[2J"]["waits_for"]
    assert lines["broken"]["status"] == "damaged"
    for arguments in (("list",), ("show", "studio\x1b[2J"), ("history", "studio\x1b[2J")):
        said = kept.zigral("thread", *arguments)
        assert said.exit_code == 0
        assert not {"\x1b", "\u202e"} & set(said.stdout)
    assert isinstance(kept.zigral("thread", "fork", "studio\x1b[2J").exception, Invalid)
