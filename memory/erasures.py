"""Erasures that are under way: what is known of the person, kept until nothing else of them is.

zigral:erasing    hash -> address, names and ids as JSON
"""

import json
from dataclasses import dataclass

from redis.asyncio import Redis

from memory.answering import answering
from memory.person import Person

KEY = "zigral:erasing"
STORE = ("list of erasures", KEY)


@dataclass(frozen=True)
class Erasures:
    """The erasures that were begun and not ended, on one Redis."""

    redis: Redis

    async def begin(self, person: Person) -> Person:
        """Keep what is known, and add what an erasure that was stopped knew."""
        async with answering(*STORE):
            kept = await self.redis.hget(KEY, person.ids[0])
        known = _with(person, kept) if kept else person
        async with answering(*STORE):
            await self.redis.hset(KEY, person.ids[0], json.dumps({"names": known.names, "ids": known.ids}))
        return known

    async def end(self, person: Person) -> None:
        """Forget it."""
        async with answering(*STORE):
            await self.redis.hdel(KEY, person.ids[0])


def _with(person: Person, kept: bytes | str) -> Person:
    try:
        facts = json.loads(kept)
        return person.also(names=map(str, facts["names"]), ids=map(str, facts["ids"]))
    except (ValueError, KeyError, TypeError):
        return person
