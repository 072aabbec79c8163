"""What Redis says, turned into our own errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.exceptions import RedisError, ResponseError

from memory.errors import Malformed, Unavailable


@asynccontextmanager
async def answering(store: str, keys: str) -> AsyncIterator[None]:
    """Run calls to the store of that name, whose keys begin with `keys`.

    `Malformed` where a key holds something else, `Unavailable` where the server refuses or does not answer.
    """
    try:
        yield
    except ResponseError as error:
        if "WRONGTYPE" in str(error):
            raise Malformed(f"A key of the {store} holds something else. Look at the keys under {keys}.") from error
        raise Unavailable(f"The {store} refused ({type(error).__name__}). Look at the Redis server.") from error
    except RedisError as error:
        raise Unavailable(f"The {store} did not answer ({type(error).__name__}). Is Redis running?") from error
