"""The events of one attempt on their way to Redis: gathered, and written in order by whoever comes first."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from memory.errors import Unavailable, ZigralError
from memory.run_events import RunEvents

BATCH = 200  # events written at a time
BATCH_BYTES = 4_000_000
RETRY_SECONDS = 0.5


class LeaseLost(Exception):
    """Another worker has the run: what this one still does counts for nothing."""


class TooManyEvents(ZigralError):
    """The run told more than a run may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The run has more than {most} events. Stream in fewer modes, or do less in one run.")


class EventLog:
    """Events in the order in which they were added."""

    def __init__(self, events: RunEvents, run_id: str, attempt: int) -> None:
        self._events = events
        self._run_id = run_id
        self._attempt = attempt
        self._waiting: list[tuple[str, bytes]] = []
        self._written = 0
        self._lock = asyncio.Lock()
        self._added = asyncio.Event()

    def add(self, events: Iterable[tuple[str, bytes]]) -> None:
        """Take events; they are written soon."""
        self._waiting.extend(events)
        if self._waiting:
            self._added.set()

    def take(self) -> list[tuple[str, bytes]]:
        """What is not written yet, to be written by the caller."""
        taken, self._waiting = self._waiting, []
        return taken

    async def flush(self) -> None:
        """Return once all that was added is written. `LeaseLost`, `TooManyEvents`, or `Unavailable`."""
        async with self._lock:
            while self._waiting:
                batch = self._batch()
                said = await self._events.append(self._run_id, self._attempt, batch, before=self._written)
                if said == "LOST":
                    raise LeaseLost
                if said == "FULL":
                    self._waiting.clear()
                    raise TooManyEvents(self._events.most)
                self._written += len(batch)
                del self._waiting[: len(batch)]

    def _batch(self) -> list[tuple[str, bytes]]:
        size = 0
        for count, (_, data) in enumerate(self._waiting[:BATCH]):
            size += len(data)
            if size > BATCH_BYTES:
                return self._waiting[: max(1, count)]
        return self._waiting[:BATCH]

    async def write_as_they_come(self) -> None:
        """Write for ever. Where Redis is away it waits; what ends the run is raised."""
        while True:
            await self._added.wait()
            self._added.clear()
            try:
                await self.flush()
            except Unavailable:
                with suppress(asyncio.CancelledError):
                    self._added.set()
                await asyncio.sleep(RETRY_SECONDS)
