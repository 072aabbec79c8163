"""Running CPU-bound functions off the event loop."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from memory.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


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


@dataclass(frozen=True)
class ProcessWorkers:
    """Runs it in a pool of processes, shared by all that a process does."""

    pool: ProcessPoolExecutor

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.wrap_future(self.pool.submit(function, *args, **kwargs))
        except BrokenProcessPool as error:
            raise Unavailable("A worker process died while it read a page. Run again to continue.") from error


@asynccontextmanager
async def open_workers(count: int) -> AsyncIterator[ProcessWorkers]:
    """A pool of `count` processes, started as they are needed and ended with the context."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=count, mp_context=context)
    try:
        yield ProcessWorkers(pool)
    finally:
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)
