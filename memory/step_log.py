"""The records of executions' steps in Redis: written beside the work, many at a time, by their run's holder alone.

What a step says while others are written is written next, the latest record of each step only. So nobody waits
for Redis, and a loop of a thousand rounds costs few writes. Who holds an execution reads its records once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from redis.asyncio import Redis

from memory import execution_scripts as scripts
from memory.errors import Unavailable
from memory.logs import get_logger
from memory.scripts import Scripts
from memory.step_records import StepRecord

AT_ONCE = 100  # records in one call
AGAIN_SECONDS = 0.5  # between two tries to reach Redis
log = get_logger(__name__)


@dataclass(frozen=True)
class Held:
    """An execution that an attempt at a run holds, and its steps' latest records."""

    run_id: str
    attempt: int
    records: dict[str, StepRecord]


class RedisStepLog:
    """Keeps the records of all executions of one process; `memory.step_records.StepLog`."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._scripts = Scripts(client, scripts.LIBRARY)
        self._waiting: dict[str, dict[str, StepRecord]] = {}
        self._held: dict[str, Held] = {}
        self._writing: asyncio.Task[None] | None = None
        self._one = asyncio.Lock()

    async def write(self, execution_id: str, step_id: str, record: StepRecord) -> None:
        """Have the record written soon; `flush` waits for it."""
        self._waiting.setdefault(execution_id, {})[step_id] = record
        if (held := self._held.get(execution_id)) is not None:
            held.records[step_id] = record
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="step records")

    async def read(self, execution_id: str, step_id: str) -> StepRecord | None:
        """The step's latest record, written or not."""
        if (held := self._held.get(execution_id)) is not None:
            return held.records.get(step_id)
        if (known := self._waiting.get(execution_id, {}).get(step_id)) is not None:
            return known
        text = await self._scripts.run(self._client.hget(_key(execution_id), step_id))
        return None if text is None else StepRecord.model_validate_json(text)

    @asynccontextmanager
    async def held(self, execution_id: str, run_id: str, attempt: int) -> AsyncIterator[None]:
        """Write the execution's records as long as this attempt at this run holds it, and no longer."""
        kept = await self._scripts.run(self._client.hgetall(_key(execution_id)))
        records = {name.decode(): StepRecord.model_validate_json(text) for name, text in kept.items()}
        mine = self._held[execution_id] = Held(run_id, attempt, records)
        try:
            yield
        finally:
            if self._held.get(execution_id) is mine:
                del self._held[execution_id]
                self._waiting.pop(execution_id, None)

    async def flush(self, execution_id: str) -> None:
        """Write what is not written yet; `Unavailable` where Redis does not take it."""
        async with self._one:
            while waiting := self._waiting.get(execution_id):
                await self._write(execution_id, waiting)

    async def _write_all(self) -> None:
        while self._waiting:
            async with self._one:
                for execution_id, waiting in list(self._waiting.items())[:AT_ONCE]:
                    try:
                        await self._write(execution_id, waiting)
                    except Unavailable as error:
                        log.warning(f"Step records wait. {error}")
                        break
                else:
                    continue
            await asyncio.sleep(AGAIN_SECONDS)

    async def _write(self, execution_id: str, waiting: dict[str, StepRecord]) -> None:
        """Write some of an execution's records, those that waited longest; what failed to be written waits on."""
        held = self._held.get(execution_id)
        run_id, attempt = (held.run_id, held.attempt) if held else ("", 0)
        some = dict(islice(waiting.items(), AT_ONCE))
        pairs = (part for step_id, record in some.items() for part in (step_id, record.model_dump_json()))
        await self._scripts.call(scripts.WRITE_STEPS, execution_id, run_id, attempt, *pairs)
        for step_id, record in some.items():
            if waiting.get(step_id) is record:
                del waiting[step_id]
        if not waiting and self._waiting.get(execution_id) is waiting:
            del self._waiting[execution_id]


def _key(execution_id: str) -> str:
    return f"{{zigral}}:execution:{execution_id}:steps"
