"""F7, F13, F14 and workers that hang: what is under way goes on elsewhere, and no finished step is done again."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from redis.asyncio import Redis

from memory.embedded import open_embedded
from server.http.backend import Backend, open_backend
from server.run_request import RunAsked
from server.settings import Settings

GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
STEPS = {"ticks": 6, "delay": 0.2}
THREAD = "11111111-1111-4111-8111-111111111111"


async def until(holds: Any) -> None:
    """Return when it holds."""
    for _ in range(1500):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never held")


async def begin(site: Any, count: int, graph: str = "steps", **given: Any) -> list[tuple[str, str]]:
    """(thread, run) of so many runs."""
    made = []
    for _ in range(count):
        thread = (await site.sdk.threads.create())["thread_id"]
        run = await site.sdk.runs.create(
            thread, graph, input=given or STEPS, stream_mode=["custom", "values"], stream_resumable=True
        )
        made.append((thread, run["run_id"]))
    return made


async def has_done(site: Any, thread: str, count: int) -> None:
    async def enough() -> bool:
        return int((await site.sdk.threads.get_state(thread))["values"].get("done", 0)) >= count

    await until(enough)


async def told(site: Any, thread: str, run: str, name: str) -> list[Any]:
    parts = [part async for part in site.sdk.runs.join_stream(thread, run, last_event_id="-1")]
    return [part.data for part in parts if part.event == name]


async def test_a_worker_that_is_told_to_leave_finishes_its_steps_and_another_goes_on_at_once(site: Any) -> None:
    first = site.worker(ZIGRAL_LEASE_SECONDS="300")
    async with site.serving(concurrency=0, lease_seconds=300):
        await site.working(first)
        made = await begin(site, 5)
        await has_done(site, made[-1][0], 1)
        settings = Settings(data=site.data, lease_seconds=300)
        async with open_backend(settings, GRAPHS):
            first.send_signal(signal.SIGTERM)
            assert await site.ended(first) == 0
            for thread, run in made:
                assert (await site.sdk.runs.join(thread, run))["trail"] == [f"t{n}" for n in range(6)]
                begun = [one["begun"] for one in await told(site, thread, run, "custom") if "begun" in one]
                assert begun == list(range(6))  # each step once: the one under way was finished


async def test_a_step_that_takes_too_long_is_given_up_and_a_second_signal_ends_all(site: Any) -> None:
    workers = [site.worker(ZIGRAL_DRAIN_SECONDS="0.2"), site.worker(ZIGRAL_DRAIN_SECONDS="300")]
    async with site.serving(concurrency=0):
        await site.working(*workers)
        made = await begin(site, 6, ticks=1, delay=300)

        async def all_under_way() -> bool:
            found = [await site.sdk.runs.get(thread, run) for thread, run in made]
            return all(run["status"] == "running" for run in found)

        await until(all_under_way)
        workers[0].send_signal(signal.SIGTERM)
        assert await site.ended(workers[0], seconds=20) == 0
        workers[1].send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert workers[1].poll() is None
        workers[1].send_signal(signal.SIGTERM)
        await site.ended(workers[1], seconds=10)


async def test_a_worker_whose_loop_is_blocked_past_its_lease_corrupts_nothing(site: Any) -> None:
    """Another takes its runs over; both work on them for a while; one line of steps comes of it."""
    worker = site.worker()
    async with site.serving(concurrency=0):
        await site.working(worker)
        made = await begin(site, 3, "stuck", delay=2.0)
        async with open_backend(Settings(data=site.data, lease_seconds=1), GRAPHS):
            for thread, run in made:
                assert (await site.sdk.runs.join(thread, run))["trail"] == ["frozen", "blocked"]
                history = await site.sdk.threads.get_history(thread, limit=50)
                assert [state["metadata"]["step"] for state in history] == [2, 1, 0, -1]
                assert (await site.sdk.runs.get(thread, run))["status"] == "success"
                lengths = [len(one.get("trail", [])) for one in await told(site, thread, run, "values")]
                assert lengths == sorted(lengths)


async def test_a_server_that_is_killed_leaves_its_runs_and_their_streams_to_the_next(site: Any) -> None:
    server = await site.serve()
    sdk = site.sdk
    waits = (await sdk.threads.create())["thread_id"]
    await sdk.runs.wait(waits, "asks", input={})
    ((thread, run),) = await begin(site, 1)
    later = await sdk.runs.create(thread, "steps", input={"ticks": 7})
    await has_done(site, thread, 2)
    server.send_signal(signal.SIGKILL)
    await site.ended(server)
    async with site.serving():
        values = await told(site, thread, run, "values")
        assert [len(one.get("trail", [])) for one in values] == list(range(7))
        assert (await sdk.runs.join(thread, later["run_id"]))["trail"][-1] == "t6"
        await sdk.runs.wait(waits, "asks", command={"resume": "a"})
        assert (await sdk.runs.wait(waits, "asks", command={"resume": "b"}))["trail"] == ["a,b", "after"]


async def test_a_redis_that_is_killed_and_comes_back_loses_no_accepted_run(site: Any) -> None:
    async with site.serving() as backend:
        made = await begin(site, 8)
        await has_done(site, made[0][0], 2)
        os.kill((await backend.redis.info("server"))["process_id"], signal.SIGKILL)
        await asyncio.sleep(0.5)
        async with open_embedded(site.data / "redis"):
            for thread, run in made:
                assert (await site.sdk.runs.join(thread, run))["trail"] == [f"t{n}" for n in range(6)]
                history = await site.sdk.threads.get_history(thread, limit=50)
                assert [state["metadata"]["step"] for state in history] == list(range(6, -2, -1))


@pytest.fixture
async def backend(short_folder: Path) -> Any:
    async with open_backend(Settings(data=short_folder, lease_seconds=0.5), GRAPHS) as opened:
        await opened.threads.create(THREAD, owner="")
        yield opened


async def ended(backend: Backend, **asked: Any) -> str:
    """Run to the end; the run's id."""
    run = await backend.runs.create(RunAsked.model_validate(asked), owner="", thread_id=THREAD)
    async for _ in backend.runs.output(run):
        pass
    return run.run_id


