"""F6, F14: workers and servers are killed at any moment; every run ends, and no stored step is done again."""

import asyncio
import itertools
import json
import os
import random
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.http.backend import open_backend

GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
TICKS = 6
MODES = ["custom", "updates", "values"]


@dataclass(frozen=True)
class Told:
    name: str
    data: Any
    id: str


async def stream(url: str, thread: str, run: str) -> list[Told]:
    """All events of a run, read over and over from the last one seen until the server closes after the end."""
    told: list[Told] = []
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        while True:
            cursor = told[-1].id if told else "-1"
            async with http.stream(
                "GET", f"/threads/{thread}/runs/{run}/stream", headers={"Last-Event-ID": cursor}
            ) as response:
                fields: dict[str, str] = {}
                async for line in response.aiter_lines():
                    key, _, value = line.partition(": ")
                    if key and not line.startswith(":"):
                        fields[key] = value
                    elif not line and "event" in fields:
                        told.append(Told(fields["event"], json.loads(fields["data"]), fields["id"]))
                        fields = {}
            status = (await http.get(f"/threads/{thread}/runs/{run}")).json()["status"]
            if status not in ("pending", "running"):
                return told


def check(told: list[Told], final: dict[str, Any], history: list[dict[str, Any]]) -> int:
    """That a run was whole; the number of its attempts."""
    assert final["trail"] == [f"t{n}" for n in range(TICKS)]
    assert [s["metadata"]["step"] for s in history] == list(range(TICKS, -2, -1))
    for newer, older in itertools.pairwise(history):
        assert newer["parent_checkpoint"] == older["checkpoint"]
    ids = [tuple(map(int, one.id.split("-"))) for one in told]
    assert ids == sorted(set(ids))
    attempts = [one.data["attempt"] for one in told if one.name == "metadata"]
    assert attempts == sorted(set(attempts))
    seen: list[dict[str, Any]] = []
    stored, first = 0, True  # steps that were told as done; whether an attempt has told nothing yet
    for one in told:
        if one.name == "metadata":
            first = True
        elif one.name == "custom" and "begun" in one.data:
            begun = one.data["begun"]
            assert begun == stored or (first and begun == stored - 1), (stored, [(t.name, t.data) for t in told])
            stored, first = begun, False
        elif one.name == "custom":
            assert one.data == {"ended": stored}
        elif one.name == "updates":
            assert one.data == {"tick": {"done": 1, "trail": [f"t{stored}"]}}
        elif one.name == "values":
            assert one.data.get("done", 0) in (stored, stored + 1)
            stored = one.data.get("done", 0)
            seen.append(one.data)
    assert stored == TICKS
    assert {len(v.get("trail", [])) for v in seen} == set(range(TICKS + 1))
    return len(attempts)


async def one_run(site: Any) -> int:
    """Run one, reading its stream all the while; how often it was begun."""
    sdk = site.sdk
    thread = (await sdk.threads.create())["thread_id"]
    given = {"ticks": TICKS, "delay": 0.25}
    run = await sdk.runs.create(thread, "steps", input=given, stream_mode=MODES, stream_resumable=True)
    told = await stream(site.url, thread, run["run_id"])
    assert (await sdk.runs.get(thread, run["run_id"]))["status"] == "success"
    assert (await sdk.threads.get(thread))["status"] == "idle"
    final = (await sdk.threads.get_state(thread))["values"]
    return check(told, final, await sdk.threads.get_history(thread, limit=100))


async def test_runs_whose_workers_are_killed_all_end_and_repeat_no_stored_step(site: Any) -> None:
    long_lease = {"ZIGRAL_LEASE_SECONDS": "300"}  # their silence tells before
    workers = [site.zigral("worker", "--concurrency", "8", **long_lease) for _ in range(2)]
    async with site.serving(concurrency=0, lease_seconds=300) as backend:
        await site.working(*workers)
        runs = [asyncio.create_task(one_run(site)) for _ in range(16)]
        for _ in range(1000):
            if len(await backend.runs.runs.under_way("running")) > 8:
                break
            await asyncio.sleep(0.02)
        for victim in workers:
            await asyncio.sleep(random.uniform(0.05, 0.5))
            victim.send_signal(signal.SIGKILL)
        async with open_backend(backend.settings.model_copy(update={"concurrency": 16}), GRAPHS):
            assert max(await asyncio.gather(*runs)) > 1


async def test_200_runs_and_20_kills(site: Any, capsys: pytest.CaptureFixture[str]) -> None:
    if not os.environ.get("ZIGRAL_BENCH"):
        pytest.skip("a measurement: tests/bench/bench_kills.py")
    workers = [site.worker(), site.worker()]
    await site.serve(ZIGRAL_CONCURRENCY="0")
    await site.working(*workers)
    killed = 0
    attempts: list[int] = []

    async def kill() -> None:
        nonlocal killed
        while killed < 20:
            workers.append(site.worker())
            await site.working(workers[-1])
            await asyncio.sleep(random.uniform(0, 0.5))
            workers.pop(random.randrange(len(workers))).send_signal(signal.SIGKILL)
            killed += 1

    async def client() -> None:
        while killed < 20 or len(attempts) < 200:
            attempts.append(await one_run(site))

    await asyncio.gather(kill(), *(client() for _ in range(16)))
    with capsys.disabled():
        taken_over = sum(a > 1 for a in attempts)
        sys.stdout.write(f"{len(attempts)} runs, {killed} kills: {taken_over} were taken over, all whole\n")
