"""Executions in their store: whose turn it is, what a lost worker may still write, and pages that nothing moves."""

import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from memory.definitions import Definition
from memory.errors import Conflict
from memory.execution_records import Pinned
from memory.executions import Executions, NewExecution
from memory.run_records import NewRun, Outcome
from memory.runs import Runs, new_id
from memory.step_log import RedisStepLog
from memory.step_records import StepRecord

DEFINITION = Definition.model_validate(
    {"name": "One", "steps": [{"step_id": "one", "step_type": "transform", "value": 1}]}
)


@pytest.fixture
async def executions(redis_client: Redis) -> AsyncIterator[Executions]:
    yield Executions(redis_client)


async def start(executions: Executions, runs: Runs, priority: int = 5) -> tuple[str, str]:
    """The ids of an execution that waits for a worker, and of its run."""
    execution_id, run_id = new_id(), new_id()
    await executions.create(
        NewExecution(execution_id, "", "w", 1, Pinned(DEFINITION, {}), {}, priority, run_id, {})
    )
    await runs.create(new_run(run_id, execution_id, priority))
    return execution_id, run_id


def new_run(run_id: str, thread_id: str, priority: int | None = None) -> NewRun:
    return NewRun(run_id, thread_id, "", "a", "workflow", {}, {}, make_thread=True, priority=priority)


async def test_each_call_for_a_worker_takes_the_one_whose_turn_it_is_and_none_is_left(
    executions: Executions, redis_client: Redis
) -> None:
    runs, chance = Runs(redis_client), random.Random(3)
    priorities = [chance.randrange(10) for _ in range(25)]
    called = [(await start(executions, runs, priority))[1] for priority in priorities]
    of = dict(zip(called, priorities, strict=True))
    chance.shuffle(called)
    taken = []
    for run_id in called:
        claim = await runs.claim(run_id, worker="w")
        assert claim.run is not None
        taken.append(claim.run.run_id)
    assert [of[run_id] for run_id in taken] == sorted(priorities, reverse=True)
    first = [run_id for run_id in taken if of[run_id] == 5]
    assert first == [run_id for run_id in of if run_id in first]  # equal ones in the order in which they came
    assert (await runs.claim(called[0], worker="w")).verdict == "LEASED"


async def test_a_run_that_is_no_executions_is_taken_by_its_own_name(
    executions: Executions, redis_client: Redis
) -> None:
    runs = Runs(redis_client)
    _, waiting = await start(executions, runs, priority=9)
    created = await runs.create(new_run(new_id(), new_id()))
    claim = await runs.claim(created.run.run_id, worker="w")
    assert claim.run is not None
    assert (claim.run.run_id, claim.run.is_execution) == (created.run.run_id, False)
    again = await runs.claim(created.run.run_id, worker="w")  # it is under way: the call stands for other work
    assert again.run is not None
    assert (again.run.run_id, again.run.is_execution) == (waiting, True)


async def test_a_run_is_made_only_while_its_execution_waits_for_it(
    executions: Executions, redis_client: Redis
) -> None:
    runs = Runs(redis_client)
    execution_id, run_id = new_id(), new_id()
    await executions.create(NewExecution(execution_id, "", "w", 1, Pinned(DEFINITION, {}), {}, 5, run_id, {}))
    assert await executions.ask(execution_id, "cancel") == "OK"
    with pytest.raises(Conflict):
        await runs.create(new_run(run_id, execution_id, 5))
    assert (await executions.get(execution_id, owner="")).status == "cancelled"
    assert await runs.under_way("pending") == []


async def test_who_lost_an_execution_writes_no_more_of_its_steps(
    executions: Executions, redis_client: Redis
) -> None:
    runs, log = Runs(redis_client), RedisStepLog(redis_client)
    execution_id, run_id = await start(executions, runs)
    claim = await runs.claim(run_id, worker="w")
    assert claim.run is not None
    async with log.held(execution_id, run_id, claim.run.attempt):
        await log.write(execution_id, "one", StepRecord(status="running"))
        await log.flush(execution_id)
        assert await runs.hand_back(run_id, claim.run.attempt)
        await log.write(execution_id, "one", StepRecord(status="completed"))
        await log.flush(execution_id)
    found = await executions.get(execution_id, owner="")
    assert found.steps["one"].status == "running"


async def test_what_ended_meanwhile_cannot_be_stopped_any_more(executions: Executions, redis_client: Redis) -> None:
    runs = Runs(redis_client)
    execution_id, run_id = await start(executions, runs)
    claim = await runs.claim(run_id, worker="w")
    assert claim.run is not None
    assert await executions.ask(execution_id, "cancel") == "OK"
    outcome = Outcome("success", "idle", values=b"{}", execution_output=b'{"one": 1}')
    await runs.end(run_id, claim.run.attempt, outcome)
    found = await executions.get(execution_id, owner="")
    assert (found.status, found.output) == ("completed", {"one": 1})
    assert await executions.ask(execution_id, "cancel") == "completed"
