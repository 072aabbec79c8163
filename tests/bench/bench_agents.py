"""What a call of an agent costs beside awaiting its `execute`: microseconds, by what is kept of agents and where.

python tests/bench/bench_agents.py [--calls 5000]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from memory.agents import LocalStandings  # noqa: E402
from memory.connection import connect  # noqa: E402
from memory.embedded import open_embedded  # noqa: E402
from memory.shared_standings import SharedStandings, telling  # noqa: E402
from nodes.agents.agent import Task  # noqa: E402
from nodes.agents.calling import Call, LocalCaller  # noqa: E402
from nodes.agents.echo import Echo  # noqa: E402
from nodes.registry import AgentRegistry  # noqa: E402

ROUNDS = 3


class Second(Echo):
    """Another that can do the same, so that there is a choice."""

    agent_id = "second"


async def microseconds(calls: int, work: Callable[[int], Awaitable[object]]) -> float:
    """Of one call, where all are begun at once; the best of a few rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await asyncio.gather(*(work(number) for number in range(calls)))
        best = min(best, time.perf_counter() - begun)
    return best / calls * 1e6


async def main(calls: int) -> None:
    echo = Echo()
    direct = await microseconds(calls, lambda number: echo.execute(Task("echo", {"a": number})))
    print(f"{direct:8.1f} us  execute itself")
    with tempfile.TemporaryDirectory(prefix="zigral-") as name:
        async with open_embedded(Path(name) / "redis") as url, connect(url) as redis:
            shared = SharedStandings(redis=redis)
            async with telling(shared, lambda: ["echo", "second"]):
                for words, standings in (("kept here", LocalStandings()), ("kept on Redis", shared)):
                    for agents in ([echo], [echo, Second()]):
                        caller = LocalCaller(AgentRegistry(agents), standings=standings)
                        took = await microseconds(
                            calls, lambda number, c=caller: c.call(Call("echo", {"a": number}))
                        )
                        print(f"{took:8.1f} us  called, {words}, {len(agents)} to choose from")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    asyncio.run(main(parser.parse_args().calls))
