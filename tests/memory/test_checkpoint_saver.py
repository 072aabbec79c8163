"""The saver beyond LangGraph's suite: synchronous callers, time to live, pruning, clusters, what a call costs."""

import asyncio
import operator
import sys
import threading
from pathlib import Path
from typing import Annotated, Any, TypedDict
from uuid import uuid4

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from redis import crc
from redis.asyncio import Redis

from memory.checkpoint_layout import keys_of
from memory.checkpoints import RedisSaver, open_checkpointer
from memory.connection import connect, doubts, server_facts
from memory.errors import Conflict, Invalid, Unavailable

ROOT = Path(__file__).resolve().parents[2]


class State(TypedDict):
    note: str
    log: Annotated[list[str], operator.add]


def asking() -> StateGraph[State]:
    def work(state: State) -> dict[str, Any]:
        return {"log": ["work"]}

    def ask(state: State) -> dict[str, Any]:
        return {"log": [str(interrupt("Well?"))]}

    graph = StateGraph(State)
    graph.add_node("work", work)
    graph.add_node("ask", ask)
    graph.add_edge(START, "work")
    graph.add_edge("work", "ask")
    graph.add_edge("ask", END)
    return graph


def config(thread: str = "t", ns: str = "", checkpoint_id: str = "") -> RunnableConfig:
    named = {"thread_id": thread, "checkpoint_ns": ns}
    return {"configurable": {**named, "checkpoint_id": checkpoint_id} if checkpoint_id else named}


async def put(
    saver: RedisSaver,
    values: dict[str, Any],
    at: RunnableConfig,
    *,
    versions: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    **metadata: Any,
) -> RunnableConfig:
    """One step: `versions` of all channels, `new` those that it changed; by default all are new."""
    versions = versions or {name: saver.get_next_version(None, None) for name in values}
    checkpoint: Any = {**empty_checkpoint(), "v": 4, "channel_values": values, "channel_versions": versions}
    facts: Any = {"source": "loop", "step": 0, **metadata}
    return await saver.aput(at, checkpoint, facts, versions if new is None else new)


@pytest.fixture
def saver(redis_client: Redis) -> RedisSaver:
    return RedisSaver(redis_client)


def ask_and_answer(saver: RedisSaver) -> list[str]:
    graph = asking().compile(saver)
    graph.invoke({"note": "n", "log": []}, config())
    waiting = graph.get_state(config())
    assert waiting.next == ("ask",)
    done = graph.invoke(Command(resume="yes"), config())
    assert [state.next for state in graph.get_state_history(config())] == [(), ("ask",), ("work",), ("__start__",)]
    log: list[str] = done["log"]
    return log


async def test_a_graph_is_invoked_without_await_on_the_loop_s_own_thread_and_on_another(redis_url: str) -> None:
    async with open_checkpointer(redis_url) as saver:
        assert ask_and_answer(saver) == ["work", "yes"]
        await saver.adelete_thread("t")
        assert await asyncio.to_thread(ask_and_answer, saver) == ["work", "yes"]
        assert (await asking().compile(saver).aget_state(config())).values["log"] == ["work", "yes"]


async def test_the_versions_of_many_channels_take_little_room_and_come_back(
    saver: RedisSaver, redis_client: Redis
) -> None:
    given: Any = {f"steps.step_number_{number}": number for number in range(500)}
    versions = dict.fromkeys(given, saver.get_next_version(None, None))
    at = await put(saver, given, config(), versions=versions)
    found = await saver.aget_tuple(at)
    assert found is not None
    assert (found.checkpoint["channel_values"], found.checkpoint["channel_versions"]) == (given, versions)
    records: Any = await redis_client.hgetall(keys_of("t")[0])
    spelled_once = sum(len(name) + len(version) for name, version in versions.items())
    assert sum(len(data) for name, data in records.items() if name.startswith(b"c")) < 1.5 * spelled_once


