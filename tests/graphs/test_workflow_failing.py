"""What becomes of a workflow whose steps fail, and how it goes on afterwards."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from memory.errors import Unavailable
from memory.step_records import StepRecord
from nodes.workflow.failing import RunSpent, StepFailed
from tests.graphs.workflows.steps import (
    FALSE,
    TRUE,
    approval,
    choice,
    definition,
    loop,
    loop_while,
    parallel,
    sub,
    task,
    value,
)
from tests.graphs.workflows.trial import Trial

TWICE = {"attempts": 2, "wait": 1.0}


async def test_a_failure_names_the_step_and_what_comes_after_it_does_not_run() -> None:
    trial = Trial(definition(task("a"), task("b", agent="broken", depends_on=["a"]), task("c", depends_on=["b"])))
    failure = await trial.run(n=1)
    assert (failure.step_id, str(failure)) == ("b", "The step b failed: It does not do this.")
    assert trial.statuses == {"a": "completed", "b": "failed"}
    assert trial.records["b"].error == "It does not do this."


async def test_what_runs_beside_a_failure_is_cancelled_and_a_retry_runs_both_and_nothing_twice() -> None:
    trial = Trial(
        definition(
            task("done"),
            task("slow", agent="hanging"),
            parallel("p", {"x": [task("deep", agent="hanging")]}),
            task("bad", agent="late"),
            task("after", depends_on=["slow", "bad"]),
        )
    )
    assert isinstance(await trial.run(n=1), StepFailed)
    cancelled = dict.fromkeys(["slow", "p", "deep"], "cancelled")
    assert trial.statuses == {"done": "completed", "bad": "failed", **cancelled}
    trial.agents.mended = True
    await trial.go_on()
    assert set(trial.statuses.values()) == {"completed"}
    assert trial.agents.counts == {"done": 1, "slow": 2, "deep": 2, "bad": 2, "after": 1}
    assert {name: record.attempts for name, record in trial.records.items()} == {
        **{"done": 1, "after": 1},
        **{"slow": 2, "p": 2, "deep": 2, "bad": 2},
    }


async def test_what_is_inside_of_others_has_stopped_too_when_the_workflow_has_failed() -> None:
    branches = {"x": [loop("l", [1, 2], [task("one", agent="hanging")])], "y": [task("two", agent="hanging")]}
    failing = {"z": [task("bad", agent="late")]}
    trial = Trial(definition(parallel("p", branches), parallel("q", failing)))
    assert isinstance(await trial.run(n=1), StepFailed)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert {trial.statuses[name] for name in ("p", "l", "one", "two")} == {"cancelled"}


async def test_a_failed_container_goes_on_where_it_failed() -> None:
    inner = [
        task("a", "{{item}}"),
        task("b", agent="broken", depends_on=["a"], when={"op": "eq", "left": "{{index}}", "right": 1}),
    ]
    trial = Trial(definition(loop("l", [1, 2, 3], inner)))
    assert isinstance(await trial.run(n=1), StepFailed)
    assert trial.records["l"].error == "The step b failed: It does not do this."
    trial.agents.mended = True
    await trial.go_on()
    assert trial.agents.order == ["a[0]", "a[1]", "b[1]", "b[1]", "a[2]"]


async def test_a_step_that_may_fail_is_null_for_those_that_depend_on_it_and_not_in_the_output() -> None:
    trial = Trial(
        definition(
            task("a", agent="broken", on_error="continue"),
            value("b", ["{{steps.a}}"], depends_on=["a"]),
            choice("c", TRUE, [task("in", agent="broken")], [], on_error="continue"),
        )
    )
    assert await trial.run(n=1) == {"b": [None]}
    assert trial.statuses == {"a": "failed", "b": "completed", "c": "failed", "in": "failed"}
    state = (await trial.graph.aget_state(trial.config)).values
    assert state["steps.a"] == {"status": "failed", "output": None, "error": "It does not do this."}
    assert state["steps.c"]["error"] == "The step in failed: It does not do this."


async def test_a_step_is_tried_again_after_pauses_that_grow() -> None:
    retry = {"attempts": 4, "wait": 1, "backoff": 2}
    trial = Trial(definition(task("a", agent="broken", retry=retry)))
    await trial.run(n=1)
    assert trial.time.slept == [1, 2, 4]
    assert trial.records["a"].attempts == 4


async def test_what_was_given_wrong_is_not_tried_again() -> None:
    trial = Trial(
        definition(
            task("a", agent="picky", retry=TWICE, on_error="continue"),
            value("b", "{{input.none_such}}", retry=TWICE, on_error="continue"),
        )
    )
    await trial.run(n=1)
    assert {name: record.attempts for name, record in trial.records.items()} == {"a": 1, "b": 1}
    assert "none_such" in (trial.records["b"].error or "")


async def test_an_attempt_at_a_container_begins_all_in_it_anew() -> None:
    trial = Trial(
        definition(parallel("p", {"x": [task("a"), task("b", agent="flaky", depends_on=["a"])]}, retry=TWICE))
    )
    assert await trial.run(n=1) == {"p": {"x": {"a": {"v": 1}, "b": {"v": 1}}}}
    assert trial.agents.order == ["a", "b", "a", "b"]
    assert trial.records["p"].attempts == 2


async def test_a_container_that_failed_for_good_goes_on_with_its_last_attempt() -> None:
    trial = Trial(
        definition(parallel("p", {"x": [task("a"), task("b", agent="broken", depends_on=["a"])]}, retry=TWICE))
    )
    assert isinstance(await trial.run(n=1), StepFailed)
    trial.agents.calls.clear()
    trial.agents.mended = True
    await trial.go_on()
    assert trial.agents.order == ["b"]


async def test_a_long_pause_stops_the_run_until_it_is_over() -> None:
    trial = Trial(definition(task("a", agent="flaky", retry={"attempts": 2, "wait": 3600})))
    await trial.start(n=1)
    asked = (await trial.waiting())[0].value
    assert asked == {"kind": "wait", "step_id": "a", "until": (trial.time.now + timedelta(hours=1)).isoformat()}
    assert (trial.statuses["a"], trial.records["a"].error) == ("waiting", "It does not do this at once.")
    trial.time.pass_by(3600)
    assert (await trial.go_on())["output"] == {"a": {"v": 1}}
    assert trial.records["a"].attempts == 2


async def test_a_compensation_runs_where_its_step_failed_with_what_that_saw() -> None:
    trial = Trial(
        definition(
            task("a"),
            task("b", agent="broken", on_error="compensate", compensation="undo", depends_on=["a"], retry=TWICE),
            task("undo", "undo {{steps.a.v}}"),
        )
    )
    failure = await trial.run(n=7)
    assert failure.step_id == "b"
    assert trial.statuses == {"a": "completed", "b": "failed", "undo": "completed"}
    assert trial.records["undo"].output == {"v": "undo 7"}


@pytest.mark.parametrize("more", [{}, {"when": FALSE}])
async def test_a_compensation_that_is_not_needed_is_skipped(more: Any) -> None:
    trial = Trial(definition(task("b", on_error="compensate", compensation="undo", **more), task("undo")))
    await trial.run(n=7)
    assert trial.statuses["undo"] == "skipped"


async def test_the_first_failure_is_told_also_where_the_compensation_fails() -> None:
    steps = task("b", agent="broken", on_error="compensate", compensation="undo"), task("undo", agent="picky")
    trial = Trial(definition(*steps))
    assert (await trial.run(n=1)).step_id == "b"
    assert trial.statuses == {"b": "failed", "undo": "failed"}


async def test_a_retry_after_a_compensation_tries_the_step_anew_and_undoes_it_again_where_it_fails() -> None:
    undo = loop("undo", [1], [task("c")])
    trial = Trial(definition(task("b", agent="broken", on_error="compensate", compensation="undo"), undo))
    assert isinstance(await trial.run(n=1), StepFailed)
    with pytest.raises(StepFailed):
        await trial.go_on()
    assert trial.agents.order == ["b", "c[0]", "b", "c[0]"]
    trial.agents.mended = True
    await trial.go_on()
    assert trial.agents.order[4:] == ["b"]
    assert trial.statuses["undo"] == "completed"


async def test_a_compensation_may_ask_a_person() -> None:
    steps = task("b", agent="broken", on_error="compensate", compensation="undo"), approval("undo")
    trial = Trial(definition(*steps))
    await trial.start(n=1)
    with pytest.raises(StepFailed, match="The step b failed"):
        await trial.answer()
    assert trial.agents.order == ["b"]
    assert trial.records["undo"].output == {"said": "yes to Go on?"}


async def test_a_step_that_takes_too_long_fails_and_may_be_tried_again() -> None:
    trial = Trial(definition(task("a", agent="hanging", timeout=0.01, retry=TWICE)))
    failure = await trial.run(n=1)
    assert failure.reason == "It took longer than its timeout of 0.01 seconds."
    assert trial.records["a"].attempts == 2


async def test_a_container_that_takes_too_long_fails_and_what_is_in_it_is_cancelled() -> None:
    trial = Trial(definition(parallel("p", {"x": [task("a", agent="hanging")]}, timeout=0.05)))
    assert (await trial.run(n=1)).step_id == "p"
    assert trial.statuses == {"p": "failed", "a": "cancelled"}


async def test_what_an_unexpected_error_says_is_told_to_nobody() -> None:
    trial = Trial(definition(task("a", agent="buggy")))
    failure = await trial.run(n=1)
    assert failure.reason == "It stopped with an unexpected RuntimeError. The log has more."


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (loop("l", "{{input.n}}", [task("a")]), "A loop goes over a list"),
        (loop("l", [1, 2, 3], [task("a")], most=2), "The list has 3 items, and max_iterations is 2"),
        (loop_while("l", TRUE, [task("a")], most=2), "Its while still held after 2 rounds"),
        (loop_while("l", {"op": "lt", "left": "a", "right": 1}, [task("a")]), "compares two numbers or two texts"),
        (choice("l", {"op": "lt", "left": "a", "right": 1}, [task("a")], []), "compares two numbers or two texts"),
        (task("l", when={"op": "lt", "left": "a", "right": 1}), "compares two numbers or two texts"),
        (sub("l", "inside", input=[]), "A workflow's input is an object"),
        (sub("l", "inside", input={}), "input.n is missing"),
    ],
)
async def test_what_a_step_cannot_work_with_is_its_failure(step: Any, said: str) -> None:
    inside = definition(value("x", 1), output="{{input.n}}")
    trial = Trial(definition(step), subworkflows={"inside": inside})
    failure = await trial.run(n=1)
    assert (failure.step_id, trial.records["l"].error) == ("l", failure.reason)
    assert said in failure.reason


@pytest.mark.parametrize("size", [2_600_000, 4_999_999])
async def test_an_output_larger_than_5_mb_fails_the_step(size: int) -> None:
    trial = Trial(definition(loop("l", [1, 2], [task("a", "{{input.large}}")])))
    failure = await trial.run(large="x" * size)
    assert "larger than 5,000,000" in failure.reason


async def test_a_run_that_executes_too_many_steps_is_stopped_whatever_may_go_on() -> None:
    steps = loop("l", [1, 2, 3], [task("a", on_error="continue")], on_error="continue", retry=TWICE)
    trial = Trial(definition(steps), most_steps=3)
    with pytest.raises(RunSpent, match="executed 3 steps"):
        await trial.start(n=1)
    assert trial.statuses == {"l": "failed", "a": "completed"}


async def test_a_run_whose_outputs_are_too_large_together_is_stopped() -> None:
    steps = [task(f"a{number}", "{{input.large}}") for number in range(25)]
    with pytest.raises(RunSpent, match="100,000,000 characters"):
        await Trial(definition(*steps)).start(large="x" * 4_500_000)


class AwayLog:
    """A log that cannot be reached when a step's end is to be written."""

    async def write(self, execution_id: str, step_id: str, record: StepRecord) -> None:
        if record.status != "running":
            raise Unavailable("The data server does not answer.")

    async def read(self, execution_id: str, step_id: str) -> StepRecord | None:
        return None


async def test_trouble_beside_the_workflow_is_no_failure_of_its_steps() -> None:
    inner = parallel("p", {"x": [task("a", on_error="continue")]}, retry=TWICE, on_error="continue")
    with pytest.raises(Unavailable):
        await Trial(definition(inner), log=AwayLog()).start(n=1)
