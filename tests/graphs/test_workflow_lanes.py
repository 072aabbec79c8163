"""A step begins when all that it waits for has ended, whatever else is under way beside it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from graphs.workflow_lanes import lanes
from memory.definitions import Step
from memory.envelopes import Envelope
from nodes.agents.calling import Call
from nodes.workflow.failing import StepFailed
from tests.graphs.workflows.steps import approval, definition, loop, task, value
from tests.graphs.workflows.trial import Agents, Trial


@dataclass
class Patient(Agents):
    """Of whose calls the one of the step `slow` ends when that of the step `last` has begun."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, asked: Call) -> Envelope:
        if asked.step_id.startswith("last"):
            self.begun.set()
        if asked.step_id.startswith("slow"):
            async with asyncio.timeout(20):
                await self.begun.wait()
        return await super().call(asked)


CHAIN = [task("first"), task("second", depends_on=["first"]), task("last", depends_on=["second"])]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([task("slow"), *CHAIN], id="beside each other"),
        pytest.param(
            [
                task("begin"),
                task("slow", depends_on=["begin"]),
                task("more", depends_on=["slow"]),
                task("first", depends_on=["begin"]),
                task("last", depends_on=["first"]),
                task("end", depends_on=["more", "last"]),
            ],
            id="between a beginning and an end",
        ),
        pytest.param([loop("each", ["x"], [task("slow"), *CHAIN])], id="inside of another step"),
        pytest.param(
            [task("slow"), task("first"), task("side", depends_on=["first"]), *CHAIN[1:]], id="with a branch"
        ),
    ],
)
async def test_a_chain_does_not_wait_for_what_is_beside_it(steps: list[dict[str, Any]]) -> None:
    trial = Trial(definition(*steps), agents=Patient())
    await trial.start(n=1)
    assert {record.status for record in trial.memory.of("one").values()} == {"completed"}


async def test_what_waits_for_a_person_holds_up_no_chain_beside_it() -> None:
    trial = Trial(definition(approval("ok"), value("said", "{{steps.ok.said}}", depends_on=["ok"]), *CHAIN))
    await trial.start(n=1)
    assert trial.agents.order == ["first", "second", "last"]
    assert (await trial.answer())["output"]["said"] == "yes to Go on?"
    assert trial.agents.order == ["first", "second", "last"]


async def test_a_chain_that_failed_goes_on_where_it_was() -> None:
    broken = [*CHAIN[:2], task("last", agent="broken", depends_on=["second"])]
    trial = Trial(definition(task("slow"), *broken))
    with pytest.raises(StepFailed, match="last"):
        await trial.start(n=1)
    trial.agents.mended = True
    await trial.go_on()
    assert trial.agents.counts == {"slow": 1, "first": 1, "second": 1, "last": 2}


def told(*steps: dict[str, Any]) -> set[str]:
    """The lanes, each as its steps' letters."""
    made: list[Step] = definition(*steps).steps
    return {"".join(step.step_id for step in lane) for lane in lanes(made)}


def test_steps_are_in_one_lane_where_chains_are_side_by_side_and_nowhere_else() -> None:
    a, b, c, d = (task(one) for one in "abcd")
    after = {one: task(one, depends_on=["a"]) for one in "bcd"}
    assert told(a, b, c) == {"a", "b", "c"}
    assert told(a, after["b"], task("c", depends_on=["b"])) == {"a", "b", "c"}
    assert told(a, after["b"], c) == {"ab", "c"}
    assert told(a, after["b"], after["c"], task("d", depends_on=["b", "c"])) == {"a", "b", "c", "d"}
    assert told(a, after["b"], after["c"], task("d", depends_on=["b"])) == {"a", "bd", "c"}
    assert told(a, after["b"], c, task("d", depends_on=["c"])) == {"ab", "cd"}
    assert told(a, b, c, d) == {"a", "b", "c", "d"}
