"""The queue that runs wait in for a worker: pydocket's, on the Redis in use. Nothing else knows of it."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import redis.exceptions
from docket import Docket, Worker
from redis.credentials import UsernamePasswordCredentialProvider

from memory.scripts import unavailable

NAME = "zigral"
CONNECTIONS = 500  # at once; with fewer, a burst of runs finds none
CHECK = timedelta(milliseconds=20)  # how soon a free place is seen; a new task is seen at once
RECONNECT = timedelta(seconds=1)

RunTask = Callable[[str], Awaitable[None]]


class RunQueue:
    """A queue of run ids. The id is the task's key: a run that waits already is not added twice."""

    def __init__(self, docket: Docket) -> None:
        self._docket = docket

    async def add(self, run_id: str, *, again: bool = False, after: float = 0) -> None:
        """Have a worker called for the run, in so many seconds; `again`, although one is called for it now."""
        key = f"{run_id}:{uuid4()}" if again else run_id
        when = datetime.now(UTC) + timedelta(seconds=after) if after > 0 else None
        try:
            await self._docket.add("work_on", when=when, key=key)(run_id)
        except redis.exceptions.RedisError as error:
            raise unavailable(error) from error

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


@asynccontextmanager
async def open_run_queue(url: str, *, password: str | None = None) -> AsyncIterator[RunQueue]:
    """The queue on the Redis at `url`."""
    logging.getLogger("docket").setLevel(logging.WARNING)  # it tells of each task twice
    docket = Docket(
        name=NAME,
        url=f"{url}{'&' if '?' in url else '?'}max_connections={CONNECTIONS}",
        execution_ttl=timedelta(0),  # what came of a run is in the run's own record
        credential_provider=UsernamePasswordCredentialProvider(password=password) if password else None,
    )

    async def work_on(run_id: str) -> None:
        raise NotImplementedError(f"no worker serves run {run_id} in this process")

    docket.register(work_on)
    async with docket:
        yield RunQueue(docket)
