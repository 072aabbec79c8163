"""A worker may die at any moment of a workflow: the next one goes on, and repeats at most what was under way."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from redis.asyncio import Redis

from memory.checkpoints import RedisSaver
from memory.envelopes import Envelope
from memory.errors import Unavailable
from nodes.agents.calling import Call
from tests.graphs.workflows.steps import approval, definition, loop, parallel, sub, task, value, wait
from tests.graphs.workflows.trial import Agents, Trial

STRANDS = 4  # that run side by side: two branches, a container that is tried twice, a step that may be undone
ROUND = [task("b", "{{item}}"), approval("ok", depends_on=["b"]), task("c", "{{steps.ok}}", depends_on=["ok"])]
WORKFLOW = definition(
    task("a"),
    parallel(
        "sides",
        {
            "left": [loop("rounds", [1, 2], ROUND)],
            "right": [task("r1"), sub("s", "inside", depends_on=["r1"]), task("r3", depends_on=["s"])],
        },
        depends_on=["a"],
    ),
    parallel(
        "tried",
        {"x": [task("t1"), task("t2", agent="flaky", depends_on=["t1"]), task("t3", depends_on=["t2"])]},
        depends_on=["a"],
        retry={"attempts": 2, "wait": 1},
    ),
    task("undone", on_error="compensate", compensation="undo", depends_on=["a"]),
    task("undo"),
    wait("w", seconds=5),
    value("end", ["{{steps.sides}}", "{{steps.tried}}", "{{steps.w}}"], depends_on=["sides", "tried", "w"]),
)
INSIDE = {"inside": definition(task("i1"), task("i2", depends_on=["i1"]))}


Lost = Literal["one checkpoint", "all from then on"]


class DyingSaver(RedisSaver):
    """Loses one of the checkpoints that it is given, or all that it is given from some call on."""

    def __init__(self, client: Redis, lost: Lost = "one checkpoint", number: int = 0) -> None:
        super().__init__(client)
        self.lost, self.number = lost, number
        self.given: Counter[Lost] = Counter()

    def _take(self, *kinds: Lost) -> None:
        self.given.update(kinds)
        count = self.given[self.lost]
        if self.lost in kinds and (
            count == self.number or (0 < self.number < count and self.lost != "one checkpoint")
        ):
            raise Unavailable("gone")

    async def aput(self, *given: Any, **named: Any) -> Any:
        self._take("one checkpoint", "all from then on")
        return await super().aput(*given, **named)

    async def aput_writes(self, *given: Any, **named: Any) -> None:
        self._take("all from then on")
        await super().aput_writes(*given, **named)


@dataclass
class StoppingAgents(Agents):
    """One of whose calls never ends."""

    number: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, asked: Call) -> Envelope:
        if len(self.calls) + 1 == self.number:
            self.number = 0
            self.stopped.set()
            await asyncio.Event().wait()
        return await super().call(asked)


def trial(saver: RedisSaver, thread: str = "whole", **more: Any) -> Trial:
    return Trial(WORKFLOW, saver=saver, subworkflows=INSIDE, thread=thread, **more)


async def whole(client: Redis) -> tuple[Any, Counter[str], Counter[Lost]]:
    """What comes of it undisturbed: its output, its agents' calls, and what its saver was given."""
    saver = DyingSaver(client)
    undisturbed = trial(saver)
    return await undisturbed.finish(n=1), undisturbed.agents.counts, saver.given


@pytest.mark.parametrize("lost", ["one checkpoint", "all from then on"])
async def test_whatever_is_lost_the_workflow_comes_to_the_same(redis_client: Redis, lost: Lost) -> None:
    output, calls, given = await whole(redis_client)
    for number in range(1, given[lost] + 1):
        disturbed = trial(DyingSaver(redis_client, lost, number), thread=f"{number}")
        with suppress(Unavailable):
            await disturbed.finish(n=1)
        left = trial(RedisSaver(redis_client), thread=f"{number}", agents=disturbed.agents, time=disturbed.time)
        assert await left.finish(n=1) == output, number
        repeated = disturbed.agents.counts - calls
        assert set(repeated.values()) <= {1}, (number, repeated)
        assert repeated.total() <= STRANDS, (number, repeated)


async def test_wherever_a_worker_is_stopped_the_workflow_comes_to_the_same(redis_client: Redis) -> None:
    output, calls, _ = await whole(redis_client)
    for number in range(1, calls.total() + 1):
        agents = StoppingAgents(number=number)
        stopped = trial(RedisSaver(redis_client), thread=f"{number}", agents=agents)
        working = asyncio.create_task(stopped.finish(n=1))
        await agents.stopped.wait()
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        assert await stopped.finish(n=1) == output, number
        repeated = agents.counts - calls
        assert set(repeated.values()) <= {1}, (number, repeated)
        assert repeated.total() < STRANDS, (number, repeated)


async def test_a_step_s_record_tells_of_all_its_attempts(redis_client: Redis) -> None:
    agents = StoppingAgents(number=1)
    stopped = trial(RedisSaver(redis_client), agents=agents)
    working = asyncio.create_task(stopped.finish(n=1))
    await agents.stopped.wait()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    assert stopped.statuses["a"] == "cancelled"
    await stopped.finish(n=1)
    assert (stopped.records["a"].status, stopped.records["a"].attempts) == ("completed", 2)
