"""Opening the Redis in use. Apart from the assembly, so that a command that needs no graph imports none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis

from memory.connection import connect
from memory.embedded import open_embedded
from server.settings import Settings


@dataclass(frozen=True)
class Address:
    """Where the Redis in use is."""

    url: str
    password: str | None = field(default=None, repr=False)


@asynccontextmanager
async def open_address(settings: Settings) -> AsyncIterator[Address]:
    """The server that REDIS_URL names, else the embedded one, which is there as long as this is open."""
    if settings.redis_url is None:
        async with open_embedded(settings.data / "redis") as url:
            yield Address(url)
        return
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    yield Address(settings.redis_url.get_secret_value(), password)


@asynccontextmanager
async def open_redis(settings: Settings) -> AsyncIterator[Redis]:
    """A client of the Redis in use."""
    async with open_address(settings) as at, connect(at.url, password=at.password) as client:
        yield client
