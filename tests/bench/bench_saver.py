"""A graph of ten nodes on each saver, in turns: milliseconds a run, and the ratio to InMemorySaver.

python tests/bench/bench_saver.py [--runs 100] [--fsync everysec always]
"""

import argparse
import asyncio
import operator
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict
from uuid import uuid4

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: E402
from langgraph.graph import START, StateGraph  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

import memory.checkpoints  # noqa: E402, F401 - before langgraph, as the product does
from memory.checkpoints import open_checkpointer  # noqa: E402
from memory.embedded import open_embedded  # noqa: E402

NODES = 10
BLOCKS = 5
BLOCK_NAMES = ("InMemorySaver", "Zigral", "AsyncSqliteSaver")


class State(TypedDict):
    note: str
    log: Annotated[list[str], operator.add]
    n: int


def ten_nodes() -> StateGraph[State]:
    async def step(state: State) -> dict[str, Any]:
        return {"n": state["n"] + 1, "log": [f"step {state['n']}"], "note": state["note"]}

    graph, last = StateGraph(State), START
    for number in range(NODES):
        graph.add_node(f"n{number}", step)
        graph.add_edge(last, f"n{number}")
        last = f"n{number}"
    return graph


async def seconds(saver: Any, runs: int) -> float:
    """Seconds a run, each on a thread of its own."""
    graph = ten_nodes().compile(saver)
    begun = time.perf_counter()
    for _ in range(runs):
        config: Any = {"configurable": {"thread_id": str(uuid4())}}
        out = await graph.ainvoke({"note": "x" * 2000, "log": [], "n": 0}, config)
        assert out["n"] == NODES
    return (time.perf_counter() - begun) / runs


@asynccontextmanager
async def opened(fsync: str) -> AsyncIterator[list[Any]]:
    with tempfile.TemporaryDirectory(prefix="zigral-") as name:
        async with (
            open_embedded(Path(name) / "redis") as url,
            Redis.from_url(url) as client,
            open_checkpointer(url) as ours,
            AsyncSqliteSaver.from_conn_string(f"{name}/checkpoints.db") as sqlite,
        ):
            await client.config_set("appendfsync", fsync)
            yield [InMemorySaver(), ours, sqlite]


async def measure(fsync: str, runs: int) -> None:
    async with opened(fsync) as savers:
        times: list[list[float]] = [[] for _ in savers]
        for _ in range(BLOCKS + 1):
            for row, saver in zip(times, savers, strict=True):
                row.append(await seconds(saver, max(1, runs // BLOCKS)))
        print(f"appendfsync {fsync}, {NODES} nodes, {runs} runs:")
        first = times[0][1:]  # the first block warms up
        for name, row in zip(BLOCK_NAMES, times, strict=True):
            ratio = statistics.median(one / other for one, other in zip(row[1:], first, strict=True))
            print(f"  {name:18} {statistics.median(row[1:]) * 1000:7.2f} ms  {ratio:5.2f} times InMemorySaver")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--fsync", nargs="+", default=["everysec", "always"])
    given = parser.parse_args()
    for fsync in given.fsync:
        asyncio.run(measure(fsync, given.runs))


if __name__ == "__main__":
    main()
