"""R1, R2, F14: what a saver says when its server fails or a thread is damaged; it writes whole steps only."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from redis.asyncio import Redis
from redis.exceptions import RedisError

from memory.checkpoint_layout import keys_of
from memory.checkpoints import RedisSaver, open_checkpointer
from memory.errors import Conflict, Malformed, Refused, Unavailable


class Stoppable(Protocol):
    """What the `conftest.py` beside this gives."""

    folder: Path
    flags: tuple[str, ...]

    @property
    def url(self) -> str: ...
    def start(self, *flags: str, ready: bytes = b"+PONG") -> None: ...
    def kill(self) -> None: ...


def config(thread: str = "t", **named: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread, "checkpoint_ns": "", **named}}


async def put(saver: RedisSaver, values: dict[str, Any], at: RunnableConfig) -> RunnableConfig:
    versions: Any = {name: saver.get_next_version(None, None) for name in values}
    checkpoint: Any = {**empty_checkpoint(), "v": 4, "channel_values": values, "channel_versions": versions}
    return await saver.aput(at, checkpoint, {"source": "loop", "step": 0}, versions)


async def values(saver: RedisSaver, at: RunnableConfig) -> dict[str, Any]:
    found = await saver.aget_tuple(at)
    assert found is not None
    return found.checkpoint["channel_values"]


@asynccontextmanager
async def opened(server: Stoppable) -> AsyncIterator[tuple[RedisSaver, Redis]]:
    async with open_checkpointer(server.url) as saver, Redis.from_url(server.url) as raw:
        yield saver, raw


async def every_write_is_refused(saver: RedisSaver, saying: str) -> None:
    """And says why; what was there stays as it was."""
    at = config(checkpoint_id="00000000")
    writes: list[Callable[[], Awaitable[object]]] = [
        lambda: put(saver, {"a": "new", "b": "y" * 1000}, config()),
        lambda: saver.aput_writes(at, [("w", 1)], "task"),
        lambda: asyncio.to_thread(saver.put_writes, at, [("w", 1)], "task"),
    ]
    for write in writes:
        with pytest.raises(Unavailable, match=saying):
            await write()


async def test_a_server_that_is_gone_is_named_at_the_start(stopped: Stoppable) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        async with open_checkpointer(stopped.url):
            pass


async def test_a_server_that_goes_in_mid_run_stops_the_run_and_its_return_lets_it_go_on(server: Stoppable) -> None:
    async with opened(server) as (saver, _):
        first = await put(saver, {"a": 1}, config())
        server.kill()
        await every_write_is_refused(saver, "does not answer")
        with pytest.raises(Unavailable, match="does not answer"):
            await saver.aget_tuple(config())
        with pytest.raises(Unavailable, match="does not answer"):
            [found async for found in saver.alist(config())]
        server.start()
        assert await values(saver, config()) == {"a": 1}
        await put(saver, {"a": 2}, first)
        assert saver.get_tuple(config()) == await saver.aget_tuple(config())


async def test_a_restart_between_two_calls_goes_unseen(server: Stoppable) -> None:
    async with opened(server) as (saver, _):
        await put(saver, {"a": 1}, config())
        server.kill()
        coming = asyncio.create_task(put(saver, {"a": 2}, config("other")))
        await asyncio.to_thread(server.start)
        await coming
        assert await values(saver, config()) == {"a": 1}


async def test_a_replica_takes_nothing_and_shows_what_it_has(server: Stoppable) -> None:
    async with opened(server) as (saver, raw):
        await put(saver, {"a": 1}, config())
        await raw.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]
        await every_write_is_refused(saver, r"READONLY\)\. Point REDIS_URL at the master")
        assert await values(saver, config()) == {"a": 1}


async def test_a_server_without_memory_takes_nothing_and_keeps_what_it_has(server: Stoppable) -> None:
    async with opened(server) as (saver, raw):
        await put(saver, {"a": 1}, config())
        await raw.config_set("maxmemory", "1kb")
        await every_write_is_refused(saver, r"OOM\)\. Give it memory")
        assert await values(saver, config()) == {"a": 1}
        await raw.config_set("maxmemory", "0")
        assert len([found async for found in saver.alist(config())]) == 1
        await put(saver, {"a": 2}, config())


async def test_a_server_that_cannot_save_takes_nothing(server: Stoppable) -> None:
    async with opened(server) as (saver, raw):
        await put(saver, {"a": 1}, config())
        (server.folder / "dump.rdb").mkdir()
        (server.folder / "dump.rdb" / "in the way").touch()
        await raw.config_set("save", "3600 1")
        await raw.bgsave()
        while (await raw.info("persistence"))["rdb_last_bgsave_status"] == "ok":
            pass
        await every_write_is_refused(saver, r"MISCONF\)\. Make space on its disk")
        assert await values(saver, config()) == {"a": 1}


async def test_a_server_that_is_busy_with_a_script_is_waited_for_or_named(server: Stoppable) -> None:
    async with opened(server) as (saver, raw), Redis.from_url(server.url) as other:
        await put(saver, {"a": 1}, config())
        await raw.config_set("lua-time-limit", "1")
        endless = asyncio.create_task(other.eval("while true do end", 0))  # type: ignore[arg-type]
        with pytest.raises(Unavailable, match=r"BUSY\)\. Wait, or run SCRIPT KILL"):
            while True:  # until the script has begun
                await put(saver, {"a": 2}, config("other"))
        await raw.script_kill()
        with pytest.raises(RedisError):
            await endless
        assert await values(saver, config()) == {"a": 1}


async def test_a_server_that_still_reads_its_file_is_named(one_server: Stoppable) -> None:
    async with opened(one_server) as (saver, raw):
        await put(saver, {"a": 1}, config())
        await raw.eval("for i = 1, 60000 do redis.call('SET', 'k', i) end", 0)  # type: ignore[arg-type]
    one_server.kill()
    one_server.start("--key-load-delay", "100", ready=b"-LOADING")  # microseconds a command
    async with opened(one_server) as (saver, _):
        with pytest.raises(Unavailable, match=r"LOADING\)\. Wait until it is ready"):
            await saver.aget_tuple(config())
    one_server.kill()
    one_server.start()
    async with opened(one_server) as (saver, _):
        assert await values(saver, config()) == {"a": 1}


async def test_a_user_without_the_right_to_write_is_told_so(one_server: Stoppable) -> None:
    async with opened(one_server) as (_, raw):
        await raw.execute_command("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+info", "+hello", "+client")  # type: ignore[no-untyped-call]
        url = one_server.url.replace("unix://", "unix://reader:pw@")
        async with open_checkpointer(url) as saver:
            with pytest.raises(Refused, match="does not let our user"):
                await put(saver, {"a": 1}, config())
        with pytest.raises(Unavailable, match="REDIS_PASSWORD") as refused:
            async with open_checkpointer(one_server.url.replace("unix://", "unix://reader:wrong-one@")):
                pass
        assert "wrong-one" not in str(refused.value)


async def cut(raw: Redis, hash_key: bytes, prefix: bytes, length: int) -> None:
    """Leave of a thread's records of one kind the first bytes only."""
    for name, data in (await raw.hgetall(hash_key)).items():
        if name.startswith(prefix):
            await raw.hset(hash_key, name, data[:length])


