"""Workers are killed in the middle of workflows, in each kind of step: all complete, and repeat nothing stored."""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from memory.embedded import open_embedded
from server.http.backend import open_backend

GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
AGENT = Path(__file__).parent / "graphs" / "marking.py"
ROOT = "/api/v1/workflows"
STORED_SECONDS = 1.0  # a step that ended so long before a kill was stored by then


def mark(step_id: str, *after: str, name: str | None = None, delay: float = 0.05) -> dict[str, Any]:
    return {
        "step_id": step_id,
        "step_type": "agent_task",
        "agent_type": "marking",
        "task": "mark",
        "parameters": {"name": name or step_id, "delay": delay},
        "depends_on": list(after),
    }


LONG = 1.5
EVERYTHING = {
    "name": "Everything",
    "steps": [
        mark("first"),
        {
            "step_id": "both",
            "step_type": "parallel",
            "depends_on": ["first"],
            "branches": {
                "left": [mark("l1"), mark("l2", "l1", delay=LONG), mark("l3", "l2")],
                "right": [mark("r1"), mark("r2", "r1")],
            },
        },
        {
            "step_id": "each",
            "step_type": "loop",
            "over": [0, 1, 2],
            "max_iterations": 3,
            "depends_on": ["both"],
            "steps": [mark("m", name="m{{index}}"), mark("n", "m", name="n{{index}}", delay=LONG)],
        },
        {"step_id": "ask", "step_type": "approval", "question": "Go on?", "depends_on": ["each"]},
        {"step_id": "nap", "step_type": "wait", "seconds": LONG, "depends_on": ["ask"]},
        mark("last", "nap"),
    ],
}


