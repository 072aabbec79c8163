"""Who must not be written to, nor imported again: a salted hash of each address, and nothing else of the person.

A whole domain can be on the list too, as `@acme.example`: then nobody there, nor at a domain under it, may be.

zigral:suppressions         hash -> why and since when, as JSON
zigral:suppressions:salt    32 random bytes, made once a store: hashes of two stores cannot be compared
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from memory.answering import answering
from memory.errors import Invalid, Malformed, Suppressed
from memory.interaction_texts import Account
from memory.records import lead_id_of

KEY, SALT = "zigral:suppressions", "zigral:suppressions:salt"
STORE = ("suppression list", KEY)
BATCH = 500  # hashes in one call
LABELS = 8  # of a domain, from its end, that are looked at

Reason = Literal["erased", "do not contact"]
_DOMAIN: TypeAdapter[str] = TypeAdapter(Account)


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

    async def add_domain(self, domain: str, reason: Reason, at: datetime) -> str:
        """Suppress everybody at a domain and under it, and say how it is spelled; `Invalid` where it is none."""
        host = domain_named(domain)
        await self.add(f"@{host}", reason, at)
        return host

    async def reason(self, address: str) -> str | None:
        """Why the address, or its domain, is suppressed, or None."""
        salt = await self._salt()
        hashes = [_hash(salt, name) for name in _names(address)]
        async with answering(*STORE):
            found = await self.redis.hmget(KEY, hashes)
        return next((_reason(facts) for facts in found if facts is not None), None)

    async def refuse(self, address: str) -> None:
        """Raise `Suppressed` where the address is on the list."""
        if (reason := await self.reason(address)) is not None:
            raise Suppressed(f"{address} is on the suppression list ({reason}) and is not written to.")

    async def among(self, addresses: Iterable[str]) -> frozenset[str]:
        """Those of the addresses that are suppressed, by themselves or by their domains."""
        salt = await self._salt()
        names = {address: tuple(_names(address)) for address in addresses}
        hashes = {name: _hash(salt, name) for name in {name for each in names.values() for name in each}}
        waiting = list(hashes)
        listed: set[str] = set()
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            async with answering(*STORE):
                found = await self.redis.hmget(KEY, [hashes[name] for name in batch])
            listed |= {name for name, facts in zip(batch, found, strict=True) if facts is not None}
        return frozenset(address for address, each in names.items() if not listed.isdisjoint(each))

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


def domain_named(text: str) -> str:
    """A domain as the list spells it; `Invalid` where it is none."""
    try:
        return _DOMAIN.validate_python(text.strip().removeprefix("@"))
    except ValidationError:
        raise Invalid(f"{text[:80]!r} is no domain, such as acme.example.", where="domain") from None


def _names(address: str) -> Iterator[str]:
    """What an address may be on the list as: itself, and its domain with those above it."""
    yield address
    labels = address.strip().lower().rpartition("@")[2].rstrip(".").split(".")[-LABELS:]
    yield from (f"@{'.'.join(labels[at:])}" for at in range(len(labels) - 1))


def _hash(salt: bytes, address: str) -> str:
    return hmac.digest(salt, lead_id_of(address).encode(), hashlib.sha256).hex()


def _reason(facts: bytes | str) -> str:
    try:
        return str(json.loads(facts)["reason"])
    except (ValueError, KeyError, TypeError):
        return "unknown"
