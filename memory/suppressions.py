"""Who must not be written to, nor imported again: a salted hash of each address, and nothing else of the person.

zigral:suppressions         hash -> why and since when, as JSON
zigral:suppressions:salt    32 random bytes, made once a store: hashes of two stores cannot be compared
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from redis.asyncio import Redis

from memory.answering import answering
from memory.errors import Malformed, Suppressed
from memory.records import lead_id_of

KEY, SALT = "zigral:suppressions", "zigral:suppressions:salt"
STORE = ("suppression list", KEY)
BATCH = 500  # hashes in one call

Reason = Literal["erased"]


@dataclass(frozen=True)
class Suppressions:
    """The suppression list on one Redis. Addresses are told apart without case and `+tag`."""

    redis: Redis

    async def add(self, address: str, reason: Reason, at: datetime) -> None:
        """Suppress an address for good. One that is on the list already keeps its first reason and time."""
        salt = await self._salt()
        facts = json.dumps({"version": 1, "reason": reason, "at": at.isoformat()})
        async with answering(*STORE):
            await self.redis.hsetnx(KEY, _hash(salt, address), facts)

    async def reason(self, address: str) -> str | None:
        """Why the address is suppressed, or None."""
        async with answering(*STORE):
            found = await self.redis.hget(KEY, _hash(await self._salt(), address))
        return _reason(found) if found is not None else None

    async def refuse(self, address: str) -> None:
        """Raise `Suppressed` where the address is on the list."""
        if (reason := await self.reason(address)) is not None:
            raise Suppressed(f"{address} is on the suppression list ({reason}) and is not written to.")

    async def among(self, addresses: Iterable[str]) -> frozenset[str]:
        """Those of the addresses that are suppressed."""
        salt = await self._salt()
        asked = {_hash(salt, address): address for address in addresses}
        hashes = list(asked)
        suppressed: set[str] = set()
        for start in range(0, len(hashes), BATCH):
            batch = hashes[start : start + BATCH]
            async with answering(*STORE):
                found = await self.redis.hmget(KEY, batch)
            suppressed |= {asked[each] for each, facts in zip(batch, found, strict=True) if facts is not None}
        return frozenset(suppressed)

    async def _salt(self) -> bytes:
        """The store's salt; of two who make it at once, one does."""
        async with answering(*STORE):
            salt = await self.redis.get(SALT)
            if salt is None:
                await self.redis.set(SALT, secrets.token_bytes(32), nx=True)
                salt = await self.redis.get(SALT)
        if not isinstance(salt, bytes) or len(salt) != 32:
            raise Malformed(f"{SALT} is not the salt that it was. Put it back from a backup.")
        return salt


def _hash(salt: bytes, address: str) -> str:
    return hmac.digest(salt, lead_id_of(address).encode(), hashlib.sha256).hex()


def _reason(facts: bytes | str) -> str:
    try:
        return str(json.loads(facts)["reason"])
    except (ValueError, KeyError, TypeError):
        return "unknown"
