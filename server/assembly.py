"""The one place that builds what a process uses, and closes it in reverse order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from memory.embedded import open_embedded, refuse_eviction
from memory.errors import Unavailable
from server.settings import Settings


@asynccontextmanager
async def open_redis(settings: Settings) -> AsyncIterator[Redis]:
    """The Redis in use: the server that REDIS_URL names, else the embedded one."""
    if settings.redis_url is None:
        async with open_embedded(settings.data / "redis") as url, connect(url) as client:
            yield client
        return
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    async with connect(settings.redis_url.get_secret_value(), password=password) as client:
        yield client


@asynccontextmanager
async def connect(url: str, *, password: str | None = None) -> AsyncIterator[Redis]:
    """A client of its own pool, checked once; `Unavailable` where the server does not answer."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=64,
            timeout=30,
            retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), 3),
            retry_on_error=[redis.exceptions.ConnectionError],
            **({"password": password} if password else {}),
        )
    except ValueError:
        raise Unavailable("REDIS_URL is not a Redis address. Write redis://host:6379 or unix:///path.") from None
    client = Redis(connection_pool=pool)
    try:
        await refuse_eviction(client)
        yield client
    except redis.exceptions.ConnectionError as error:
        raise Unavailable(
            "The Redis server does not answer. Start it, or unset REDIS_URL to use the embedded one."
        ) from error
    finally:
        await client.aclose()
        await pool.aclose()
