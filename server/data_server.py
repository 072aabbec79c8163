"""Opening the Redis in use. Apart from the assembly, so that a command that needs no graph imports none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from memory.connection import connect
from memory.embedded import open_embedded
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
