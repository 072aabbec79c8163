"""The queue that runs wait in for a worker: pydocket's, on the Redis in use. Nothing else knows of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import redis.exceptions
from docket import Docket, Worker

from memory.errors import Unavailable
from memory.scripts import SENTENCE

NAME = "zigral"
CONNECTIONS = 500  # at once; with fewer, a burst of runs finds none
CHECK = timedelta(milliseconds=20)  # how soon a free place is seen; a new task is seen at once
RECONNECT = timedelta(seconds=1)

RunTask = Callable[[str], Awaitable[None]]


class RunQueue:
    """A queue of run ids. The id is the task's key: a run that waits already is not added twice."""

    def __init__(self, docket: Docket) -> None:
        self._docket = docket

    async def add(self, run_id: str, *, key: str | None = None, after: float = 0) -> None:
        """Have a worker called for the run, in so many seconds."""
        when = None if after <= 0 else _now() + timedelta(seconds=after)
        try:
            await self._docket.add("work_on", when=when, key=key or run_id)(run_id)
        except redis.exceptions.RedisError as error:
            raise Unavailable(SENTENCE.format(error)) from error

    async def serve(self, task: RunTask, *, concurrency: int, lease_seconds: float) -> None:
        """Call `task` for each run that comes, until this is cancelled; then wait for those under way."""

        async def work_on(run_id: str) -> None:
            await task(run_id)

        self._docket.register(work_on)
        worker = Worker(
            self._docket,
            concurrency=concurrency,
            redelivery_timeout=timedelta(seconds=lease_seconds),
            minimum_check_interval=CHECK,
            reconnection_delay=RECONNECT,
            schedule_automatic_tasks=False,
        )
        async with worker:
            await worker.run_forever()
