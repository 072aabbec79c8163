"""Workflows of echoing steps: milliseconds a step beside calling the agents directly, and what Redis keeps.

`work` is processor time of this process: a busy machine changes it little.

python tests/bench/bench_workflow.py [--runs 3] [--fsync everysec]
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

import memory.checkpoints  # noqa: E402, F401 - before langgraph, as the product does
from graphs.workflow import workflow  # noqa: E402
from memory.checkpoints import RedisSaver  # noqa: E402
from memory.connection import connect  # noqa: E402
from memory.definitions import Definition  # noqa: E402
from memory.embedded import open_embedded  # noqa: E402
from memory.step_log import RedisStepLog  # noqa: E402
from memory.step_records import MemoryStepLog, StepLog  # noqa: E402
from memory.words import utc_now  # noqa: E402
from nodes.agents.calling import Call, LocalCaller  # noqa: E402
from nodes.agents.echo import Echo  # noqa: E402
from nodes.registry import AgentRegistry  # noqa: E402
from tests.graphs.workflows.steps import definition, loop_while, task  # noqa: E402
from tools.http_calls import ClosedCalls  # noqa: E402

GIVEN = {"n": 1, "note": "x" * 500}


def echo(step_id: str, **more: Any) -> dict[str, Any]:
    return task(step_id, task="echo", **more)


def side_by_side(count: int) -> Definition:
    return definition(*(echo(f"s{number}") for number in range(count)))


def chain(count: int) -> Definition:
    return definition(*(echo(f"s{at}", depends_on=[f"s{at - 1}"] if at else []) for at in range(count)))


def rounds(count: int) -> Definition:
    goes_on = {"op": "lt", "left": "{{index}}", "right": count}
    return definition(loop_while("l", goes_on, [echo("s")], most=count))


SHAPES: dict[str, tuple[Callable[[int], Definition], int]] = {
    "200 side by side": (side_by_side, 200),
    "a chain of 200": (chain, 200),
    "a loop of 1,000": (rounds, 1000),
    "1,000 side by side": (side_by_side, 1000),
    "a chain of 1,000": (chain, 1000),
}


@dataclass
class Place:
    """Where a workflow's state is kept."""

    name: str
    saver: Any
    log: StepLog
    redis: Redis | None = None
    agents: LocalCaller = field(default_factory=lambda: LocalCaller(AgentRegistry([Echo()])))

    async def bytes_used(self) -> int:
        return int((await self.redis.info("memory"))["used_memory"]) if self.redis else 0


@asynccontextmanager
async def places(fsync: str) -> AsyncIterator[list[Place]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zigral-")))
        url = await stack.enter_async_context(open_embedded(folder / "redis"))
        client = await stack.enter_async_context(connect(url))
        await client.config_set("appendfsync", fsync)
        saver = RedisSaver(client)
        stack.callback(saver.close)
        yield [
            Place("in memory", InMemorySaver(), MemoryStepLog()),
            Place(f"Redis, {fsync}", saver, RedisStepLog(client), client),
        ]


async def directly(place: Place, count: int) -> float:
    """Seconds of the same calls without a workflow: as many at a time as an agent takes."""
    begun = time.perf_counter()
    calls = (Call("echo", {"v": 1}, agent="echo", run_id="r", step_id=str(number)) for number in range(count))
    await asyncio.gather(*map(place.agents.call, calls))
    return time.perf_counter() - begun


def compiled(place: Place, made: Definition) -> tuple[Any, float]:
    begun = time.perf_counter()
    graph = workflow(made, agents=place.agents, calls=ClosedCalls(), log=place.log, clock=utc_now)
    return graph.compile(place.saver), time.perf_counter() - begun


async def run(graph: Any) -> tuple[float, float]:
    """Seconds by the clock, and of this process's work."""
    config = {"configurable": {"thread_id": str(uuid4())}}
    begun, worked = time.perf_counter(), time.process_time()
    await graph.ainvoke({"input": GIVEN}, config, durability="sync")
    return time.perf_counter() - begun, time.process_time() - worked


async def measure(name: str, place: Place, runs: int) -> str:
    make, count = SHAPES[name]
    graph, compiling = compiled(place, make(count))
    before = await place.bytes_used()
    taken = [await run(graph) for _ in range(runs)]
    kept = (await place.bytes_used() - before) / runs / count
    alone = statistics.median([await directly(place, count) for _ in range(runs)])
    whole, work = (statistics.median(one) for one in zip(*taken, strict=True))
    return (
        f"{name:20} {place.name:18} {1000 * whole / count:6.2f} {1000 * (whole - alone) / count:9.2f}"
        f" {1000 * work / count:7.2f} {whole / alone:6.1f} {1000 * compiling:9.0f} {kept:10,.0f}"
    )


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--fsync", default="everysec")
    asked = parser.parse_args()
    print(f"{'':39} {'ms/step':>6} {'overhead':>8} {'work':>7} {'ratio':>6} {'compile ms':>10} {'bytes/step':>10}")
    async with places(asked.fsync) as found:
        for name in SHAPES:
            for place in found:
                print(await measure(name, place, asked.runs), flush=True)


asyncio.run(main())
