"""Which folders runs were written to, so that a person can be found in them later.

zigral:run-folders    a sorted set of absolute paths, by when each was last run in
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from memory.answering import answering

KEY = "zigral:run-folders"
STORE = ("list of run folders", KEY)


@dataclass(frozen=True)
class RunPlaces:
    """The output folders of this data store's runs."""

    redis: Redis

    async def add(self, folder: Path, at: datetime) -> None:
        """Know a folder, wherever it is named from."""
        async with answering(*STORE):
            await self.redis.zadd(KEY, {_written(folder): at.timestamp()})

    async def all(self) -> tuple[Path, ...]:
        """Every folder that is known, the first one first, also those that are not there any more."""
        async with answering(*STORE):
            members = cast("list[bytes | str]", await self.redis.zrange(KEY, 0, -1))
        return tuple(map(_path, members))

    async def recent(self, limit: int) -> list[tuple[Path, datetime]]:
        """The folders that were run in last, and when, the latest first."""
        async with answering(*STORE):
            found = await self.redis.zrange(KEY, 0, limit - 1, desc=True, withscores=True)
        pairs = cast("list[tuple[bytes | str, float]]", found)
        return [(_path(member), datetime.fromtimestamp(at, UTC)) for member, at in pairs]


def _written(folder: Path) -> bytes:
    return str(folder.resolve()).encode("utf-8", "surrogateescape")


def _path(member: bytes | str) -> Path:
    return Path(member.decode("utf-8", "surrogateescape") if isinstance(member, bytes) else member)
