"""Tasks are kept as they were asked for, each for its owner alone."""

import pytest
from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.errors import Malformed, NotFound, TooLarge
from memory.estimates import Estimate
from memory.json_values import JsonObject
from memory.tasks import KeptTask, TaskAsked, Tasks

ASKED = TaskAsked(type="enrich", query="Enrich kegel.example", input={"n": 2**70}, priority=9)
STEP: JsonObject = {"step_id": "do", "step_type": "agent_task", "capability": "enrich_lead"}
PLAN: JsonObject = {"name": "Enrich", "steps": [STEP]}
ESTIMATE = Estimate(steps=1, pages=4, usd=None, seconds=2.5)


async def kept(redis: Redis, owner: str = "ada") -> KeptTask:
    return await Tasks(redis, owner).create(ASKED, PLAN, ESTIMATE)


async def test_a_task_comes_back_as_it_was_kept(redis_client: Redis) -> None:
    task = await kept(redis_client)
    assert (task.asked, task.plan, task.estimate, task.execution_id) == (ASKED, PLAN, ESTIMATE, None)
    assert await Tasks(redis_client, "ada").get(task.task_id) == task


async def test_the_execution_that_does_it_is_noted(redis_client: Redis) -> None:
    task = await kept(redis_client)
    started = await Tasks(redis_client, "ada").started(task, "x1")
    assert started == task.model_copy(update={"execution_id": "x1"})
    assert await Tasks(redis_client, "ada").get(task.task_id) == started


async def test_a_task_is_there_for_its_owner_alone_and_is_no_context(redis_client: Redis) -> None:
    task = await kept(redis_client)
    with pytest.raises(NotFound, match="no task"):
        await Tasks(redis_client, "bob").get(task.task_id)
    assert (await Tasks(redis_client, "bob").page()).items == ()
    with pytest.raises(NotFound):
        await Contexts(redis_client, "ada").get(task.task_id)
    assert (await Contexts(redis_client, "ada").page()).items == ()


@pytest.mark.parametrize("task_id", ["", "*", "../x", "a\n", "a" * 10_000, "{x}"])
async def test_an_id_that_no_task_can_have_is_not_found(task_id: str, redis_client: Redis) -> None:
    with pytest.raises(NotFound, match="no task"):
        await Tasks(redis_client, "ada").get(task_id)


async def test_tasks_are_listed_from_the_last_one_on_while_others_come(redis_client: Redis) -> None:
    tasks = Tasks(redis_client, "ada")
    made = [await kept(redis_client) for _ in range(3)]
    first = await tasks.page(limit=2)
    await kept(redis_client)
    rest = await tasks.page(first.next_cursor, limit=2)
    assert [one.task_id for one in (*first.items, *rest.items)] == [one.task_id for one in reversed(made)]
    assert rest.next_cursor is None


async def test_an_input_that_is_too_large_is_refused(redis_client: Redis) -> None:
    large = TaskAsked(type="simple", query="echo", input={"text": "x" * 4_000_000})
    with pytest.raises(TooLarge):
        await Tasks(redis_client, "ada").create(large, PLAN, ESTIMATE)


async def test_a_task_that_somebody_else_wrote_is_malformed(redis_client: Redis) -> None:
    task = await kept(redis_client)
    (key,) = await redis_client.keys("{zigral:task}:ada:job:*:versions")
    await redis_client.hset(key, "2", b'1\n["enrich",null]\n{}')  # type: ignore[misc]
    await redis_client.hset(key.removesuffix(b":versions"), "version", "2")  # type: ignore[misc]
    with pytest.raises(Malformed, match="cannot be read"):
        await Tasks(redis_client, "ada").get(task.task_id)
