"""The events of a run: one Redis Stream, kept as long as the run. An entry's id is the event's id.

Reading blocks no connection. A reader that is at the end waits for a bell, which the scripts ring; one
connection a process listens for all its readers (`memory.bells`).
"""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal

from redis.asyncio import Redis

from memory import run_scripts as scripts
from memory.bells import Bells
from memory.run_records import ENDED
from memory.scripts import Scripts

MOST_EVENTS = 100_000
BATCH = 100  # events read at a time
BEGINNING = "0-0"
_ID = re.compile(r"\d{1,18}(-\d{1,18})?")


@dataclass(frozen=True)
class Event:
    """One event: its id, unique and growing in its thread; its name; its data as JSON on one line."""

    id: str
    name: str
    data: bytes


class RunEvents:
    """The events of all runs on one Redis. A run may have at most `most` of them."""

    def __init__(self, client: Redis, bells: Bells, *, most: int = MOST_EVENTS) -> None:
        self._client = client
        self._scripts = Scripts(client, scripts.LIBRARY)
        self._bells = bells
        self.most = most

    async def append(
        self, run_id: str, attempt: int, events: Sequence[tuple[str, bytes]], *, before: int
    ) -> Literal["OK", "LOST", "FULL"]:
        """Add (name, data) of several, after the `before` that the attempt has added.

        LOST: another has the run; FULL: too many, and nothing was added.
        """
        parts = [part for event in events for part in event]
        said = await self._scripts.call(scripts.APPEND, run_id, attempt, self.most, before, *parts)
        return said.decode()  # type: ignore[no-any-return]

    async def read(self, run_id: str, after: str) -> tuple[list[Event], str]:
        """The next events after an id, and the run's status at that moment: "" where it is gone."""
        found, status = await self._scripts.call(scripts.READ_EVENTS, run_id, after, BATCH)
        return [_event(entry_id, parts) for entry_id, parts in found], status.decode()

    async def last_id(self, run_id: str) -> str:
        """The id of the newest event."""
        newest = await self._scripts.run(self._client.xrevrange(f"{{zigral}}:events:{run_id}", count=1))
        return newest[0][0].decode() if newest else BEGINNING

    async def last(self, run_id: str, count: int) -> list[Event]:
        """The newest events, oldest of them first."""
        newest = await self._scripts.run(self._client.xrevrange(f"{{zigral}}:events:{run_id}", count=count))
        return [_event(entry_id, _flat(parts)) for entry_id, parts in reversed(newest)]

    async def follow(self, run_id: str, after: str, *, every: float = 5) -> AsyncGenerator[Event | None]:
        """Each event after an id, then live ones, until the run has ended. None after `every` silent seconds."""
        async with self._bells.listening(run_id) as bell:
            while True:
                bell.clear()
                events, status = await self.read(run_id, after)
                for event in events:
                    yield event
                    after = event.id
                if not events and (not status or status in ENDED):
                    return
                if not events and not await bell.wait(every):
                    yield None


def cursor(last_event_id: str | None) -> str | None:
    """The id after which to read: "-1" and "0" are the beginning. None where it is no id of ours."""
    if last_event_id in ("-1", "0"):
        return BEGINNING
    return last_event_id if last_event_id and _ID.fullmatch(last_event_id) else None


def _event(entry_id: bytes, parts: Sequence[bytes]) -> Event:
    return Event(entry_id.decode(), parts[1].decode(), parts[3])


def _flat(parts: dict[bytes, bytes]) -> list[bytes]:
    return [b"e", parts[b"e"], b"d", parts[b"d"]]