@pytest.mark.parametrize("channels", [0, 100], ids=["few channels", "many channels"])
async def test_a_truncated_record_names_its_thread_whatever_was_cut(one_server: Stoppable, channels: int) -> None:
    given = {"a": {"deep": [1, "text"]}, "b": b"some bytes", **{f"c{number}": number for number in range(channels)}}
    async with opened(one_server) as (saver, raw):
        at = await put(saver, given, config())
        await saver.aput_writes(at, [("w", b"written")], "task")
        await put(saver, {"a": "fine"}, config("other"))
        thread, _ = keys_of("t")
        whole: Any = await raw.hgetall(thread)
        for prefix in (b"c", b"b", b"w"):
            longest = max(len(data) for name, data in whole.items() if name.startswith(prefix))
            for length in {0, 1, 4, 6, longest // 2, longest - 1}:
                await cut(raw, thread, prefix, length)
                for read in (saver.aget_tuple(config()), saver.aget_tuple(at), anext(saver.alist(config()))):
                    with pytest.raises(Malformed, match="Thread 't' cannot be read"):
                        await read
                await raw.hset(thread, mapping=whole)
        assert await values(saver, config()) == given


Damage = Callable[[Redis, bytes, bytes], Awaitable[object]]


async def without_a_value(raw: Redis, records: bytes, order: bytes) -> None:
    names = [name for name in await raw.hkeys(records) if name.startswith(b"b")]
    await raw.hdel(records, names[0])


async def without_a_checkpoint(raw: Redis, records: bytes, order: bytes) -> None:
    await raw.hdel(records, *[name for name in await raw.hkeys(records) if name.startswith(b"c")])


async def without_its_order(raw: Redis, records: bytes, order: bytes) -> None:
    await raw.zrem(order, *await raw.zrange(order, 0, 0))


async def of_another_program(raw: Redis, records: bytes, order: bytes) -> None:
    name = (await raw.zrange(order, 0, 0))[0]
    await raw.hset(records, name, b'{"v": 4, "id": "1", "channel_values": {}}')


DAMAGES: dict[str, Damage] = {
    "half of it deleted, the records": lambda raw, records, order: raw.delete(records),
    "half of it deleted, the order": lambda raw, records, order: raw.delete(order),
    "records that are text": lambda raw, records, order: raw.set(records, "text"),
    "an order that is text": lambda raw, records, order: raw.set(order, "text"),
    "without a value": without_a_value,
    "without a checkpoint": without_a_checkpoint,
    "without its order": without_its_order,
    "written by another program": of_another_program,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_thread_is_named_and_the_others_work(one_server: Stoppable, damage: Damage) -> None:
    async with opened(one_server) as (saver, raw):
        await put(saver, {"a": 1}, config())
        await put(saver, {"a": "fine"}, config("other"))
        await damage(raw, *keys_of("t"))
        before = await contents(raw)
        with pytest.raises(Malformed, match="Thread 't'"):
            await saver.aget_tuple(config())
        with pytest.raises(Malformed, match="Thread 't'"):
            saver.get_tuple(config())
        every = saver.alist(None)
        assert (await anext(every)).checkpoint["channel_values"] == {"a": "fine"}
        with pytest.raises(Malformed, match="Thread 't'"):
            await anext(every)
        assert await values(saver, config("other")) == {"a": "fine"}
        assert await contents(raw) == before
        await saver.adelete_thread("t")
        assert [thread async for thread in saver.athreads()] == ["other"]
        await put(saver, {"a": 2}, config())
        assert await values(saver, config()) == {"a": 2}


@pytest.mark.parametrize("damage", list(DAMAGES.values())[:4], ids=list(DAMAGES)[:4])
async def test_nothing_is_written_into_half_a_thread(one_server: Stoppable, damage: Damage) -> None:
    async with opened(one_server) as (saver, raw):
        at = await put(saver, {"a": 1}, config())
        await damage(raw, *keys_of("t"))
        before = await contents(raw)
        with pytest.raises(Malformed, match="Thread 't'"):
            await put(saver, {"a": 2}, at)
        with pytest.raises(Malformed, match="Thread 't'"):
            await saver.aput_writes(at, [("w", 1)], "task")
        assert await contents(raw) == before


async def contents(raw: Redis) -> dict[bytes, object]:
    """Every key as the server would write it down."""
    return {key: await raw.dump(key) async for key in raw.scan_iter()}


async def test_a_thread_deleted_under_a_run_is_not_made_again_with_holes(one_server: Stoppable) -> None:
    async with opened(one_server) as (saver, raw):
        at = await put(saver, {"a": 1, "b": 2}, config())
        found = await saver.aget_tuple(at)
        assert found is not None
        await saver.adelete_thread("t")
        later: Any = {**found.checkpoint, "id": empty_checkpoint()["id"]}
        with pytest.raises(Conflict, match="deleted while it ran"):
            await saver.aput(at, later, {"source": "loop"}, {})
        assert await raw.dbsize() == 0


async def test_what_was_acknowledged_before_a_kill_is_there_whole_and_nothing_is_there_by_half(
    server: Stoppable,
) -> None:
    kept: dict[str, str] = {}

    async def write(saver: RedisSaver, thread: str) -> None:
        at, number = config(thread), 0
        while True:
            number += 1
            text = f"{thread}:{number}"
            at = await put(saver, {"a": text, "b": text * random.randrange(1, 500)}, at)
            kept[at["configurable"]["checkpoint_id"]] = text
            await saver.aput_writes(at, [("w", text)], "task")

    async with opened(server) as (saver, _):
        writers = [asyncio.create_task(write(saver, f"thread {number}")) for number in range(12)]
        while len(kept) < 200:
            await saver.aget_tuple(config())
        server.kill()
        ended = await asyncio.gather(*writers, return_exceptions=True)
        assert {type(each) for each in ended} == {Unavailable}
        server.start()
        found = {
            each.config["configurable"]["checkpoint_id"]: each.checkpoint["channel_values"]
            async for each in saver.alist(None)
        }
        assert kept.items() <= {name: each["a"] for name, each in found.items()}.items()
        assert all(set(each) == {"a", "b"} and each["a"] in each["b"] for each in found.values())


async def test_a_cluster_takes_every_call_since_each_is_of_one_slot(stopped: Stoppable) -> None:
    stopped.flags = ("--cluster-enabled", "yes", "--port", "0")
    stopped.start()
    async with opened(stopped) as (saver, raw):
        await raw.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")  # type: ignore[no-untyped-call]
        while b"cluster_state:ok" not in await raw.execute_command("CLUSTER", "INFO"):  # type: ignore[no-untyped-call]
            pass
        for thread in ("one", "two"):
            at = await put(saver, {"a": 1}, config(thread))
            await saver.aput_writes(at, [("w", 1)], "task")
        await saver.acopy_thread("one", "three")
        await saver.aprune(["one"])
        await saver.adelete_for_runs(["none"])
        assert len([found async for found in saver.alist(None)]) == 3
        for thread in ("one", "two", "three"):
            await saver.adelete_thread(thread)
        assert await raw.dbsize() == 0
