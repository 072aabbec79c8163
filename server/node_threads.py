"""The threads that plain nodes run in. One that does not end would keep its process from ending."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

SPARE = 16  # threads for everything else that a process does beside its loop
WAIT_SECONDS = 0.5


def give_threads(runs: int) -> None:
    """Let so many runs have a plain node under way at once: a loop's own pool has six threads on two cores."""
    pool = ThreadPoolExecutor(max_workers=runs + SPARE, thread_name_prefix="node")
    asyncio.get_running_loop().set_default_executor(pool)


async def leave_if_threads_stay() -> None:
    """End the process here if a node's thread goes on, although all else is closed: nobody waits for it."""
    pool: ThreadPoolExecutor | None = getattr(asyncio.get_running_loop(), "_default_executor", None)
    if pool is None:
        return
    pool.shutdown(wait=False, cancel_futures=True)  # asyncio's own way would wait for them
    for _ in range(10):
        if not any(thread.is_alive() for thread in pool._threads):
            return
        await asyncio.sleep(WAIT_SECONDS / 10)
    leave(0)


def leave(code: int) -> NoReturn:
    """End the process at once."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
