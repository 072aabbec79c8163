"""The embedded index, in a process of its own: its library holds the interpreter, and dies where a disk is full."""

import asyncio
import contextlib
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from memory.edge_shard import LEAST_FREE, call_in_this_process, open_in_this_process
from memory.errors import Unavailable
from memory.interaction_index import Hit, Mark, Point, Probe
from memory.interactions import ANYWHERE, Where
from memory.processes import live_with_the_parent


class EdgeIndex:
    """The index under `folder`, opened when it is first asked; `Conflict` names whoever holds it."""

    def __init__(self, folder: Path, *, model: str, size: int, least_free: int = LEAST_FREE) -> None:
        self._open = partial(open_in_this_process, folder, model, size, _our_name(), least_free)
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    async def mark(self) -> Mark | None:
        found: Mark | None = await self._call("mark")
        return found

    async def put(self, points: Sequence[Point], mark: Mark | None = None) -> None:
        await self._call("put", list(points), mark)

    async def remove(self, ids: Sequence[UUID], mark: Mark | None = None) -> None:
        await self._call("remove", list(ids), mark)

    async def search(self, probe: Probe, where: Where, limit: int) -> list[Hit]:
        found: list[Hit] = await self._call("search", probe, where, limit)
        return found

    async def count(self, where: Where = ANYWHERE) -> int:
        return int(await self._call("count", where))

    async def clear(self) -> None:
        await self._call("clear")

    async def close(self) -> None:
        async with self._turn:
            pool, self._pool = self._pool, None
            if pool:
                with contextlib.suppress(BrokenProcessPool):  # it died, and its lock with it
                    await _on(pool, partial(call_in_this_process, "close"))
                await asyncio.to_thread(pool.shutdown, wait=True)

    async def _call(self, name: str, *arguments: Any) -> Any:
        """One call at a time, in the process that has the shard open; in a new one where that has died."""
        work = partial(call_in_this_process, name, *arguments)
        async with self._turn:
            with contextlib.suppress(BrokenProcessPool):
                return await _on(await self._opened(), work)
            self._pool = None
            try:
                return await _on(await self._opened(), work)
            except BrokenProcessPool:
                self._pool = None
                raise Unavailable(
                    "The process of the index died, twice. Look whether the disk is full, and try again; "
                    "the records themselves are not touched."
                ) from None

    async def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            pool = await asyncio.to_thread(_new_pool)
            try:
                await _on(pool, self._open)
            except BaseException:
                await asyncio.to_thread(pool.shutdown, wait=True)
                raise
            self._pool = pool
        return self._pool


async def _on(pool: ProcessPoolExecutor, work: Any) -> Any:
    future = await asyncio.to_thread(pool.submit, work)
    return await asyncio.wrap_future(future)


def _new_pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), live_with_the_parent)


def _our_name() -> str:
    """What another process reads in our lock."""
    # the command's words alone: what follows may be a person's address, and the lock's file stays
    words = [word for word in sys.argv[1:3] if word.isalpha()]
    command = " ".join([Path(sys.argv[0]).name or "python", *words])
    return f"process {os.getpid()} ({command[:200]})"
