"""The one place that builds what a process uses, and closes it in reverse order."""

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
