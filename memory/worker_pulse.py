"""That a worker's process lives, told from a thread of its own: also while its event loop is blocked.

So a killed process is noticed within seconds, and a node that holds up its process for a while costs it nothing
but the lease of its runs, which is longer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import redis
import redis.exceptions
from redis.asyncio import Redis

from memory import run_scripts as scripts
from memory.connection import blocking_twin

SILENT_SECONDS = 6.0  # after which a process is taken for dead
BEAT_SECONDS = 1.0


@contextmanager
def beating(client: Redis, worker: str) -> Iterator[None]:
    """Tell that the process lives, as long as this is open."""
    twin, over = blocking_twin(client), threading.Event()
    thread = threading.Thread(target=_beat, args=(twin, worker, over), name="pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=BEAT_SECONDS)
        twin.close()


def _beat(twin: "redis.Redis", worker: str, over: threading.Event) -> None:
    script = twin.register_script(scripts.LIBRARY + scripts.BEAT)
    silent = int(SILENT_SECONDS * 1_000_000)
    while True:
        with suppress(redis.exceptions.RedisError, OSError):  # it is told again in a moment
            script(args=[worker, silent])
        if over.wait(BEAT_SECONDS):
            break
    with suppress(redis.exceptions.RedisError, OSError):
        twin.zrem("{zigral}:workers", worker)
