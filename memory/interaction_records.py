"""The records of the interactions: every one that was ever remembered, on a plain Redis of 6.2 or later.

zigral:{interactions}:record:<id>      a hash: the record as JSON, the sets it is in, its vectors by model
zigral:{interactions}:all              every id by time; so are the next two
zigral:{interactions}:account:<host>   those of an account; with `:outcomes` behind, those that have an outcome
zigral:{interactions}:person:<id>      those of a person, by the id that a lead with the address has
zigral:{interactions}:log              every id by its last change, deleted ones too: what an index reads
zigral:{interactions}:seq, :log-id     the last change's number, and which log this is
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

import redis.exceptions
from pydantic import ValidationError
from redis.asyncio import Redis

from memory.answering import answering
from memory.errors import Malformed
from memory.interaction_scripts import DELETE, KEEP_VECTORS, PUT
from memory.interactions import ANYWHERE, Where
from memory.records import Interaction, lead_id_of

PREFIX = "zigral:{interactions}:"
STORE = ("interaction store", PREFIX)
LOG_KEYS = [f"{PREFIX}log", f"{PREFIX}seq", f"{PREFIX}log-id"]
BATCH = 200  # records in one call
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REWRITE_SECONDS = 60.0  # that the append-only file is given to be written anew


class Head(NamedTuple):
    """Which log this is ("" where nothing was ever remembered), and the number of its last change."""

    log_id: str
    seq: int


class Change(NamedTuple):
    """A record that was put or deleted, and the number of the change."""

    seq: int
    id: UUID


@dataclass(frozen=True)
class Records:
    """The interactions on one Redis. A server that does not answer is `Unavailable`."""

    redis: Redis

    async def put(self, items: Sequence[Interaction]) -> int:
        """Keep the records, each in the place of an older one with its id; how many were new or changed."""
        changed = 0
        for start in range(0, len(items), BATCH):
            arguments: list[str | bytes] = [PREFIX, uuid4().hex]
            for item in items[start : start + BATCH]:
                json = item.model_dump_json(exclude_none=True)
                arguments += [str(item.id), json, str(_micros(item.at)), " ".join(_sets_of(item))]
            async with answering(*STORE):
                changed += int(await cast("Any", self.redis.eval(PUT, 3, *LOG_KEYS, *arguments)))
        return changed

    async def get(self, ids: Sequence[UUID]) -> list[Interaction | None]:
        """The records of these ids, in their order; None where there is none."""
        found: list[Interaction | None] = []
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            async with answering(*STORE), self.redis.pipeline(transaction=False) as pipe:
                for each in batch:
                    pipe.hget(_key(each), "json")
                stored = await pipe.execute()
            found += [
                _read(each, json) if json is not None else None for each, json in zip(batch, stored, strict=True)
            ]
        return found

    async def history(self, where: Where, limit: int, before: datetime | None = None) -> list[Interaction]:
        """At most `limit`, the newest first; of those at one moment, the greatest id first."""
        found: list[Interaction] = []
        async for items in self.pages(where, before):
            found += [item for item in items if where.holds(item) and (before is None or item.at < before)]
            if len(found) >= limit:
                break
        return found[:limit]

    async def count(self, where: Where = ANYWHERE) -> int:
        """How many there are of the account, the person, or all; other conditions are not looked at."""
        async with answering(*STORE):
            return int(await self.redis.zcard(f"{PREFIX}{_set_for(where)}"))

    async def delete(self, ids: Sequence[UUID]) -> int:
        """Delete the records, and say how many there were."""
        gone = 0
        for start in range(0, len(ids), BATCH):
            arguments = [PREFIX, *map(str, ids[start : start + BATCH])]
            async with answering(*STORE):
                gone += int(await cast("Any", self.redis.eval(DELETE, 3, *LOG_KEYS, *arguments)))
        return gone

    async def delete_person(self, person: str) -> list[UUID]:
        """Delete all records of a person, whatever comes in meanwhile, and say which."""
        deleted: list[UUID] = []
        key = f"{PREFIX}person:{lead_id_of(person)}"
        while True:
            async with answering(*STORE):
                ids = [UUID(_text(each)) for each in await self.redis.zrange(key, 0, BATCH - 1)]
            if not ids:
                return deleted
            await self.delete(ids)
            deleted += ids

    async def head(self) -> Head:
        """Where the log stands."""
        async with answering(*STORE):
            seq, log_id = await self.redis.mget(LOG_KEYS[1], LOG_KEYS[2])
        return Head(_text(log_id or ""), int(seq or 0))

    async def changes(self, after: int, limit: int) -> list[Change]:
        """The first `limit` changes after number `after`, each record at its last change alone."""
        async with answering(*STORE):
            answer = await self.redis.zrange(
                LOG_KEYS[0], f"({after}", "+inf", byscore=True, offset=0, num=limit, withscores=True
            )
        pairs = cast("list[tuple[bytes | str, float]]", answer)
        return [Change(int(seq), UUID(_text(each))) for each, seq in pairs]

    async def count_changes(self, after: int) -> int:
        """How many changes come after number `after`."""
        async with answering(*STORE):
            return int(await self.redis.zcount(LOG_KEYS[0], f"({after}", "+inf"))

    async def vectors(self, ids: Sequence[UUID], model: str) -> list[bytes | None]:
        """What was kept of these records under the model's name."""
        async with answering(*STORE), self.redis.pipeline(transaction=False) as pipe:
            for each in ids:
                pipe.hget(_key(each), f"vector:{model}")
            return list(await pipe.execute())

    async def keep_vectors(self, vectors: Sequence[tuple[Interaction, bytes]], model: str) -> None:
        """Keep a vector beside each record that is still as it was."""
        arguments: list[str | bytes] = [PREFIX, f"vector:{model}"]
        for item, vector in vectors:
            arguments += [str(item.id), item.model_dump_json(exclude_none=True), vector]
        async with answering(*STORE):
            await cast("Any", self.redis.eval(KEEP_VECTORS, 1, LOG_KEYS[0], *arguments))

    async def rewrite_log(self) -> bool:
        """Have the server write its append-only file anew, so that deleted text leaves it; whether it has.

        False where a service keeps this to itself, or has no such file.
        """
        try:
            if not int((await self.redis.info("persistence")).get("aof_enabled", 0)):
                return True
            await self._rewritten()  # one that is under way may have begun before the text was deleted
            await self.redis.bgrewriteaof()
        except redis.exceptions.RedisError:
            return False
        return await self._rewritten()

    async def _rewritten(self) -> bool:
        deadline = asyncio.get_running_loop().time() + REWRITE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            async with answering(*STORE):
                facts = await self.redis.info("persistence")
            if not facts.get("aof_rewrite_in_progress") and not facts.get("aof_rewrite_scheduled"):
                return bool(facts.get("aof_last_bgrewrite_status", "ok") == "ok")
            await asyncio.sleep(0.02)
        return False

    async def pages(
        self, where: Where = ANYWHERE, before: datetime | None = None
    ) -> AsyncIterator[list[Interaction]]:
        """All of the account, the person, or everybody, within the times, the newest first, in batches.

        Nothing is left out, also where many have one moment, and what is added meanwhile is not doubled.
        """
        key = f"{PREFIX}{_set_for(where)}"
        ends = [moment for moment in (where.until, before) if moment]
        newest = f"({_micros(min(ends))}" if ends else "+inf"
        oldest = str(_micros(where.since)) if where.since else "-inf"
        seen: set[UUID] = set()
        offset = 0  # within one moment alone: what is deleted meanwhile moves no other out of sight
        while True:
            async with answering(*STORE):
                answer = await self.redis.zrange(
                    key, newest, oldest, desc=True, byscore=True, offset=offset, num=BATCH, withscores=True
                )
            found = cast("list[tuple[bytes | str, float]]", answer)
            ids = [each for each in (UUID(_text(raw)) for raw, _ in found) if each not in seen]
            seen.update(ids)
            if ids:
                yield [item for item in await self.get(ids) if item is not None]
            if len(found) < BATCH:
                return
            last = str(int(found[-1][1]))
            newest, offset = (newest, offset + BATCH) if last == newest else (last, 0)


def _set_for(where: Where) -> str:
    """The smallest set that holds all that is meant."""
    if where.person:
        name = f"person:{lead_id_of(where.person)}"
    else:
        name = f"account:{where.account}" if where.account else "all"
    return f"{name}:outcomes" if where.outcomes else name


def _sets_of(item: Interaction) -> list[str]:
    names = ["all", f"account:{item.account}", f"person:{lead_id_of(item.person)}"]
    return names + [f"{name}:outcomes" for name in names] if item.outcome else names


def _key(item_id: UUID) -> str:
    return f"{PREFIX}record:{item_id}"


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _read(item_id: UUID, stored: bytes | str) -> Interaction:
    try:
        return Interaction.model_validate_json(stored)
    except ValidationError:
        raise Malformed(
            f"The interaction {item_id} cannot be read from the store: it is damaged, or of another version of "
            "Zigral. Import it again."
        ) from None
