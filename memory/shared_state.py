"""State that several agents work on at once: versioned values, changed by compare-and-set or merged by name.

Values lie in spaces (an execution's id, say); a space belongs to an owner and is not there for any other. All
keys share one slot of a cluster:

{zigral:state}:OWNER:SPACE                  name -> version and value
{zigral:state}:OWNER:SPACE:versions         the last version that was given
{zigral:state}:OWNER:SPACE:snapshots        snapshots' ids by their times
{zigral:state}:OWNER:SPACE:snapshot:ID      a snapshot: what the space held
"""

import json
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pydantic import JsonValue
from redis.asyncio import Redis

from memory import shared_state_scripts as scripts
from memory.answering import answering
from memory.context_values import in_key, stamp_of
from memory.errors import Conflict, Invalid, NotFound, TooLarge
from memory.json_values import written
from memory.reducers import REDUCERS, Reducer
from memory.words import Clock, utc_now

PREFIX = "{zigral:state}:"
SPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}")
LARGEST = 1_000_000  # bytes of a value
MOST_VALUES = 10_000  # of a space
MOST_SNAPSHOTS = 100  # of a space
LONGEST_NAME = 200  # characters
TRIES = 100  # of a merge that others keep overtaking


@dataclass(frozen=True)
class Versioned:
    """A value and its version. Versions grow; 0 is of a value that is not there."""

    value: JsonValue
    version: int


@dataclass(frozen=True)
class SharedState:
    """The values of one space. A server that does not answer is `Unavailable`."""

    redis: Redis
    space: str
    owner: str = ""
    reducers: Mapping[str, Reducer] = field(default_factory=lambda: REDUCERS)
    clock: Clock = utc_now

    def __post_init__(self) -> None:
        if not SPACE.fullmatch(self.space):
            raise Invalid("A space is 1 to 200 letters, digits, and . _ : @ - after the first.", where="space")

    async def get(self, name: str) -> Versioned:
        """The value; version 0 and None where there is none."""
        stored = await self._ask(self.redis.hget(self._key, name))
        return Versioned(None, 0) if stored is None else _read(stored)

    async def values(self) -> dict[str, Versioned]:
        """Every value of the space."""
        stored = await self._ask(self.redis.hgetall(self._key))
        return {name.decode(): _read(value) for name, value in stored.items()}

    async def put(self, name: str, value: JsonValue, *, version: int | None = None) -> Versioned:
        """Change a value that stands at `version` (0: that is not there; None: whatever it is).

        `Conflict` where it changed meanwhile: read it again, and put the change on top of it.
        """
        if not 1 <= len(name) <= LONGEST_NAME:
            raise Invalid(f"A name is 1 to {LONGEST_NAME} characters.", where="name")
        text = written(value, "value").encode()
        if len(text) > LARGEST:
            raise TooLarge(f"It is larger than {LARGEST // 1_000_000} MB. Keep it elsewhere.", where="value")
        read = "" if version is None else version
        done = await self._call(scripts.PUT, name, read, uuid4().hex, text, MOST_VALUES)
        if done[0] == -1:
            raise TooLarge(f"The space {self.space} holds {MOST_VALUES} values, which is the limit.", where="name")
        if done[0] == 0:
            raise self._conflict(name, int(done[1]), version)
        return Versioned(value, int(done[1]))

    async def merge(self, name: str, change: JsonValue, *, reducer: str) -> Versioned:
        """Bring a change together with the value by a reducer's name, however many others do so at once."""
        if reducer not in self.reducers:
            raise Invalid(f"There is no reducer {reducer[:50]!r}: {', '.join(self.reducers)}.", where="reducer")
        for _ in range(TRIES):
            there = await self.get(name)
            try:
                value = self.reducers[reducer](there.value, change)
                return await self.put(name, value, version=there.version)
            except Conflict:
                continue
        raise Conflict(f"{name} in {self.space} is changed by too many at once. Try again.")

    async def delete(self, name: str, *, version: int | None = None) -> None:
        """Remove a value; nothing happens where there is none. `Conflict` as for `put`."""
        done = await self._call(scripts.DELETE, name, "" if version is None else version)
        if done[0] == 0:
            raise self._conflict(name, int(done[1]), version)

    async def snapshot(self) -> str:
        """Keep what the space holds now, and answer the snapshot's id."""
        snapshot_id = str(uuid4())
        if not await self._call(scripts.SNAPSHOT, snapshot_id, stamp_of(self.clock()), MOST_SNAPSHOTS):
            raise TooLarge(f"The space {self.space} has {MOST_SNAPSHOTS} snapshots. Forget one first.")
        return snapshot_id

    async def snapshots(self) -> list[str]:
        """The snapshots' ids, the oldest first."""
        found = await self._ask(self.redis.zrange(f"{self._key}:snapshots", 0, -1))
        return [one.decode() for one in found]

    async def restore(self, snapshot_id: str) -> None:
        """Let the space hold what it held then. Every value has a new version: who read an older one conflicts."""
        if not await self._call(scripts.RESTORE, snapshot_id):
            raise NotFound(f"The space {self.space} has no snapshot {snapshot_id[:80]!r}.")

    async def forget(self, snapshot_id: str) -> None:
        """Remove a snapshot."""
        await self._call(scripts.FORGET, snapshot_id)

    async def everywhere(self, name: str) -> list[JsonValue]:
        """What the value is now, and what it was in each snapshot, the oldest first."""
        keys = [self._key, *await self._snapshot_keys()]
        found = [await self._ask(self.redis.hget(key, name)) for key in keys]
        return [_read(stored).value for stored in found if stored is not None]

    async def erase(self, name: str) -> None:
        """Remove a value to the last byte, out of every snapshot too."""
        await self._ask(self.redis.hdel(self._key, name))  # first: no later snapshot has it
        for key in await self._snapshot_keys():
            await self._ask(self.redis.hdel(key, name))

    async def drop(self) -> None:
        """Remove the space with all that was ever kept in it."""
        keys = (self._key, *await self._snapshot_keys(), f"{self._key}:versions", f"{self._key}:snapshots")
        await self._ask(self.redis.unlink(*keys))

    async def _snapshot_keys(self) -> list[str]:
        return [f"{self._key}:snapshot:{in_key(one)}" for one in await self.snapshots()]

    @property
    def _key(self) -> str:
        return f"{PREFIX}{in_key(self.owner)}:{in_key(self.space)}"

    async def _call(self, script: str, name: str, *arguments: str | int | bytes) -> Any:
        """Call a script; its first argument is a value's name, or a snapshot's id."""
        parts = ("versions", "snapshots", f"snapshot:{in_key(name)}")
        keys = [self._key, *(f"{self._key}:{part}" for part in parts)]
        return await self._ask(self.redis.eval(script, len(keys), *keys, name, *arguments))

    async def _ask(self, command: Awaitable[Any]) -> Any:
        async with answering("shared state", PREFIX):
            return await command

    def _conflict(self, name: str, there: int, version: int | None) -> Conflict:
        return Conflict(
            f"{name} in {self.space} is at version {there}, not {version}. "
            "Read it again, and put your change on top of it."
        )


def _read(stored: bytes) -> Versioned:
    version, _, value = stored.split(b"\n", 2)
    return Versioned(json.loads(value), int(version))
