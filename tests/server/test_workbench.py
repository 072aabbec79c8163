"""Working without a server: a sentence planned, a workflow run, stopped and gone on with, all in one process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memory.errors import Invalid, Mistakes, Refused, Unavailable
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Limits, Task
from nodes.workflow.builder import Steps, Workflow
from server.settings import Settings
from server.workbench import Workbench, open_workbench


class Weather(Agent):
    """Is not to be reached at its first call."""

    agent_id = "weather"
    capabilities = ("forecast",)
    limits = Limits(attempts=1)
    calls = 0

    async def execute(self, task: Task) -> JsonObject:
        self.calls += 1
        if self.calls == 1:
            raise Unavailable("The weather service does not answer.")
        return {"sky": "clear"}


@pytest.fixture
async def bench(short_folder: Path) -> AsyncIterator[Workbench]:
    async with open_workbench(Settings(data=short_folder)) as opened:
        yield opened


async def test_a_plan_runs_as_the_workflow_that_it_is_drawn_as(bench: Workbench) -> None:
    plan = await bench.plan("Score all leads")
    definition = bench.as_workflow(plan)
    assert [step.step_id for step in definition.steps] == ["step_1", "step_2", "step_3"]
    done = await bench.run(definition)
    assert (done.status, done.steps["step_1"].agent) == ("completed", "records")


async def test_what_is_out_of_scope_has_no_workflow(bench: Workbench) -> None:
    plan = await bench.plan("Order a pizza for the whole office")
    assert plan.error
    with pytest.raises(Refused):
        bench.as_workflow(plan)
    with pytest.raises(Invalid, match="in a sentence"):
        await bench.plan("  ")


async def test_an_agent_of_ones_own_fails_once_and_the_run_goes_on_from_there(bench: Workbench) -> None:
    flow = (
        Workflow("Weather")
        .step("before", agent="echo", task="echo")
        .step("sky", capability="forecast", depends_on=["before"])
    )
    with pytest.raises(Mistakes):
        await bench.checked(flow.definition())
    bench.registry.register(Weather())
    definition = await bench.checked(flow.definition())
    failed = await bench.run(definition, {"town": "Ulm"})
    assert (failed.status, "does not answer" in str(failed.error)) == ("failed", True)
    told: list[str] = []
    done = await bench.run(definition, {"town": "Ulm"}, on_step=lambda name, _: told.append(name))
    assert (done.execution_id, done.output) == (
        failed.execution_id,
        {"before": {"town": "Ulm"}, "sky": {"sky": "clear"}},
    )
    assert "before" not in told


async def test_a_run_waits_for_an_answer_and_a_step_is_told_of_after_those_inside(bench: Workbench) -> None:
    inside = Steps().transform("line", "{{item}}")
    flow = Workflow("Ask").loop("each", inside, over="{{input.names}}", max_iterations=5)
    definition = await bench.checked(flow.approval("ask", "Go on?", depends_on=["each"]).definition())
    told: list[tuple[str, str]] = []
    asked = await bench.run(
        definition, {"names": ["Ada"]}, on_step=lambda name, step: told.append((name, step.status))
    )
    assert (asked.status, asked.steps["ask"].status) == ("paused", "waiting")
    assert told.index(("line", "completed")) < told.index(("each", "completed"))
    done = await bench.run(definition, {"names": ["Ada"]}, answers=("yes",))
    assert done.output == {"each": [{"line": "Ada"}], "ask": "yes"}
