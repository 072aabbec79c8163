"""Connecting to Redis, embedded or not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from memory.errors import Unavailable


@asynccontextmanager
async def connect(url: str, *, password: str | None = None) -> AsyncIterator[Redis]:
    """A client with a pool of its own; `Unavailable` where the server does not answer or may evict keys.

    A pool makes no retries of its own, so it is given some: a restart of the server then goes unseen.
    """
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
    finally:
        await client.aclose()
        await pool.aclose()


async def refuse_eviction(client: Redis) -> None:
    """Refuse a server that may drop keys when it is full: runs would be lost without a word."""
    try:
        settings = await client.config_get("maxmemory-policy")
    except redis.exceptions.ResponseError:
        return  # a managed service that keeps CONFIG to itself
    except redis.exceptions.ConnectionError as error:
        raise Unavailable(
            "The Redis server does not answer. Start it, or unset REDIS_URL to use the embedded one."
        ) from error
    policy = {_text(k): _text(v) for k, v in settings.items()}.get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        raise Unavailable(
            f"The Redis server may evict keys (maxmemory-policy {policy}). "
            "Run CONFIG SET maxmemory-policy noeviction on it."
        )


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
