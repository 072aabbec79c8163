"""Answers of language models by the hash of what was asked, so that asking again costs nothing."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from memory.errors import Unavailable

PREFIX = "zigral:answer:"
LARGEST = 64 * 1024  # characters; a longer answer is not kept
DAYS = 30


class Answers(Protocol):
    """Kept answers. `about` is whom an answer is about, so that it can be forgotten."""

    async def get(self, about: str, key: str) -> str | None:
        """The answer, or None."""
        ...

    async def put(self, about: str, key: str, answer: str) -> None:
        """Keep an answer for a while."""
        ...


@dataclass(frozen=True)
class NoAnswers:
    """Keeps nothing."""

    async def get(self, about: str, key: str) -> str | None:  # noqa: ARG002
        return None

    async def put(self, about: str, key: str, answer: str) -> None:
        pass


@dataclass(frozen=True)
class RedisAnswers:
    """Keeps each answer for `days` from when it was given, as `zigral:answer:<hash of about>:<key>`."""

    redis: Redis
    days: float = DAYS

    async def get(self, about: str, key: str) -> str | None:
        async with _answering():
            found = await self.redis.get(_name(about, key))
        return found.decode("utf-8", "replace") if isinstance(found, bytes) else found

    async def put(self, about: str, key: str, answer: str) -> None:
        if len(answer) > LARGEST:
            return
        seconds = max(1, round(self.days * 86_400))
        async with _answering():
            await self.redis.set(_name(about, key), answer.encode("utf-8", "replace"), ex=seconds)

    async def forget(self, about: str) -> int:
        """Delete every answer about somebody, and say how many there were."""
        async with _answering():
            keys = [key async for key in self.redis.scan_iter(match=_name(about, "*"), count=1000)]
            return int(await self.redis.unlink(*keys)) if keys else 0


def _name(about: str, key: str) -> str:
    """Hashed, since an id may hold whatever somebody wrote."""
    return f"{PREFIX}{hashlib.sha256(about.encode('utf-8', 'replace')).hexdigest()[:16]}:{key}"


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable(
            f"Redis does not answer ({type(error).__name__}). See that it runs, and run the same command again."
        ) from error
