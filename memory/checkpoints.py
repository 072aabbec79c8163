"""LangGraph's checkpoints on plain Redis: a saver that brings everything back as it was.

It needs no module of Redis's, and nothing newer than Redis 6.2. Each call is one script on one thread's two
keys, so it happens whole or not at all, in one round trip. The methods without `a` do the same without an
event loop, on connections of their own; they work from any thread.
"""

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from redis.asyncio import Redis

from memory.checkpoint_calls import Calls
from memory.checkpoint_layout import allowlist
from memory.checkpoint_records import Records
from memory.checkpoint_steps import Saving
from memory.connection import connect
from memory.errors import Invalid
from memory.serializing import StrictSerializer


@asynccontextmanager
async def open_checkpointer(url: str, *, ttl_seconds: float | None = None) -> AsyncIterator["RedisSaver"]:
    """A checkpointer on the Redis at `url`, with connections of its own.

    `ttl_seconds` is how long a thread lives after its last write, all of it; None: until it is deleted. Give
    none to threads that wait for a person. Raises `Unavailable` where the server does not answer or may evict.
    """
    async with connect(url) as client, saver_on(client, ttl_seconds=ttl_seconds) as saver:
        yield saver


@asynccontextmanager
async def saver_on(client: Redis, *, ttl_seconds: float | None = None) -> AsyncIterator["RedisSaver"]:
    """A checkpointer on a client that is there already."""
    saver = RedisSaver(client, ttl_seconds=ttl_seconds)
    try:
        yield saver
    finally:
        saver.close()


class RedisSaver(BaseCheckpointSaver[str]):
    """Checkpoints of any number of threads.

    Beside the errors of its arguments (`Invalid`: a value would not come back as it is) a call raises
    `Unavailable` where Redis did not do it, `Malformed` where a thread was damaged, `Conflict` where it was
    deleted under a run. Any number of processes may use one Redis; a copy by `with_allowlist` shares all.
    """

    def __init__(self, client: Redis, *, ttl_seconds: float | None = None) -> None:
        super().__init__(serde=StrictSerializer(allowed_msgpack_modules=allowlist()))
        if ttl_seconds is not None and not 0.001 <= ttl_seconds < 10**12:
            raise Invalid(f"A time to live of {ttl_seconds} seconds makes no sense. Give none, or more than 0.")
        self._calls = Calls(client)
        self._lasting = round(ttl_seconds * 1000) if ttl_seconds else 0

    def close(self) -> None:
        """Close what the methods without `a` opened; the client is its owner's."""
        self._calls.close()

    @property
    def _saving(self) -> Saving:
        return Saving(Records(self.serde), self._lasting)

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
        return await self._calls.run(self._saving.put(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keep what a task wrote; of ordinary writes the first stays, of special ones the last."""
        await self._calls.run(self._saving.put_writes(config, writes, task_id, task_path))

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, else the latest of its thread and namespace."""
        return await self._calls.run(self._saving.get(config))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the base class names it
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Checkpoints, newest first: of one thread, or of all.

        Of all, a damaged thread does not hide the others: its `Malformed` is raised after them.
        """
        async for found in self._calls.stream(self._saving.listed(config, filter, before, limit)):
            yield found

    async def athreads(self) -> AsyncIterator[str]:
        """The id of every thread, in no order, damaged ones too."""
        async for thread in self._calls.stream(self._saving.threads()):
            yield thread

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all that is kept of a thread, whatever state it is in."""
        await self._calls.run(self._saving.delete_thread(str(thread_id)))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete the checkpoints whose metadata names one of these runs, and what only they used."""
        await self._calls.run(self._saving.delete_for_runs(run_ids))

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Make `target` the same as `source`, apart from then on. A source that is not there makes nothing."""
        await self._calls.run(self._saving.copy_thread(str(source_thread_id), str(target_thread_id)))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Free what is not needed to go on (`keep_latest`), or everything (`delete`), of threads at rest."""
        await self._calls.run(self._saving.prune(thread_ids, strategy))

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self._calls.run_blocking(self._saving.put(config, checkpoint, metadata, new_versions))

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self._calls.run_blocking(self._saving.put_writes(config, writes, task_id, task_path))

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self._calls.run_blocking(self._saving.get(config))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the base class names it
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        return self._calls.stream_blocking(self._saving.listed(config, filter, before, limit))

    def threads(self) -> Iterator[str]:
        return self._calls.stream_blocking(self._saving.threads())

    def delete_thread(self, thread_id: str) -> None:
        self._calls.run_blocking(self._saving.delete_thread(str(thread_id)))

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        self._calls.run_blocking(self._saving.delete_for_runs(run_ids))

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        self._calls.run_blocking(self._saving.copy_thread(str(source_thread_id), str(target_thread_id)))

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        self._calls.run_blocking(self._saving.prune(thread_ids, strategy))
