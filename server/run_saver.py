"""The checkpointer of one attempt at a run.

It writes only while the attempt has the run, and only after the events that come before: a step that is stored
is not done again, so what it told must be stored by then.
"""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)

from memory.errors import Unavailable


class Trouble:
    """Whether a write of this attempt failed for Redis's sake, and not for the graph's."""

    error: Unavailable | None = None


class RunSaver(BaseCheckpointSaver[str]):
    """A saver that asks first: `before_step` before a checkpoint, `before_task` before a task's writes."""

    def __init__(
        self,
        saver: BaseCheckpointSaver[str],
        *,
        before_step: Callable[[], Awaitable[None]],
        before_task: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__(serde=saver.serde)
        self._saver = saver
        self._before_step = before_step
        self._before_task = before_task
        self.trouble = Trouble()

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> Self:
        """A copy that revives more types; it shares everything else."""
        copied = copy.copy(self)
        copied._saver = self._saver.with_allowlist(extra_allowlist)
        copied.serde = copied._saver.serde
        return copied

    def get_next_version(self, current: str | None, channel: None) -> str:
        return self._saver.get_next_version(current, channel)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        try:
            await self._before_step()
            return await self._saver.aput(config, checkpoint, metadata, new_versions)
        except Unavailable as error:
            self.trouble.error = error
            raise

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        try:
            if not any(channel in WRITES_IDX_MAP for channel, _ in writes):
                await self._before_task(task_id)
            await self._before_step()
            await self._saver.aput_writes(config, writes, task_id, task_path)
        except Unavailable as error:
            self.trouble.error = error
            raise

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        try:
            return await self._saver.aget_tuple(config)
        except Unavailable as error:
            self.trouble.error = error
            raise

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the base class names it
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        async for found in self._saver.alist(config, filter=filter, before=before, limit=limit):
            yield found

    # For graphs that a node calls without an event loop, from a thread of its own.

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self._saver.put(config, checkpoint, metadata, new_versions)

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self._saver.put_writes(config, writes, task_id, task_path)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self._saver.get_tuple(config)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the base class names it
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        return self._saver.list(config, filter=filter, before=before, limit=limit)
