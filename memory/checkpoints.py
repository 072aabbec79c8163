"""LangGraph's checkpoints on plain Redis: a first saver, for asynchronous graphs.

Each call is one script, so it happens whole or not at all. Not yet here: the synchronous methods, a time to
live, pruning and copying.
"""

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import ormsgpack
import redis.exceptions
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    PendingWrite,
    get_checkpoint_id,
    get_serializable_checkpoint_metadata,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from redis.asyncio import Redis

from memory.checkpoint_layout import (
    EMPTY,
    SEPARATOR,
    THREADS,
    allowlist,
    flat,
    keys_of,
    name_of,
    pack,
    thread_of,
)
from memory.checkpoint_scripts import DELETE, GET, PUT, PUT_WRITES
from memory.connection import connect
from memory.errors import Conflict, Unavailable

TEMPORARY = (
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
)
REFUSALS = ("MISCONF", "NOREPLICAS", "READONLY", "OOM")  # how a server says that it cannot write now


@asynccontextmanager
async def open_checkpointer(url: str) -> AsyncIterator["RedisSaver"]:
    """A checkpointer on the Redis at `url`, with connections of its own."""
    async with connect(url) as client:
        yield RedisSaver(client)


class RedisSaver(BaseCheckpointSaver[str]):
    """Checkpoints of any number of threads. All that changes is in Redis, so a copy of it is as good."""

    def __init__(self, client: Redis) -> None:
        super().__init__(serde=JsonPlusSerializer(allowed_msgpack_modules=allowlist()))
        self._client = client
        self._put = client.register_script(PUT)
        self._put_writes = client.register_script(PUT_WRITES)
        self._get = client.register_script(GET)
        self._delete = client.register_script(DELETE)

    def get_next_version(self, current: str | int | float | None, channel: None) -> str:  # noqa: ARG002
        """A version that sorts after `current`, with a random part: two forks never make the same one."""
        count = int(str(current).partition(".")[0]) if current else 0
        return f"{count + 1:016d}.{random.getrandbits(64):016x}"

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint and the values that its step changed."""
        thread, ns, parent = _place(config)
        values = checkpoint["channel_values"]
        blobs = {
            name_of("b", ns, channel, version): self._packed(values[channel])
            if channel in values
            else pack(EMPTY, b"")
            for channel, version in new_versions.items()
        }
        used = [name_of("b", ns, channel, version) for channel, version in checkpoint["channel_versions"].items()]
        leaned_on = [
            name_of("b", ns, channel, checkpoint["channel_versions"][channel])
            for channel in values
            if channel in checkpoint["channel_versions"] and channel not in new_versions
        ]
        rest = {key: value for key, value in checkpoint.items() if key != "channel_values"}
        facts = get_serializable_checkpoint_metadata(config, metadata)
        record = ormsgpack.packb([used, parent, self._packed(rest), self._packed(facts)])
        head = ormsgpack.packb(used)
        arguments: list[Any] = [name_of("c", ns, checkpoint["id"]), len(head).to_bytes(4, "little") + head + record]
        arguments += [len(leaned_on), *leaned_on, *flat(blobs)]
        if await self._call(self._put, thread, arguments) != b"OK":
            raise Conflict(f"Thread {thread} was deleted while it ran. Start it again.")
        return _config(thread, ns, checkpoint["id"])

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keep what a task wrote; of ordinary writes the first stays, of special ones the last."""
        thread, ns, checkpoint_id = _place(config)
        arguments: list[Any] = []
        for position, (channel, value) in enumerate(writes):
            index = WRITES_IDX_MAP.get(channel, position)
            name = name_of("w", ns, checkpoint_id, task_id, f"{index + 10:08d}")
            write = ormsgpack.packb([task_path, task_id, index, channel, self._packed(value)])
            arguments += [name, write, int(index < 0)]
        if arguments:
            await self._call(self._put_writes, thread, arguments)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, else the latest of its thread and namespace."""
        thread, ns, checkpoint_id = _place(config)
        found = await self._call(self._get, thread, [ns, checkpoint_id])
        return self._tuple(thread, ns, found) if found else None

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the base class names it
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Checkpoints, newest first: of one thread, or of all."""
        wanted = get_checkpoint_id(config) if config else None
        bound = get_checkpoint_id(before) if before else None
        count = 0
        for thread, ns, checkpoint_id in await self._names(config):
            if (wanted and checkpoint_id != wanted) or (bound and checkpoint_id >= bound):
                continue
            if limit is not None and count >= limit:
                return
            found = await self.aget_tuple(_config(thread, ns, checkpoint_id))
            if found and all(found.metadata.get(key) == value for key, value in (filter or {}).items()):
                count += 1
                yield found

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all that is kept of a thread."""
        await self._call(self._delete, str(thread_id), [])

    async def _names(self, config: RunnableConfig | None) -> list[tuple[str, str, str]]:
        """(thread, namespace, id) of the checkpoints that `config` asks for, newest first."""
        ns = config["configurable"].get("checkpoint_ns") if config else None
        if config:
            threads = [str(config["configurable"]["thread_id"])]
        else:
            keys = [key async for key in self._client.scan_iter(match=THREADS, count=1000)]
            threads = [thread_of(key) for key in keys]
        names: list[tuple[str, str, str]] = []
        for thread in threads:
            for raw in await self._client.zrangebylex(keys_of(thread)[1], "[c\0", "(c\1"):
                _, found_ns, checkpoint_id = (raw.decode() if isinstance(raw, bytes) else raw).split(SEPARATOR)
                if ns is None or ns == found_ns:
                    names.append((thread, found_ns, checkpoint_id))
        return sorted(names, key=lambda name: name[2], reverse=True)

    def _tuple(
        self, thread: str, ns: str, found: tuple[bytes, bytes, list[bytes | None], list[bytes]]
    ) -> CheckpointTuple:
        name, stored, blobs, writes = found
        size = int.from_bytes(stored[:4], "little")
        used, parent, rest, facts = ormsgpack.unpackb(stored[4 + size :])
        checkpoint: Checkpoint = self._unpacked(rest)
        checkpoint["channel_values"] = {
            blob_name.split(SEPARATOR)[2]: self._unpacked(blob)
            for blob_name, blob in zip(used, blobs, strict=True)
            if blob is not None and ormsgpack.unpackb(blob)[0] != EMPTY
        }
        return CheckpointTuple(
            config=_config(thread, ns, name.decode().split(SEPARATOR)[2]),
            checkpoint=checkpoint,
            metadata=self._unpacked(facts),
            parent_config=_config(thread, ns, parent) if parent else None,
            pending_writes=self._pending(writes),
        )

    def _pending(self, writes: Iterable[bytes]) -> list[PendingWrite]:
        ordered = sorted((ormsgpack.unpackb(write) for write in writes), key=lambda write: write[:3])
        return [(task_id, channel, self._unpacked(value)) for _, task_id, _, channel, value in ordered]

    def _packed(self, value: Any) -> bytes:
        return pack(*self.serde.dumps_typed(value))

    def _unpacked(self, data: bytes) -> Any:
        kind, payload = ormsgpack.unpackb(data)
        return self.serde.loads_typed((kind, payload))

    async def _call(self, script: Any, thread: str, arguments: Sequence[Any]) -> Any:
        try:
            return await script(keys=keys_of(thread), args=arguments)
        except TEMPORARY as error:
            raise Unavailable(f"Redis did not keep the run's state ({error}). Run again to continue.") from error
        except redis.exceptions.ResponseError as error:
            if not str(error).startswith(REFUSALS):
                raise
            raise Unavailable(f"Redis takes no writes ({error}). Make space, and run again to continue.") from error


def _place(config: RunnableConfig) -> tuple[str, str, str]:
    """Thread, namespace and checkpoint id ("" where there is none) that a config names."""
    configurable = config["configurable"]
    return (
        str(configurable["thread_id"]),
        configurable.get("checkpoint_ns", ""),
        configurable.get("checkpoint_id") or "",
    )


def _config(thread: str, ns: str, checkpoint_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ns, "checkpoint_id": checkpoint_id}}
