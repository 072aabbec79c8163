"""Threads, runs and their events: what holds whoever writes at the same time."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from memory.bells import open_bells
from memory.connection import connect
from memory.embedded import open_embedded
from memory.errors import Conflict, NotFound
from memory.run_events import BEGINNING, RunEvents
from memory.run_records import NewRun, Outcome, Run, Strategy
from memory.runs import Runs, new_id
from memory.threads import Query, Threads
from memory.worker_pulse import beating

DONE = Outcome("success", "idle", output=b'{"n":1}', values=b'{"n":1}')


def asked(thread_id: str, strategy: Strategy = "enqueue", *, after: float = 0, make: bool = False) -> NewRun:
    return NewRun(
        run_id=new_id(),
        thread_id=thread_id,
        owner="me",
        assistant_id="a",
        graph_id="g",
        metadata={},
        kwargs={"input": {"text": "\u2028"}},
        multitask_strategy=strategy,
        after_seconds=after,
        make_thread=make,
    )


@pytest.fixture
def threads(redis_client: Redis) -> Threads:
    return Threads(redis_client)


@pytest.fixture
def runs(redis_client: Redis) -> Runs:
    return Runs(redis_client)


@pytest.fixture
async def events(redis_client: Redis) -> AsyncIterator[RunEvents]:
    async with open_bells(redis_client) as bells:
        yield RunEvents(redis_client, bells, most=5)


async def begun(runs: Runs, thread_id: str) -> Run:
    created = await runs.create(asked(thread_id))
    claim = await runs.claim(created.run.run_id, worker="w")
    assert claim.run is not None
    return claim.run


async def test_a_thread_is_its_owners_alone(threads: Threads) -> None:
    made = await threads.create("t", owner="me", metadata={"a": 1})
    assert (made.status, made.values, made.metadata) == ("idle", None, {"a": 1})
    with pytest.raises(NotFound):
        await threads.get("t", owner="you")
    with pytest.raises(Conflict):
        await threads.create("t", owner="you")
    assert await threads.count(Query(owner="you")) == 0


async def test_patches_at_once_all_count(threads: Threads) -> None:
    await threads.create("t", owner="me", metadata={"a": 1})
    await asyncio.gather(*(threads.patch("t", owner="me", metadata={str(n): n}) for n in range(20)))
    assert (await threads.get("t", owner="me")).metadata == {"a": 1, **{str(n): n for n in range(20)}}


async def test_threads_are_found_by_what_they_contain_and_paged_in_a_stable_order(threads: Threads) -> None:
    for number in range(7):
        await threads.create(f"t{number}", owner="me", metadata={"n": number % 2, "deep": {"x": [1, number]}})
    query = Query(owner="me", metadata={"n": 0, "deep": {"x": [1]}}, sort_by="created_at", descending=False)
    page, total = await threads.page(query, limit=2, offset=1)
    assert ([thread.thread_id for thread in page], total) == (["t2", "t4"], 4)
    assert await threads.count(Query(owner="me", metadata={"n": True})) == 0
    newest, _ = await threads.page(Query(owner="me"), limit=1, offset=0)
    assert newest[0].thread_id == "t6"


async def test_a_run_makes_its_thread_busy_and_its_end_says_what_is_left(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    run = await begun(runs, "t")
    busy = await threads.get("t", owner="me")
    assert (busy.status, busy.metadata) == ("busy", {"graph_id": "g", "assistant_id": "a"})
    assert await runs.end(run.run_id, run.attempt, DONE) == ""
    idle = await threads.get("t", owner="me")
    assert (idle.status, idle.values) == ("idle", {"n": 1})
    assert (await runs.get(run.run_id, owner="me")).status == "success"
    assert await runs.output(run.run_id) == b'{"n":1}'


async def test_of_many_rejecting_runs_at_once_one_is_taken(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    said = await asyncio.gather(*(runs.create(asked("t", "reject")) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in said) == 19
    assert len(await runs.page("t", limit=50, offset=0)) == 1


async def test_runs_wait_for_those_before_them_in_the_order_of_creation(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    made = [(await runs.create(asked("t"))).run.run_id for _ in range(5)]
    assert [run.run_id for run in await runs.page("t", limit=9, offset=0)] == made[::-1]
    order = []
    upcoming: str | None = made[0]
    while upcoming:
        claim = await runs.claim(upcoming, worker="w")
        assert claim.run is not None
        order.append(upcoming)
        behind = [await runs.claim(run_id, worker="w") for run_id in made[len(order) :]]
        assert {one.verdict for one in behind} <= {"BEHIND"}
        upcoming = await runs.end(upcoming, 1, DONE)
    assert order == made


async def test_a_delayed_run_holds_up_nobody(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    later = await runs.create(asked("t", after=60))
    assert (await runs.claim(later.run.run_id, worker="w")).verdict == "EARLY"
    assert (await runs.claim((await runs.create(asked("t"))).run.run_id, worker="w")).verdict == "OK"


@pytest.mark.parametrize("action", ["interrupt", "rollback"])
async def test_a_later_run_stops_those_before_it(threads: Threads, runs: Runs, action: Strategy) -> None:
    await threads.create("t", owner="me")
    first = await begun(runs, "t")
    waiting = (await runs.create(asked("t"))).run
    last = (await runs.create(asked("t", action))).run
    assert await runs.renew({first.run_id: 1}) == {first.run_id: action}
    gone = await runs.find(waiting.run_id)
    assert gone is None if action == "rollback" else gone is not None and gone.status == "interrupted"
    assert (await runs.claim(last.run_id, worker="w")).verdict == "BEHIND"
    ending = Outcome("rolled back" if action == "rollback" else "interrupted", "interrupted")
    assert await runs.end(first.run_id, 1, ending) == last.run_id
    assert (await threads.get("t", owner="me")).status == "busy"


async def test_a_dead_workers_run_is_taken_over_and_its_late_writes_are_refused(
    redis_client: Redis, threads: Threads, events: RunEvents
) -> None:
    runs = Runs(redis_client, lease_seconds=0.2)
    await threads.create("t", owner="me")
    run = await begun(runs, "t")
    assert (await runs.claim(run.run_id, worker="w")).verdict == "LEASED"
    await asyncio.sleep(0.3)
    assert await runs.strayed(worker="w") == [run.run_id]
    again = await runs.claim(run.run_id, worker="w")
    assert again.run is not None
    assert again.run.attempt == 2
    assert await events.append(run.run_id, 1, [("values", b"{}")], before=0) == "LOST"
    assert await runs.renew({run.run_id: 1}) == {run.run_id: "lost"}
    assert await runs.end(run.run_id, 1, DONE) is None
    assert not await runs.hand_back(run.run_id, 1)
    assert await runs.end(run.run_id, 2, DONE) == ""
    assert await runs.end(run.run_id, 2, DONE) == ""  # the answer may have been lost
    assert await runs.end(run.run_id, 2, Outcome("error", "error")) is None


async def test_a_process_that_falls_silent_loses_its_runs_long_before_their_lease_ends(
    redis_client: Redis, threads: Threads
) -> None:
    runs = Runs(redis_client, lease_seconds=3600)
    await threads.create("t", owner="me")
    with beating(redis_client, "w"), beating(redis_client, "other"):
        run = await begun(runs, "t")
        for _ in range(500):
            if await redis_client.zcard("{zigral}:workers") == 2:
                break
            await asyncio.sleep(0.01)
        assert (await runs.claim(run.run_id, worker="other")).verdict == "LEASED"
        assert await runs.strayed(worker="other") == []
    await redis_client.zadd("{zigral}:workers", {"w": 1, "other": time.time() * 1e6})
    assert await runs.strayed(worker="other") == [run.run_id]
    assert await runs.strayed(worker="w") == []  # one who was silent himself judges nobody
    await redis_client.set("{zigral}:outage", int(time.time() * 1e6))
    assert await runs.strayed(worker="other") == []
    await redis_client.delete("{zigral}:outage")
    assert (await runs.claim(run.run_id, worker="other")).verdict == "OK"


async def test_a_run_that_is_handed_back_goes_first(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    run = await begun(runs, "t")
    second = (await runs.create(asked("t"))).run
    assert await runs.hand_back(run.run_id, 1)
    assert (await runs.claim(second.run_id, worker="w")).head == run.run_id
    again = await runs.claim(run.run_id, worker="w")
    assert again.run is not None
    assert again.run.attempt == 2


async def test_a_waiting_run_is_cancelled_at_once_and_its_thread_is_as_before(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    run = (await runs.create(asked("t"))).run
    assert await runs.cancel(run.run_id, "interrupt") == ("STOPPED", "")
    assert (await threads.get("t", owner="me")).status == "idle"
    assert (await runs.claim(run.run_id, worker="w")).verdict == "ENDED"
    assert (await runs.cancel(run.run_id, "interrupt"))[0] == "ENDED"


async def test_a_thread_whose_state_is_updated_runs_nothing_meanwhile(threads: Threads, runs: Runs) -> None:
    await threads.create("t", owner="me")
    async with threads.updating("t", owner="me") as update:
        run = (await runs.create(asked("t"))).run
        assert (await runs.claim(run.run_id, worker="w")).verdict == "HELD"
        update.status, update.values = "interrupted", b'{"n":2}'
    with pytest.raises(Conflict):
        async with threads.updating("t", owner="me"):
            pass
    assert (await threads.get("t", owner="me")).values == {"n": 2}
    assert (await runs.claim(run.run_id, worker="w")).verdict == "OK"


async def test_a_deleted_thread_takes_its_runs_with_it(threads: Threads, runs: Runs, events: RunEvents) -> None:
    await threads.create("t", owner="me")
    run = await begun(runs, "t")
    await threads.delete("t", owner="me")
    assert await runs.find(run.run_id) is None
    assert await events.append(run.run_id, 1, [("values", b"{}")], before=0) == "LOST"
    assert await runs.under_way("running") == []
    assert await threads.count(Query(owner="me")) == 0


async def test_a_reader_sees_each_event_once_in_order_and_leaves_when_the_run_has_ended(
    threads: Threads, runs: Runs, events: RunEvents
) -> None:
    await threads.create("t", owner="me")
    run = await begun(runs, "t")

    async def read(after: str) -> list[bytes]:
        return [event.data async for event in events.follow(run.run_id, after) if event]

    readers = [asyncio.create_task(read(BEGINNING)) for _ in range(3)]
    for number in range(5):
        assert await events.append(run.run_id, 1, [("custom", b"%d" % number)], before=number) == "OK"
        await asyncio.sleep(0)
    assert await events.append(run.run_id, 1, [("custom", b"5")], before=5) == "FULL"
    await runs.end(run.run_id, 1, DONE)
    assert await asyncio.gather(*readers) == [[b"0", b"1", b"2", b"3", b"4"]] * 3
    kept, status = await events.read(run.run_id, BEGINNING)
    assert status == "success"
    assert await read(kept[2].id) == [b"3", b"4"]
    assert [event.data for event in await events.last(run.run_id, 2)] == [b"3", b"4"]


async def test_events_of_runs_that_follow_each_other_have_growing_ids(
    threads: Threads, runs: Runs, events: RunEvents
) -> None:
    await threads.create("t", owner="me")
    ids = []
    for _ in range(10):
        run = await begun(runs, "t")
        await events.append(run.run_id, 1, [("a", b"1"), ("b", b"2")], before=0)
        ids += [event.id for event in (await events.read(run.run_id, BEGINNING))[0]]
        await runs.end(run.run_id, 1, DONE)
    keys = [tuple(map(int, one.split("-"))) for one in ids]
    assert keys == sorted(set(keys))


async def test_an_accepted_run_survives_a_kill_of_the_server(redis_client: Redis, redis_url: str) -> None:
    runs = Runs(redis_client)
    run = (await runs.create(asked("t", make=True))).run
    info = await redis_client.info("server")
    path = redis_url.removeprefix("unix://").replace("redis.sock", "")
    os.kill(info["process_id"], signal.SIGKILL)
    async with open_embedded(Path(path)) as url, connect(url) as client:
        kept = await Runs(client).find(run.run_id)
        assert kept is not None
        assert kept.kwargs == {"input": {"text": "\u2028"}}
        assert await Runs(client).strayed(worker="w", grace_seconds=0) == [run.run_id]