@dataclass
class Story:
    """What the marking agents wrote, and when workers were killed."""

    path: Path
    kills: list[float] = field(default_factory=list)

    def lines(self) -> list[dict[str, Any]]:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    async def begins(self, name: str) -> int:
        """The process that begins this step, and has not ended it."""
        async with asyncio.timeout(60):
            while True:
                lines = [one for one in self.lines() if one["name"] == name]
                if lines and "begun" in lines[-1]:
                    return int(lines[-1]["pid"])
                await asyncio.sleep(0.05)

    def kill(self, pid: int) -> None:
        self.kills.append(time.time())
        os.kill(pid, signal.SIGKILL)

    def repeated(self) -> list[str]:
        """Steps that were begun although they had ended, and long enough before any kill to be stored."""
        ended: dict[tuple[str, str], float] = {}
        found = []
        for one in self.lines():
            step = (one["run"], one["name"])
            if "ended" in one:
                ended[step] = one["ended"]
            elif step in ended and not any(0 <= kill - ended[step] < STORED_SECONDS for kill in self.kills):
                found.append(one["name"])
        return found

    def done(self) -> dict[str, set[str]]:
        """What was ended, by run."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.lines():
            if "ended" in one:
                found[one["run"]].add(one["name"])
        return found


@pytest.fixture
def story(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setenv("MARKS", str(tmp_path / "marks.jsonl"))  # for a server in this process
    site.environ |= {"ZIGRAL_AGENTS": str(AGENT), "MARKS": str(tmp_path / "marks.jsonl")}
    return Story(tmp_path / "marks.jsonl")


async def rests(http: httpx.AsyncClient, execution_id: str) -> dict[str, Any]:
    async with asyncio.timeout(90):
        while True:
            answer = await http.get(f"{ROOT}/executions/{execution_id}")
            if answer.status_code == 200 and answer.json()["status"] not in ("pending", "running"):
                return dict(answer.json())
            await asyncio.sleep(0.1)


async def test_a_workflow_whose_worker_is_killed_in_each_kind_of_step_completes(site: Any, story: Story) -> None:
    workers = [site.worker(ZIGRAL_LEASE_SECONDS="4") for _ in range(3)]  # nobody loses one for being slow
    async with (
        site.serving(concurrency=0, agents=str(AGENT)) as backend,
        httpx.AsyncClient(base_url=site.url) as http,
    ):
        made = await http.post(ROOT, json=EVERYTHING)
        assert made.status_code == 201, made.text
        await site.working(*workers)
        execute = f"{ROOT}/{made.json()['workflow_id']}/execute"
        execution_id = (await http.post(execute, json={"async_execution": True})).json()["execution_id"]
        for name in ("l2", "n1"):
            pid = await story.begins(name)
            await asyncio.sleep(STORED_SECONDS)
            story.kill(pid)
        assert (await rests(http, execution_id))["status"] == "paused"
        await http.post(f"{ROOT}/executions/{execution_id}/resume", json={"answer": "yes"})
        await waits(http, execution_id)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)  # the last one is in the middle of the wait
        async with open_backend(backend.settings.model_copy(update={"concurrency": 4}), GRAPHS):
            ended = await rests(http, execution_id)
    assert ended["status"] == "completed", ended["error"]
    assert ended["output"]["ask"] == "yes"
    assert [one["n"]["did"] for one in ended["output"]["each"]] == ["n0", "n1", "n2"]
    assert {one["status"] for one in ended["steps"].values()} == {"completed"}
    assert story.repeated() == []
    begun = Counter(one["name"] for one in story.lines() if "begun" in one)
    assert (begun["l2"], begun["n1"]) == (2, 2)
    assert {begun[name] for name in ("first", "l1", "r2", "m0", "n0", "last")} == {1}


async def waits(http: httpx.AsyncClient, execution_id: str) -> None:
    """Return once its wait has begun."""
    async with asyncio.timeout(60):
        while True:
            found = (await http.get(f"{ROOT}/executions/{execution_id}")).json()
            if found["steps"]["nap"]["status"] == "waiting":
                return
            await asyncio.sleep(0.05)


async def test_a_redis_that_is_killed_and_comes_back_loses_no_execution(site: Any, story: Story) -> None:
    nested = {"step_id": "each", "step_type": "loop", "over": [0, 1, 2], "max_iterations": 3, "depends_on": ["a"]}
    steps = [
        mark("a", delay=0.2),
        {**nested, "steps": [mark("b", name="b{{index}}", delay=0.4)]},
        mark("c", "each"),
    ]
    async with site.serving(agents=str(AGENT)) as backend, httpx.AsyncClient(base_url=site.url) as http:
        made = (await http.post(ROOT, json={"name": "Nested", "steps": steps})).json()
        execute = f"{ROOT}/{made['workflow_id']}/execute"
        begun = [(await http.post(execute, json={"async_execution": True})).json() for _ in range(4)]
        await story.begins("b1")
        story.kills.append(time.time())
        os.kill((await backend.redis.info("server"))["process_id"], signal.SIGKILL)
        await asyncio.sleep(0.5)
        async with open_embedded(site.data / "redis"):
            for one in begun:
                ended = await rests(http, one["execution_id"])
                assert (ended["status"], len(ended["output"]["each"])) == ("completed", 3)
                assert {step["status"] for step in ended["steps"].values()} == {"completed"}
    assert all(done == {"a", "b0", "b1", "b2", "c"} for done in story.done().values())


FIVE = {
    "name": "Five steps",
    "steps": [
        mark("a", delay=0.5),
        mark("b", "a", delay=0.5),
        mark("c", "a", delay=0.5),
        mark("d", "b", "c", delay=0.5),
        mark("e", "d", delay=0.5),
    ],
}


async def test_200_executions_and_20_kills(site: Any, story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    if not os.environ.get("ZIGRAL_BENCH"):
        pytest.skip("a measurement: tests/bench/bench_executions.py")
    long_lease = {"ZIGRAL_LEASE_SECONDS": "300"}  # their silence tells before
    workers = [site.worker(**long_lease) for _ in range(2)]
    ended: list[dict[str, Any]] = []
    async with site.serving(concurrency=0, agents=str(AGENT)), httpx.AsyncClient(base_url=site.url) as http:
        await site.working(*workers)
        workflow_id = (await http.post(ROOT, json=FIVE)).json()["workflow_id"]

        async def kill() -> None:
            while len(story.kills) < 20:
                workers.append(site.worker(**long_lease))
                await site.working(workers[-1])
                await asyncio.sleep(random.uniform(0, 0.5))
                story.kill(workers.pop(random.randrange(len(workers))).pid)

        async def client() -> None:
            while len(story.kills) < 20 or len(ended) < 200:
                begun = await http.post(f"{ROOT}/{workflow_id}/execute", json={"async_execution": True})
                ended.append(await rests(http, begun.json()["execution_id"]))

        await asyncio.gather(kill(), *(client() for _ in range(16)))
    assert {one["status"] for one in ended} == {"completed"}
    assert all(done == set("abcde") for done in story.done().values())
    again = sum("begun" in one for one in story.lines()) - 5 * len(ended)
    repeated = story.repeated()
    with capsys.disabled():
        sys.stdout.write(
            f"{len(ended)} executions of 5 steps and {len(story.kills)} kills: all completed; {again} steps were "
            f"begun again, {len(repeated)} of them stored before\n"
        )
    assert repeated == []
