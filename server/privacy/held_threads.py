"""What threads hold, with their runs, and with the executions of workflows that they are."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from memory.checkpoints import RedisSaver
from memory.interaction_texts import person_address
from memory.json_text import loads
from memory.searching import every_value
from memory.threads import Threads
from server.jsonable import to_json

PAGE = re.compile(rb"snapshots/[0-9a-f]{64}\.txt")
EXECUTIONS = "{zigral}:execution:*"
LONGEST_ADDRESS = 320  # characters


@dataclass(frozen=True)
class HeldThreads:
    """The threads on one Redis."""

    redis: Redis
    checkpointer: RedisSaver
    threads: Threads

    async def read(self, thread_id: str) -> dict[str, object]:
        """All of a thread as JSON: checkpoints, record, runs; of a workflow, the execution and its steps too."""
        key, execution = f"{{zigral}}:thread:{thread_id}", f"{{zigral}}:execution:{thread_id}"
        runs = cast("list[bytes]", await self.redis.zrange(f"{key}:runs", 0, -1))
        found: dict[str, object] = {
            "thread_id": thread_id,
            "checkpoints": await self._checkpoints(thread_id),
            "record": await self._record(key),
            "runs": [await self._record(f"{{zigral}}:run:{run.decode()}") for run in runs],
        }
        if record := await self._record(execution):
            found |= {"execution": record, "steps": await self._record(f"{execution}:steps")}
        return found

    async def remove(self, thread_id: str) -> None:
        """Remove it with all that belongs to it. What runs on it may not write from then on, and is stopped."""
        await self.threads.drop(thread_id)
        await self.checkpointer.adelete_thread(thread_id)

    async def pages(self) -> AsyncIterator[tuple[str, set[str]]]:
        """Each thread with files of pages that it read."""
        async for thread in self.checkpointer.athreads():
            found = await self.checkpointer.aget_tuple({"configurable": {"thread_id": thread}})
            values = found.checkpoint["channel_values"] if found else {}
            yield thread, {str(getattr(each, "file", "")) for each in values.get("snapshots") or ()}
        async for key, part in every_value(self.redis, match=EXECUTIONS):
            thread = key.decode().removesuffix(":steps").rpartition(":")[2]
            yield thread, {file.decode() for file in PAGE.findall(part)}

    async def _checkpoints(self, thread_id: str) -> list[object]:
        found = self.checkpointer.alist({"configurable": {"thread_id": thread_id}})
        return [
            json.loads(
                to_json(
                    {
                        "checkpoint_id": each.checkpoint["id"],
                        "at": each.checkpoint["ts"],
                        "metadata": each.metadata,
                        "values": each.checkpoint["channel_values"],
                        "writes": each.pending_writes,
                    }
                )
            )
            async for each in found
        ]

    async def _record(self, key: str) -> dict[str, object]:
        fields = cast("dict[bytes, bytes]", await self.redis.hgetall(key))
        return {name.decode("utf-8", "replace"): _value(value) for name, value in fields.items()}


def people_in(content: object) -> Iterator[str]:
    """The addresses that stand as values of their own, and not within a text."""
    if isinstance(content, dict):
        for value in content.values():
            yield from people_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from people_in(value)
    elif isinstance(content, str) and "@" in content and len(content) <= LONGEST_ADDRESS:
        try:
            yield person_address(content)
        except ValueError:
            return


def _value(stored: bytes) -> object:
    """A field that holds JSON as what it says, any other as its text."""
    if stored[:1] in (b"{", b"["):
        try:
            return loads(stored)
        except ValueError:
            pass
    return stored.decode("utf-8", "replace")
