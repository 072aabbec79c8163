"""The stream of a thread: the events of one run after another, open between them."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from memory.json_text import dumps
from memory.run_events import BEGINNING, Event, cursor
from memory.run_records import ENDED, Run
from server.runs import QUIET_SECONDS, RunService, server_sent

ThreadMode = Literal["run_modes", "state_update", "lifecycle"]
LOOKED_AT = 100  # of a thread's runs, the newest
Parts = AsyncGenerator[bytes]


@dataclass
class ThreadEvents:
    """One reader of a thread."""

    service: RunService
    thread_id: str
    owner: str
    modes: frozenset[str]

    async def follow(self, last_event_id: str | None) -> Parts:
        """All that happens on the thread from now on, or after an event."""
        after = cursor(last_event_id)
        shown = await self._shown(after)
        updated = (await self.service.threads.get(self.thread_id, owner=self.owner)).state_updated_at
        async with self.service.bells.listening(self.thread_id) as bell:
            while True:
                bell.clear()
                run = await self._upcoming(shown)
                if run:
                    async with aclosing(self._run(run, after)) as parts:
                        async for part in parts:
                            yield part
                    shown.add(run.run_id)
                thread = (await self.service.threads.read([self.thread_id], owner=self.owner))[0]
                if thread is None:
                    return
                if "state_update" in self.modes and thread.state_updated_at > updated:
                    yield _event("state_update", {"values": thread.values, "interrupts": thread.interrupts})
                updated = thread.state_updated_at
                if not run and not await bell.wait(QUIET_SECONDS):
                    yield b": heartbeat\n\n"

    async def _shown(self, after: str | None) -> set[str]:
        """Runs of which there is nothing more to show."""
        runs = await self.service.runs.page(self.thread_id, limit=LOOKED_AT, offset=0)
        ended = [run.run_id for run in runs if run.status in ENDED]
        if after is None:
            return set(ended)
        last = {run_id: await self.service.events.last_id(run_id) for run_id in ended}
        return {run_id for run_id, event_id in last.items() if _order(event_id) <= _order(after)}

    async def _upcoming(self, shown: set[str]) -> Run | None:
        """The first run that has begun and was not shown."""
        runs = await self.service.runs.page(self.thread_id, limit=LOOKED_AT, offset=0)
        begun = [run for run in runs if run.started_at and run.run_id not in shown]
        return min(begun, key=lambda run: (run.started_at is None, run.started_at), default=None)

    async def _run(self, run: Run, after: str | None) -> Parts:
        """A run's events, and that it is done."""
        async with aclosing(
            self.service.events.follow(run.run_id, after or BEGINNING, every=QUIET_SECONDS)
        ) as events:
            async for event in events:
                if event is None:
                    yield b": heartbeat\n\n"
                elif "run_modes" in self.modes or ("lifecycle" in self.modes and event.name == "metadata"):
                    yield server_sent(event, with_id=True)
        if self.modes & {"run_modes", "lifecycle"}:
            yield _event("metadata", {"status": "run_done", "run_id": run.run_id})


def _event(name: str, data: object) -> bytes:
    return server_sent(Event("", name, dumps(data)), with_id=False)


def _order(event_id: str) -> tuple[int, int]:
    ms, _, seq = event_id.partition("-")
    return int(ms), int(seq or 0)
