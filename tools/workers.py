"""Running CPU-bound functions off the event loop."""

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from memory.errors import Malformed
from memory.processes import live_with_the_parent

P = ParamSpec("P")
T = TypeVar("T")

LONGEST = 30.0  # seconds for one piece of work: the text of a page of 5 MB took 1.5


class Workers(Protocol):
    """Runs a plain function elsewhere. Function, arguments and result must be picklable."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns; what it raises is raised here."""
        ...


@dataclass(frozen=True)
class Inline:
    """Runs it here and now: for notebooks and tests of one page."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)


class ProcessWorkers:
    """Runs it in a pool of processes, shared by all that a process does.

    A page that kills its worker fails alone, as `Malformed`: the pool is made anew, and what ran beside it is run
    again. One that takes longer than `seconds` is left, as `Malformed` too.
    """

    def __init__(self, count: int, seconds: float = LONGEST) -> None:
        self._count = count
        self._seconds = seconds
        self._pool = self._new_pool(count)
        self._turn = asyncio.Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        pool, work = self._pool, partial(function, *args, **kwargs)
        try:
            return await self._in(pool, work)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = self._new_pool(self._count)
            return await self._alone(work)

    async def _in(self, pool: ProcessPoolExecutor, work: Callable[[], T]) -> T:
        future = await asyncio.to_thread(pool.submit, _within, self._seconds, work)
        return await asyncio.wrap_future(future)

    async def _alone(self, work: Callable[[], T]) -> T:
        """In a process of its own: whoever broke the pool breaks no other's work a second time."""
        async with self._turn:
            pool = self._new_pool(1)
            try:
                return await self._in(pool, work)
            except BrokenProcessPool as error:
                raise Malformed("The process that read this page died of it, twice. It is not used.") from error
            finally:
                await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def close(self) -> None:
        """Wait for what runs, and end the processes."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    def _new_pool(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=live_with_the_parent,
        )


class _OutOfTime(BaseException):
    """No `except Exception` in a library keeps it from ending the work."""


def _within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns, unless it takes too long. In the worker's main thread, where signals arrive."""
    try:
        signal.signal(signal.SIGALRM, _end_the_work)
        signal.setitimer(signal.ITIMER_REAL, seconds, 1)
        try:
            return work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _OutOfTime:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise Malformed(f"It took more than {seconds:g} seconds to be worked through, and is not used.") from None


def _end_the_work(*_: object) -> None:
    raise _OutOfTime


@asynccontextmanager
async def open_workers(count: int, seconds: float = LONGEST) -> AsyncIterator[ProcessWorkers]:
    """A pool of `count` processes, started as they are needed and ended with the context."""
    workers = await asyncio.to_thread(ProcessWorkers, count, seconds)
    try:
        yield workers
    finally:
        await workers.close()