async def test_a_plain_script_uses_the_same_saver(redis_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from memory.checkpoints import open_checkpointer\n"
        "from langgraph.checkpoint.base import empty_checkpoint\n"
        "async def main():\n"
        "    async with open_checkpointer(sys.argv[1]) as saver:\n"
        "        at = {'configurable': {'thread_id': 'script', 'checkpoint_ns': ''}}\n"
        "        saver.put(at, {**empty_checkpoint(), 'channel_values': {}}, {'source': 'input'}, {})\n"
        "        print([found.metadata['source'] for found in saver.list(at)], list(saver.threads()))\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program, redis_url]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said.decode().strip() == "['input'] ['script']"


async def test_every_synchronous_method_does_what_its_twin_does(saver: RedisSaver) -> None:
    at = await put(saver, {"a": 1}, config(), run_id="r1")
    saver.put_writes(at, [("w", 1)], "task", "path")
    saver.copy_thread("t", "copy")
    found = saver.get_tuple(config("copy"))
    assert found is not None
    assert found.pending_writes == [("task", "w", 1)]
    saver.prune(["copy"])
    saver.delete_for_runs(["r1"])
    assert list(saver.threads()) == []
    await put(saver, {"a": 1}, config())
    saver.delete_thread("t")
    assert await saver.aget_tuple(config()) is None


async def test_copies_with_another_allowlist_share_the_connections(saver: RedisSaver, redis_client: Redis) -> None:
    copy = saver.with_allowlist([("somewhere", "Else")])
    assert copy is not saver
    assert copy.get_tuple(config()) is None
    clients = (await redis_client.info("clients"))["connected_clients"]
    assert saver.get_tuple(config()) is None
    assert (await redis_client.info("clients"))["connected_clients"] == clients


async def test_a_url_that_asks_for_text_or_an_older_protocol_changes_nothing(redis_url: str) -> None:
    for options in ("decode_responses=true", "protocol=2", "protocol=3", "protocol=2&decode_responses=true"):
        async with open_checkpointer(f"{redis_url}?{options}") as saver:
            thread = str(uuid4())
            await put(saver, {"a": b"\xff", "b": ("\ud800",)}, config(thread))
            for found in (await saver.aget_tuple(config(thread)), saver.get_tuple(config(thread))):
                assert found is not None
                assert found.checkpoint["channel_values"] == {"a": b"\xff", "b": ("\ud800",)}
            assert thread in [each async for each in saver.athreads()]


ODD = ["a{b}c", "a}b", "x y", "*", "[a-z]?", "é😀", "l" * 300, "a\0b", "a\1b", "\ud800", "..", ""]


async def test_ids_of_any_kind_do_not_meet_and_each_thread_is_one_slot_of_a_cluster(
    saver: RedisSaver, redis_client: Redis
) -> None:
    for odd in ODD:
        at = await put(saver, {odd: odd, "same": 1}, config(odd))
        await put(saver, {odd: "inner"}, config(odd, ns=odd or "inner"))
        await saver.aput_writes(at, [(odd, odd)], odd, odd)
    for odd in ODD:
        found = await saver.aget_tuple(config(odd))
        assert found is not None
        assert found.checkpoint["channel_values"] == {odd: odd, "same": 1}
        assert found.pending_writes == [(odd, odd, odd)]
        inner = [each async for each in saver.alist(config(odd, ns=odd or "inner"))]
        assert [each.checkpoint["channel_values"] for each in inner] == [{odd: "inner"}]
    keys = [key async for key in redis_client.scan_iter()]
    assert len(keys) == 2 * len(ODD)
    assert len({crc.key_slot(key) for key in keys}) <= len(ODD)
    assert {each async for each in saver.athreads()} == set(ODD)
    await saver.adelete_thread("*")
    assert len([each async for each in saver.athreads()]) == len(ODD) - 1


async def test_a_time_to_live_covers_a_thread_whole_and_each_write_renews_it(redis_url: str) -> None:
    async with open_checkpointer(redis_url, ttl_seconds=1000) as saver, connect(redis_url) as client:
        await saver.aput_writes(config(checkpoint_id="early"), [("w", 1)], "task")
        at = await put(saver, {"a": 1}, config())
        for _ in range(2):
            left = [await client.pttl(key) async for key in client.scan_iter()]
            assert len(left) == 2
            assert all(990_000 < each <= 1_000_000 for each in left)
            async for key in client.scan_iter():
                await client.pexpire(key, 5000)
            await saver.aput_writes(at, [("w", 1)], "task")
        await saver.acopy_thread("t", "copy")
        assert all([await client.pttl(key) > 990_000 async for key in client.scan_iter()])


@pytest.mark.parametrize("seconds", [0, -1, 1e30, float("nan")])
async def test_a_time_to_live_that_makes_no_sense_is_refused(redis_url: str, seconds: float) -> None:
    with pytest.raises(Invalid, match="makes no sense"):
        async with open_checkpointer(redis_url, ttl_seconds=seconds):
            pass


async def used(client: Redis) -> int:
    return sum([await client.memory_usage(key, samples=0) or 0 async for key in client.scan_iter()])


async def chain(
    saver: RedisSaver, steps: int, *, changing: int, at: RunnableConfig | None = None
) -> RunnableConfig:
    """A thread whose value `fixed` (50 KB) stays while another of `changing` bytes changes at each step."""
    at = at or config()
    versions = {"fixed": saver.get_next_version(None, None)}
    for step in range(steps):
        new = {"moving": saver.get_next_version(versions.get("moving"), None)}
        if step == 0:
            new["fixed"] = versions["fixed"]
        versions |= new
        values = {"fixed": "f" * 50_000, "moving": str(step) * changing}
        at = await put(saver, values, at, versions=dict(versions), new=new, step=step)
    return at


async def test_what_does_not_change_is_stored_once_and_a_step_costs_what_it_changed(
    saver: RedisSaver, redis_client: Redis
) -> None:
    at = await chain(saver, 1, changing=100)
    first = await used(redis_client)
    await chain(saver, 20, changing=100, at=config("other"))
    assert await used(redis_client) - first < first + 20 * 2_000
    assert at["configurable"]["checkpoint_id"]


async def test_pruning_gives_the_memory_back_and_keeps_what_the_latest_needs(
    saver: RedisSaver, redis_client: Redis
) -> None:
    last = await chain(saver, 40, changing=10_000)
    await saver.aput_writes(last, [("w", "pending")], "task")
    before = await used(redis_client)
    await saver.aprune(["t", "no such thread"])
    after = await used(redis_client)
    found = [each async for each in saver.alist(config())]
    assert before > 500_000 > 110_000 > after
    assert [each.config for each in found] == [last]
    assert found[0].checkpoint["channel_values"]["fixed"] == "f" * 50_000
    assert found[0].pending_writes == [("task", "w", "pending")]
    with pytest.raises(Invalid, match="keep_latest or delete"):
        await saver.aprune(["t"], strategy="all")


async def test_a_run_s_deletion_takes_its_checkpoints_and_only_their_values(
    saver: RedisSaver, redis_client: Redis
) -> None:
    first = await put(saver, {"a": 1}, config(), run_id="r1")
    versions = (await saver.aget_tuple(first)).checkpoint["channel_versions"]  # type: ignore[union-attr]
    versions = {**versions, "b": saver.get_next_version(None, None)}
    new = {"b": versions["b"]}
    await put(saver, {"a": 1, "b": "x"}, first, versions=versions, new=new, run_id="r2")
    await put(saver, {"a": 1}, config("other"), run_id="r1")
    await saver.adelete_for_runs(["r1", "r3"])
    left = [each async for each in saver.alist(None)]
    assert [each.checkpoint["channel_values"] for each in left] == [{"a": 1, "b": "x"}]
    assert [each async for each in saver.athreads()] == ["t"]


async def test_a_call_is_one_round_trip_whatever_the_length_of_the_thread(
    saver: RedisSaver, redis_client: Redis
) -> None:
    async def trips(calls: int) -> int:
        before = (await redis_client.info("stats"))["total_reads_processed"]
        for _ in range(calls):
            at = await put(saver, {"a": 1}, config())
            await saver.aput_writes(at, [("w", 1), ("v", 2)], "task")
            await saver.aget_tuple(config())
        return int((await redis_client.info("stats"))["total_reads_processed"]) - before - 1

    await trips(1)  # the scripts are known from here on
    assert await trips(10) == 30
    await chain(saver, 100, changing=10)
    assert await trips(10) == 30


async def test_fifty_writers_on_a_thread_lose_nothing(redis_url: str) -> None:
    async with open_checkpointer(redis_url) as one, open_checkpointer(redis_url) as other:
        root = await put(one, {"x": "root", "y": "shared"}, config())
        versions = (await one.aget_tuple(root)).checkpoint["channel_versions"]  # type: ignore[union-attr]

        async def write(number: int) -> RunnableConfig:
            saver = one if number % 2 else other
            mine = {**versions, "x": saver.get_next_version(versions["x"], None)}
            at = await put(saver, {"x": number, "y": "shared"}, root, versions=mine, new={"x": mine["x"]})
            await saver.aput_writes(at, [("w", number)], f"task {number}")
            return at

        written = await asyncio.gather(*map(write, range(50)))
        for number, at in enumerate(written):
            found = await one.aget_tuple(at)
            assert found is not None
            assert found.checkpoint["channel_values"] == {"x": number, "y": "shared"}
            assert found.parent_config == root
            assert found.pending_writes == [(f"task {number}", "w", number)]


async def test_threads_of_the_operating_system_share_a_saver(saver: RedisSaver) -> None:
    at = await put(saver, {"a": 1}, config())
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            saver.put_writes(at, [("w", number)], f"task {number}")
            assert saver.get_tuple(at)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        await asyncio.to_thread(worker.join)
    found = saver.get_tuple(at)
    assert failed == []
    assert found is not None
    assert len(found.pending_writes or ()) == 16


async def test_a_step_before_its_own_parent_is_refused_since_the_clock_was_set_back(saver: RedisSaver) -> None:
    early: Any = {**empty_checkpoint(), "channel_values": {}, "channel_versions": {}}
    late = await put(saver, {"a": 1}, config())
    with pytest.raises(Conflict, match="clock was set back"):
        await saver.aput(late, early, {"source": "loop"}, {})
    assert [each.config async for each in saver.alist(config())] == [late]


async def test_secrets_that_begin_with_two_underscores_and_numbers_of_other_classes_are_no_metadata(
    saver: RedisSaver,
) -> None:
    class Level(int):
        pass

    at = config()
    at["configurable"] |= {"__key": "secret", "level": Level(3), "tenant": "t"}
    await put(saver, {}, at)
    found = await saver.aget_tuple(config())
    assert found is not None
    assert found.metadata == {"source": "loop", "step": 0, "level": 3, "tenant": "t"}


async def test_a_server_that_may_evict_is_refused_and_one_without_a_log_is_named(
    redis_client: Redis, redis_url: str
) -> None:
    assert doubts(await server_facts(redis_client)) == []
    await redis_client.config_set("appendonly", "no")
    assert ["appendonly yes" in doubt for doubt in doubts(await server_facts(redis_client))] == [True]
    await redis_client.config_set("maxmemory-policy", "volatile-lru")
    with pytest.raises(Unavailable, match="maxmemory-policy noeviction"):
        async with open_checkpointer(redis_url):
            pass
