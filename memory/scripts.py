"""Calling a store's scripts: each registered once, and Redis's failures told in our own words."""

from collections.abc import Awaitable, Mapping
from typing import Any

import redis.exceptions
from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from memory.errors import Unavailable

TEMPORARY = (
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
)
REFUSALS = ("MISCONF", "NOREPLICAS", "READONLY", "OOM")  # how a server says that it cannot write now
SENTENCE = "The data server does not answer or takes no writes ({}). Try again shortly."


class Scripts:
    """Scripts that share a library of Lua, on one client."""

    def __init__(self, client: Redis, library: str) -> None:
        self._client = client
        self._library = library
        self._known: dict[str, AsyncScript] = {}

    def script(self, text: str) -> AsyncScript:
        """The script of this text, registered."""
        if text not in self._known:
            self._known[text] = self._client.register_script(self._library + text)
        return self._known[text]

    async def call(self, text: str, *arguments: Any, client: Redis | None = None) -> Any:
        """What the script answers; `Unavailable` where Redis is not there or takes no writes."""
        return await self.run(self.script(text)(args=arguments, client=client))

    async def run(self, command: Awaitable[Any]) -> Any:
        """What a command answers; `Unavailable` likewise."""
        try:
            return await command
        except redis.exceptions.RedisError as error:
            if not is_temporary(error):
                raise
            raise unavailable(error) from error


def is_temporary(error: Exception) -> bool:
    """Whether Redis is not there or takes no writes now, so that trying again may help."""
    return isinstance(error, TEMPORARY) or str(error).startswith(REFUSALS)


def unavailable(error: redis.exceptions.RedisError) -> Unavailable:
    """What to raise for it. The words of a lost connection name the server's address, which is nobody's to hear."""
    told = str(error) if isinstance(error, redis.exceptions.ResponseError) else type(error).__name__
    return Unavailable(SENTENCE.format(told))


def texts(row: Mapping[Any, bytes | None]) -> dict[str, str]:
    """A hash as text, without the fields that are not there."""
    return {
        name.decode() if isinstance(name, bytes) else name: value.decode("utf-8", "surrogatepass")
        for name, value in row.items()
        if value is not None
    }
