"""Works on runs: takes what the queue calls for, keeps its leases, and sees to what others left lying.

A worker may die at any moment. Its runs are taken over when its process has been silent for some seconds, or when
their leases end; whatever it still writes then is refused. A worker that is told to leave finishes the steps under
way and hands its runs back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from redis.asyncio import Redis

from memory.bells import Bells
from memory.errors import Refused, Unavailable, ZigralError
from memory.logs import get_logger, run_context
from memory.run_records import Run
from memory.threads import Threads
from memory.worker_pulse import beating
from server.execution import Attempt, Ended, Stores
from server.node_threads import give_threads
from server.observing import Observers
from server.run_inputs import Compiled
from server.run_queue import RunQueue
from server.step_recorder import watched

RENEW_SECONDS = 2.0  # at most: also how late a run learns that it is to stop, where the word was lost
TEND_SECONDS = 1.0
HELD_SECONDS = 0.02  # until a thread whose state is being changed is looked at again
AGAIN_SECONDS = 0.5  # between two tries to reach Redis
CALLED_SECONDS = 10.0  # until a stray run is called for once more
MOST_ATTEMPTS = 100  # of one run: one that kills its workers ends
log = get_logger(__name__)


class GraphSource(Protocol):
    """Where the graphs of runs come from: `server.run_graphs.RunGraphs`."""

    def has(self, run: Run) -> bool:
        """Whether there is a graph for the run."""
        ...

    async def of(self, run: Run) -> Compiled:
        """The run's graph."""
        ...


class Tended(Protocol):
    """What is seen to now and then beside the runs: `server.executions.ExecutionService`."""

    async def tend(self) -> None:
        """See to whatever waits."""
        ...


