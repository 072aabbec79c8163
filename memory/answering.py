"""What Redis says, turned into our own errors."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from memory.errors import Malformed, Unavailable


@asynccontextmanager
async def answering(store: str, keys: str) -> AsyncIterator[None]:
    """Run calls to the store of that name, whose keys begin with `keys`.

    `Malformed` where a key holds something else, `Unavailable` where the server refuses or does not answer.
    """
    with answering_blocking(store, keys):
        yield


@contextmanager
def answering_blocking(store: str, keys: str) -> Iterator[None]:
    """The same, for callers without an event loop."""
    try:
        yield
    except OutOfMemoryError as error:
        raise Unavailable(f"The {store} took nothing: Redis is out of memory. Give it more.") from error
    except ReadOnlyError as error:
        raise Unavailable(f"The {store} took nothing: this Redis is read-only. Name the primary.") from error
    except ResponseError as error:
        if _unreadable(str(error)):
            raise Malformed(f"A key of the {store} holds something else. Look at the keys under {keys}.") from error
        raise Unavailable(f"The {store} refused ({type(error).__name__}). Look at the Redis server.") from error
    except RedisError as error:
        raise Unavailable(f"The {store} did not answer ({type(error).__name__}). Is Redis running?") from error


def _unreadable(says: str) -> bool:
    """Whether a key has another type, or a script stopped at a value that it cannot reckon with."""
    return "WRONGTYPE" in says or ("user_script" in says and not says.startswith(("MISCONF", "NOREPLICAS")))