async def as_if_killed(backend: Backend, run: str) -> None:
    """Set a run back to where it was when its worker had done everything but say so, and let it end again."""
    redis: Redis = backend.redis
    await redis.hset(f"{{zigral}}:run:{run}", mapping={"status": "running", "claim": ""})
    await redis.hdel(f"{{zigral}}:run:{run}", "output", "ended")
    await redis.hset(f"{{zigral}}:thread:{THREAD}", mapping={"active": run, "status": "busy"})
    await redis.zadd("{zigral}:runs:running", {run: 1})
    found = await backend.runs.runs.find(run)
    assert found is not None
    async for _ in backend.runs.output(found):
        pass


async def test_an_answer_is_given_to_one_question_only_wherever_its_worker_dies(backend: Backend) -> None:
    """A node that asks twice: the answer to the first is stored when it asks the second, and then all stops."""
    await ended(backend, assistant_id="asks", input={})
    run = await ended(backend, assistant_id="asks", command={"resume": "a"})
    before = await backend.threads.get(THREAD, owner="")
    assert "second" in str(before.interrupts)
    await as_if_killed(backend, run)
    after = await backend.threads.get(THREAD, owner="")
    assert (after.status, after.interrupts) == ("interrupted", before.interrupts)
    kept = await backend.runs.runs.find(run)
    assert kept is not None
    assert (kept.status, kept.attempt) == ("success", 2)


@pytest.mark.parametrize("stops", [{}, {"interrupt_before": ["tick"]}, {"interrupt_after": ["tick"]}])
async def test_a_run_whose_worker_died_before_saying_so_ends_as_it_stood(
    backend: Backend, stops: dict[str, Any]
) -> None:
    async def kept() -> list[Any]:
        return [one async for one in backend.checkpointer.alist({"configurable": {"thread_id": THREAD}})]

    run = await ended(backend, assistant_id="steps", input={"ticks": 2, "delay": 0}, **stops)
    before, states = await backend.threads.get(THREAD, owner=""), await kept()
    await as_if_killed(backend, run)
    after = await backend.threads.get(THREAD, owner="")
    assert (after.status, after.values) == (before.status, before.values)
    assert await kept() == states


async def test_a_run_whose_worker_died_with_its_input_stored_tells_no_state_without_it(backend: Backend) -> None:
    run = await ended(backend, assistant_id="steps", input={"ticks": 2, "delay": 0}, stream_mode=["values"])
    whole = await values_told(backend, run)
    saver = backend.checkpointer
    *_, first = [one async for one in saver.alist({"configurable": {"thread_id": THREAD}})]
    await saver.adelete_thread(THREAD)
    place: RunnableConfig = {"configurable": {"thread_id": THREAD, "checkpoint_ns": ""}}
    await saver.aput(place, first.checkpoint, first.metadata, first.checkpoint["channel_versions"])
    await backend.redis.unlink(f"{{zigral}}:events:{run}")
    await as_if_killed(backend, run)
    assert await values_told(backend, run) == whole
    assert len(whole) == 3


async def values_told(backend: Backend, run: str) -> list[bytes]:
    return [event.data for event in (await backend.runs.events.read(run, "0-0"))[0] if event.name == "values"]