@dataclass
class RunWorker:
    """The worker of one process."""

    stores: Stores
    threads: Threads
    graphs: GraphSource
    queue: RunQueue
    bells: Bells
    lease_seconds: float
    concurrency: int
    redis: Redis
    tended: Tended
    observers: Observers = field(default_factory=Observers)
    name: str = field(default_factory=lambda: uuid4().hex)
    _attempts: dict[str, Attempt] = field(default_factory=dict)
    _called: dict[str, float] = field(default_factory=dict)
    _serving: "asyncio.Task[None] | None" = None

    @property
    def under_way(self) -> int:
        """How many runs it works on."""
        return len(self._attempts)

    @property
    def pausing(self) -> int:
        """How many of them have heard that they are to pause."""
        return sum(attempt.pausing for attempt in self._attempts.values())

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work as long as this is open. What is under way at its end is handed back: see `drain`."""
        self.bells.on_cancel(self._told_to_stop)
        give_threads(self.concurrency)
        self._serving = asyncio.create_task(
            self.queue.serve(self._work_on, concurrency=self.concurrency, lease_seconds=self.lease_seconds)
        )
        others = [asyncio.create_task(self._renew()), asyncio.create_task(self._tend())]
        try:
            with beating(self.redis, self.name):
                yield
                await self.drain(0)
        finally:
            await self.drain(0)
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def drain(self, seconds: float) -> None:
        """Begin nothing new, finish each step under way if it takes no longer than this, and hand all runs back."""
        if self._serving is None:
            return
        serving, self._serving = self._serving, None
        serving.cancel()
        for attempt in self._attempts.values():
            attempt.drain()
        _, late = await asyncio.wait({serving}, timeout=seconds) if seconds else (None, {serving})
        if late:
            for attempt in self._attempts.values():
                attempt.stop("drain")
        await asyncio.gather(serving, return_exceptions=True)

    def _told_to_stop(self, run_id: str) -> None:
        if run_id in self._attempts:
            asyncio.get_running_loop().create_task(self._renew_now([run_id]))

    async def _work_on(self, run_id: str) -> None:
        with run_context(run_id):
            try:
                run = await self._claimed(run_id)
            except Unavailable as error:
                log.warning(f"A run waits. {error}")
                return
        if run is not None:
            with run_context(run.run_id):
                await self._begin(run)

    async def _begin(self, run: Run) -> None:
        try:
            await self._attempt(run)
        except Unavailable as error:
            log.warning(f"A run waits. {error}")

    async def _claimed(self, run_id: str) -> Run | None:
        """The run, or an execution's whose turn it is, if there is one to work on now."""
        while self._serving is not None:
            named = "" if run_id in self._attempts else run_id
            claim = await self.stores.runs.claim(named, worker=self.name)
            if claim.verdict == "EARLY" and claim.seconds > AGAIN_SECONDS:  # a clock was set back
                await self.queue.add(run_id, again=True, after=claim.seconds)
                return None
            if claim.verdict not in ("HELD", "EARLY"):
                return claim.run
            await asyncio.sleep(max(HELD_SECONDS, claim.seconds))
        return None

    async def _attempt(self, run: Run) -> None:
        attempt = self._attempts[run.run_id] = Attempt(run, self.stores)
        if self._serving is None:
            attempt.drain()
        try:
            ended = await self._worked(attempt)
        finally:
            if self._attempts.get(run.run_id) is attempt:  # or this one lost its lease, and another of ours has it
                del self._attempts[run.run_id]
        if ended.how == "back":
            await self._hand_back(run)
        elif ended.upcoming:
            await self.queue.add(ended.upcoming, again=True)

    async def _worked(self, attempt: Attempt) -> Ended:
        """What came of an attempt. A mistake of ours, too, ends the run."""
        run = attempt.run
        if run.attempt > MOST_ATTEMPTS:
            return await attempt.refuse(Refused(f"The run was begun {MOST_ATTEMPTS} times and never ended."))
        if not self.graphs.has(run):
            await asyncio.sleep(TEND_SECONDS)  # a worker of another langgraph.json may know it
            return Ended("back")
        try:
            graph = await self.graphs.of(run)
        except ZigralError as error:
            return await attempt.refuse(error)
        except Exception as error:  # noqa: BLE001 - a run that cannot be begun ends too
            return await self._mistaken(attempt, error)
        try:
            async with watched(run, self.observers):
                return await attempt.work(graph)
        except Exception as error:  # noqa: BLE001
            return await self._mistaken(attempt, error)

    async def _mistaken(self, attempt: Attempt, error: Exception) -> Ended:
        log.opt(exception=error).error("A run failed by a mistake of ours.")
        self.observers.failed(error, run_id=attempt.run.run_id)
        return await attempt.refuse(error)

    async def _hand_back(self, run: Run) -> None:
        """Give the run to another worker; where Redis is away, try as long as another would not take it anyway."""
        for _ in range(max(1, int(self.lease_seconds / AGAIN_SECONDS))):
            if self._serving is not None:
                await asyncio.sleep(AGAIN_SECONDS)  # what failed here would fail again at once
            with suppress(Unavailable):
                if await self.stores.runs.hand_back(run.run_id, run.attempt):
                    await self.queue.add(run.run_id, again=True)
                return

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(min(RENEW_SECONDS, self.lease_seconds / 4))
            await self._renew_now(list(self._attempts))

    async def _renew_now(self, run_ids: list[str]) -> None:
        """Renew leases, and do what is said of them."""
        held = {run_id: self._attempts[run_id] for run_id in run_ids if run_id in self._attempts}
        if not held:
            return
        try:
            said = await self.stores.runs.renew({run_id: one.run.attempt for run_id, one in held.items()})
        except Unavailable as error:
            log.warning(f"Leases are not renewed. {error}")
            return
        for run_id, word in said.items():
            if word == "pause":
                held[run_id].pause()
            elif word:
                held[run_id].stop("lost" if word == "lost" else "rollback" if word == "rollback" else "interrupt")

    async def _tend(self) -> None:
        """Call for runs that were left lying, and delete threads whose time has come."""
        while True:
            await asyncio.sleep(TEND_SECONDS)
            try:
                await self._call_for_strayed()
                await self.tended.tend()
                for thread_id in await self.threads.going():
                    await self.stores.saver.adelete_thread(thread_id)
                    await self.threads.drop(thread_id)
            except Unavailable as error:
                log.warning(f"Stray runs wait. {error}")

    async def _call_for_strayed(self) -> None:
        """Call again for each, but not at once: they may only wait for a free worker."""
        now = asyncio.get_running_loop().time()
        self._called = {run_id: at for run_id, at in self._called.items() if at > now - CALLED_SECONDS}
        for run_id in await self.stores.runs.strayed(worker=self.name):
            if run_id not in self._attempts and run_id not in self._called:
                self._called[run_id] = now
                await self.queue.add(run_id, again=True)
