"""Executions over HTTP: what pausing, answering, cancelling and trying again do, and who wins a race."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from memory.execution_records import Pinned
from memory.executions import NewExecution
from memory.runs import new_id
from server.execution_runs import first_kwargs
from tests.server.workflows.office import Office, open_office, step, workflow

APPROVAL = {"step_id": "ask", "step_type": "approval", "question": "Send it?", "depends_on": ["first"]}
CHAIN = workflow(step("first"), step("second", "first"), step("third", "second"))


def approval(step_id: str, *after: str, **more: Any) -> dict[str, Any]:
    return {
        "step_id": step_id,
        "step_type": "approval",
        "question": f"{step_id}?",
        "depends_on": list(after),
        **more,
    }


def statuses(execution: dict[str, Any]) -> dict[str, str]:
    return {name: one["status"] for name, one in execution["steps"].items()}


async def test_what_is_executed_and_waited_for_is_answered_with_every_step(office: Office) -> None:
    ended = await office.run(CHAIN, name="Ada")
    assert ended["status"] == "completed"
    assert ended["input_data"] == {"name": "Ada"}
    assert ended["output"] == {name: {"did": name} for name in ("first", "second", "third")}
    assert list(ended["steps"]) == ["first", "second", "third"]
    for one in ended["steps"].values():
        assert (one["status"], one["attempts"], one["error"]) == ("completed", 1, None)
        assert ended["started_at"] <= one["started_at"] <= one["ended_at"] <= ended["ended_at"]


async def test_a_failed_execution_is_answered_and_says_what_failed(office: Office) -> None:
    office.held.failures["second"] = 1
    ended = await office.run(CHAIN)
    assert (ended["status"], ended["output"]) == ("failed", None)
    assert "second" in ended["error"]
    assert "was to fail" in ended["error"]
    assert statuses(ended) == {"first": "completed", "second": "failed", "third": "pending"}


async def test_trying_again_repeats_what_failed_and_nothing_else(office: Office) -> None:
    office.held.failures["second"] = 1
    execution_id = (await office.run(CHAIN))["execution_id"]
    again = await office.ask(execution_id, "retry")
    assert again.status_code == 202
    assert (await office.rests(execution_id))["status"] == "completed"
    assert office.held.begun == {"first": 1, "second": 2, "third": 1}


async def test_only_what_failed_is_tried_again(office: Office) -> None:
    ended = await office.run(CHAIN)
    refused = await office.ask(ended["execution_id"], "retry")
    assert refused.status_code == 409
    assert "completed" in refused.json()["detail"]


async def test_a_pause_lets_the_step_under_way_finish_and_begins_no_other(office: Office) -> None:
    office.held.hold("first")
    execution_id = await office.begin(CHAIN)
    await office.held.begins("first")
    await office.pause(execution_id)
    office.held.free("first")
    paused = await office.rests(execution_id)
    assert paused["status"] == "paused"
    assert statuses(paused) == {"first": "completed", "second": "pending", "third": "pending"}
    assert (await office.ask(execution_id, "pause")).status_code == 409
    assert (await office.ask(execution_id, "resume")).status_code == 202
    assert (await office.rests(execution_id))["status"] == "completed"
    assert office.held.begun == {"first": 1, "second": 1, "third": 1}


INSIDE = {
    "loop": {
        "step_id": "outer",
        "step_type": "loop",
        "over": [1, 2],
        "max_iterations": 2,
        "steps": [step("first"), step("second", "first")],
    },
    "parallel": {
        "step_id": "outer",
        "step_type": "parallel",
        "branches": {"left": [step("first"), step("second", "first")], "right": [step("other")]},
    },
}


@pytest.mark.parametrize("kind", INSIDE)
async def test_a_pause_stops_between_the_steps_inside_of_another(office: Office, kind: str) -> None:
    office.held.hold("first")
    execution_id = await office.begin(workflow(INSIDE[kind], step("last", "outer")))
    await office.held.begins("first")
    await office.pause(execution_id)
    office.held.free("first")
    paused = await office.rests(execution_id)
    assert paused["status"] == "paused"
    assert statuses(paused)["first"] == "completed"
    assert office.held.begun["second"] == 0
    await office.ask(execution_id, "resume")
    assert (await office.rests(execution_id))["status"] == "completed"
    assert office.held.begun["first"] == office.held.begun["second"] == (2 if kind == "loop" else 1)
    assert office.held.begun["last"] == 1


async def test_what_has_not_begun_is_paused_and_cancelled_at_once(short_folder: Path) -> None:
    async with open_office(short_folder, concurrency=0) as office:
        execution_id = await office.begin(CHAIN)
        assert (await office.get(execution_id))["status"] == "pending"
        assert (await office.ask(execution_id, "pause")).json()["status"] == "paused"
        assert (await office.ask(execution_id, "resume")).json()["status"] == "pending"
        cancelled = (await office.ask(execution_id, "cancel")).json()
        assert cancelled["status"] == "cancelled"
        assert set(statuses(cancelled).values()) == {"pending"}
        for what in ("cancel", "pause", "resume", "retry"):
            refused = await office.ask(execution_id, what)
            assert refused.status_code == 409
            assert "cancelled" in refused.json()["detail"]


async def test_cancelling_stops_the_steps_under_way_at_once(office: Office) -> None:
    office.held.hold("first")
    execution_id = await office.begin(CHAIN)
    await office.held.begins("first")
    assert (await office.ask(execution_id, "cancel")).status_code == 202
    cancelled = await office.rests(execution_id)
    assert cancelled["status"] == "cancelled"
    assert statuses(cancelled) == {"first": "cancelled", "second": "pending", "third": "pending"}
    assert cancelled["steps"]["first"]["ended_at"] is not None


async def test_what_another_version_put_together_otherwise_fails_and_is_not_said_to_be_completed(
    office: Office,
) -> None:
    execution_id = (await office.run(workflow(step("first"), APPROVAL)))["execution_id"]
    otherwise = Pinned(office.definition(workflow(step("one"), approval("two", "one"))), {})
    await office.backend.redis.hset(f"{{zigral}}:execution:{execution_id}", "pinned", otherwise.text())
    assert (await office.ask(execution_id, "resume", {"answer": "yes"})).status_code == 202
    ended = await office.rests(execution_id)
    assert (ended["status"], ended["output"]) == ("failed", None)
    assert "another version of Zigral" in ended["error"]


async def test_an_approval_pauses_and_is_answered_once(office: Office) -> None:
    definition = workflow(step("first"), APPROVAL, step("last", "ask"))
    paused = await office.run(definition)
    execution_id = paused["execution_id"]
    assert paused["status"] == "paused"
    assert statuses(paused) == {"first": "completed", "ask": "waiting", "last": "pending"}
    assert paused["steps"]["ask"]["input"]["question"] == "Send it?"
    silent = await office.ask(execution_id, "resume")
    assert silent.status_code == 409
    assert "ask" in silent.json()["detail"]
    office.held.hold("last")
    answers = await asyncio.gather(
        *(office.ask(execution_id, "resume", {"answer": {"yes": number}}) for number in range(8))
    )
    assert sorted(one.status_code for one in answers) == [202] + [409] * 7
    won = next(number for number, one in enumerate(answers) if one.status_code == 202)
    office.held.free("last")
    ended = await office.rests(execution_id)
    assert ended["output"]["ask"] == {"yes": won}
    assert office.held.begun == {"first": 1, "last": 1}


async def test_null_is_an_answer(office: Office) -> None:
    paused = await office.run(workflow(approval("ask")))
    await office.ask(paused["execution_id"], "resume", {"answer": None})
    ended = await office.rests(paused["execution_id"])
    assert (ended["status"], ended["output"]) == ("completed", {"ask": None})


async def test_of_several_approvals_each_is_answered_by_its_step(office: Office) -> None:
    paused = await office.run(workflow(approval("left", name="Left one"), approval("right")))
    execution_id = paused["execution_id"]
    unclear = await office.ask(execution_id, "resume", {"answer": 1})
    assert unclear.status_code == 409
    assert "left" in unclear.json()["detail"]
    assert "right" in unclear.json()["detail"]
    unknown = await office.ask(execution_id, "resume", {"answer": 1, "step_id": "middle"})
    assert unknown.status_code == 409
    await office.ask(execution_id, "resume", {"answer": 1, "step_id": "right"})
    still = await office.rests(execution_id)
    assert (still["status"], statuses(still)) == ("paused", {"left": "waiting", "right": "completed"})
    await office.ask(execution_id, "resume", {"answer": 2})
    ended = await office.rests(execution_id)
    assert ended["output"] == {"left": 2, "right": 1}


async def test_an_answer_to_nothing_is_refused(office: Office) -> None:
    office.held.hold("first")
    execution_id = await office.begin(CHAIN)
    await office.held.begins("first")
    assert (await office.ask(execution_id, "resume", {"answer": 1})).status_code == 409
    await office.pause(execution_id)
    office.held.free("first")
    await office.rests(execution_id)
    refused = await office.ask(execution_id, "resume", {"answer": 1})
    assert refused.status_code == 409
    assert "no answer" in refused.json()["detail"]


async def test_an_approval_in_a_loop_asks_each_round(office: Office) -> None:
    loop = {
        "step_id": "each",
        "step_type": "loop",
        "over": ["a", "b"],
        "max_iterations": 5,
        "steps": [approval("ask")],
    }
    execution_id = (await office.run(workflow(loop)))["execution_id"]
    await office.ask(execution_id, "resume", {"answer": "first"})
    await office.until(
        execution_id, lambda found: found["status"] == "paused" and found["steps"]["ask"]["round"] == [1]
    )
    await office.ask(execution_id, "resume", {"answer": "second"})
    ended = await office.rests(execution_id)
    assert ended["output"] == {"each": [{"ask": "first"}, {"ask": "second"}]}


WAITS = workflow(step("first"), {"step_id": "sleep", "step_type": "wait", "seconds": 3600, "depends_on": ["first"]})


async def test_a_long_wait_frees_its_worker_and_is_woken_at_its_time(short_folder: Path) -> None:
    async with open_office(short_folder, concurrency=1) as office:
        execution_id = await office.begin(WAITS)
        parked = await office.until(execution_id, lambda found: found["steps"]["sleep"]["status"] == "waiting")
        assert parked["status"] == "running"
        assert (await office.run(CHAIN))["status"] == "completed"  # on the only place that there is
        office.time.ahead = timedelta(seconds=3590)
        assert (await office.get(execution_id))["status"] == "running"
        office.time.ahead = timedelta(seconds=3601)
        ended = await office.rests(execution_id)
        assert (ended["status"], ended["output"]) == ("completed", {"first": {"did": "first"}, "sleep": None})


async def test_a_wait_is_woken_by_a_server_that_was_not_there_when_it_began(short_folder: Path) -> None:
    async with open_office(short_folder) as office:
        execution_id = await office.begin(WAITS)
        await office.until(execution_id, lambda found: found["steps"]["sleep"]["status"] == "waiting")
    async with open_office(short_folder) as office:
        office.time.ahead = timedelta(hours=2)
        assert (await office.rests(execution_id))["status"] == "completed"
        assert office.held.begun["first"] == 0


async def test_one_that_cannot_be_read_keeps_no_other_waiting(office: Office) -> None:
    damaged, whole = [await office.begin(WAITS) for _ in range(2)]
    for execution_id in (damaged, whole):
        await office.until(execution_id, lambda found: statuses(found)["sleep"] == "waiting")
    await office.backend.redis.hset(f"{{zigral}}:execution:{damaged}", "input", "{")
    refused = await office.http.get(f"/api/v1/workflows/executions/{damaged}")
    assert refused.status_code == 422
    assert damaged in refused.json()["detail"]
    office.time.ahead = timedelta(hours=2)
    assert (await office.rests(whole))["status"] == "completed"


async def test_what_waits_can_be_paused_and_cancelled(office: Office) -> None:
    execution_id = await office.begin(WAITS)
    await office.until(execution_id, lambda found: found["steps"]["sleep"]["status"] == "waiting")
    assert (await office.ask(execution_id, "pause")).status_code == 202
    assert (await office.rests(execution_id))["status"] == "paused"
    assert (await office.ask(execution_id, "resume")).status_code == 202
    await office.until(execution_id, lambda found: found["status"] == "running")
    cancelled = await office.ask(execution_id, "cancel")
    assert cancelled.status_code == 202
    ended = await office.rests(execution_id)
    assert (ended["status"], statuses(ended)["sleep"]) == ("cancelled", "cancelled")


async def test_a_wait_goes_on_beside_an_approval(office: Office) -> None:
    sleep = {"step_id": "sleep", "step_type": "wait", "seconds": 3600}
    execution_id = await office.begin(workflow(approval("ask"), sleep, step("last", "sleep")))
    paused = await office.rests(execution_id)
    assert (paused["status"], statuses(paused)["sleep"]) == ("paused", "waiting")
    office.time.ahead = timedelta(hours=2)
    woken = await office.until(execution_id, lambda found: found["steps"]["sleep"]["status"] == "completed")
    await office.rests(execution_id)
    await office.ask(execution_id, "resume", {"answer": "yes"})
    ended = await office.rests(execution_id)
    assert ended["status"] == "completed"
    assert woken["steps"]["ask"]["status"] == "waiting"


async def test_waits_side_by_side_inside_of_a_step_are_woken_each_at_its_time(office: Office) -> None:
    def sleep(step_id: str, seconds: int) -> dict[str, Any]:
        return {"step_id": step_id, "step_type": "wait", "seconds": seconds}

    branches = {"short": [sleep("hour", 3600), step("early", "hour")], "long": [sleep("day", 86_400)]}
    both = {"step_id": "both", "step_type": "parallel", "branches": branches}
    loop = {"step_id": "each", "step_type": "loop", "over": [1], "max_iterations": 1, "steps": [both]}
    execution_id = await office.begin(workflow(loop, step("last", "each")))
    await office.until(execution_id, lambda found: statuses(found)["hour"] == statuses(found)["day"] == "waiting")
    office.time.ahead = timedelta(hours=2)
    await office.held.begins("early")
    found = await office.until(execution_id, lambda found: statuses(found)["early"] == "completed")
    assert (found["status"], statuses(found)["day"]) == ("running", "waiting")
    office.time.ahead = timedelta(hours=25)
    assert (await office.rests(execution_id))["status"] == "completed"
    assert office.held.begun == {"early": 1, "last": 1}


async def test_a_long_pause_between_attempts_holds_no_worker(short_folder: Path) -> None:
    async with open_office(short_folder, concurrency=1) as office:
        office.held.failures["first"] = 1
        patient = step("first", retry={"attempts": 2, "wait": 3600, "backoff": 1})
        execution_id = await office.begin(workflow(patient))
        await office.held.begins("first")
        assert (await office.run(workflow(step("other"))))["status"] == "completed"
        assert (await office.get(execution_id))["status"] == "running"
        office.time.ahead = timedelta(hours=2)
        ended = await office.rests(execution_id)
        assert (ended["status"], ended["steps"]["first"]["attempts"]) == ("completed", 2)


async def test_a_higher_priority_overtakes_in_the_queue(short_folder: Path) -> None:
    async with open_office(short_folder, concurrency=1) as office:
        office.held.hold("blocker")
        definition = office.definition(workflow(step("blocker")))
        await office.backend.executions.start(definition, input_data={}, owner="")
        await office.held.begins("blocker")
        order: list[str] = []
        waiting: list[Any] = []
        for name, priority in (("slow", 1), ("plain", 5), ("plain2", 5), ("urgent", 9)):
            made = office.definition(workflow(step(name)))
            started = await office.backend.executions.start(made, input_data={}, owner="", priority=priority)
            waiting.append(started.execution_id)
        office.held.free("blocker")
        ended = [await office.backend.executions.wait(one, owner="") for one in waiting]
        order = [next(iter(one.steps)) for one in sorted(ended, key=lambda one: one.started_at or one.created_at)]
        assert order == ["urgent", "plain", "plain2", "slow"]


async def test_an_execution_whose_server_died_before_its_run_was_made_begins_all_the_same(office: Office) -> None:
    executions, execution_id = office.backend.executions, new_id()
    definition = office.definition(CHAIN)
    noted = NewExecution(execution_id, "", None, None, Pinned(definition, {}), {}, 5, new_id(), first_kwargs({}))
    await executions.executions.create(noted)
    assert (await office.get(execution_id))["status"] == "pending"
    office.time.ahead = timedelta(minutes=1)
    assert (await office.rests(execution_id))["status"] == "completed"
