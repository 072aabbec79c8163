"""The lead store: every person who was imported, on a plain Redis of 6.2 or later.

zigral:lead:<id>          the lead as JSON, with the format's version
zigral:lead:<id>:copies   the ids of further leads with that address (policy `create`)
zigral:lead:index         every id, in the order in which they came
zigral:lead:count         how many ever came: the next place in the index
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from redis.asyncio import Redis

from memory.answering import answering
from memory.errors import Conflict, Invalid, Malformed, NotFound
from memory.lead_scripts import ADD, REMOVE, SWAP
from memory.lead_values import filled, numbered, read, under_own_id, written
from memory.records import Lead, lead_id_of

Policy = Literal["skip", "update", "create"]
Outcome = Literal["added", "copied", "updated", "skipped"]

PREFIX = "zigral:lead:"
STORE = ("lead store", PREFIX)
INDEX, COUNT = f"{PREFIX}index", f"{PREFIX}count"
BATCH = 500  # leads in one call: a script holds the server for a few milliseconds
PAGE_LIMIT = 1000
ROUNDS = 20  # times that we try again where somebody else wrote the same leads
LEAD_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class LeadPage:
    """Some leads in the order in which they came; `next_cursor` asks for those after them, None at the end."""

    items: tuple[Lead, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Leads:
    """The leads on one Redis. A server that does not answer is `Unavailable`."""

    redis: Redis

    async def add(self, leads: Sequence[Lead], policy: Policy = "skip") -> list[Outcome]:
        """Keep the leads, and say of each what was done, in their order.

        Where the address is known already (without case and `+tag`), the policy decides: `skip` leaves the
        stored lead alone, `update` writes the filled fields over it and never an empty one, `create` keeps
        another lead under an id of its own ("copied").
        """
        outcomes: list[Outcome] = []
        async with answering(*STORE):
            for start in range(0, len(leads), BATCH):
                outcomes += await self._add_batch(leads[start : start + BATCH], policy)
        return outcomes

    async def get(self, lead_id: str) -> Lead:
        """The lead of that id; `NotFound` where there is none."""
        stored = None
        if LEAD_ID.fullmatch(lead_id):
            async with answering(*STORE):
                stored = await self.redis.get(f"{PREFIX}{lead_id}")
        if stored is None:
            raise NotFound("There is no lead with this id.")
        return read(lead_id, stored)

    async def find(self, address: str) -> tuple[Lead, ...]:
        """The leads with that address, without case and `+tag`, the first one first."""
        lead_id = lead_id_of(address)
        async with answering(*STORE):
            copies = await self.redis.lrange(f"{PREFIX}{lead_id}:copies", 0, PAGE_LIMIT)
        return await self._all([lead_id, *map(_text, copies)])

    async def page(self, cursor: str | None = None, *, limit: int = 100, newest_first: bool = False) -> LeadPage:
        """Up to `limit` leads after `cursor`, in the order in which they came or in the reverse of it.

        What others add meanwhile moves nothing.
        """
        limit = max(1, min(limit, PAGE_LIMIT))
        start, end = f"({_place(cursor)}", "+inf"
        if newest_first:
            start, end = (start if cursor else "+inf"), "-inf"
        async with answering(*STORE):
            answer = await self.redis.zrange(
                INDEX, start, end, desc=newest_first, byscore=True, offset=0, num=limit + 1, withscores=True
            )
        found = cast("list[tuple[bytes | str, float]]", answer)
        shown = found[:limit]
        leads = await self._all([_text(lead_id) for lead_id, _ in shown])
        return LeadPage(leads, str(int(shown[-1][1])) if len(found) > limit else None)

    async def remove(self, lead_id: str) -> None:
        """Remove the lead of that id; where it was the first with its address, the list of the others too."""
        if LEAD_ID.fullmatch(lead_id):
            async with answering(*STORE):
                await cast("Any", self.redis.eval(REMOVE, 1, INDEX, lead_id))

    async def count(self) -> int:
        """How many leads there are."""
        async with answering(*STORE):
            return int(await self.redis.zcard(INDEX))

    async def _all(self, lead_ids: Sequence[str]) -> tuple[Lead, ...]:
        if not lead_ids:
            return ()
        async with answering(*STORE):
            stored = await self.redis.mget([f"{PREFIX}{lead_id}" for lead_id in lead_ids])
        pairs = zip(lead_ids, stored, strict=True)
        return tuple(read(lead_id, value) for lead_id, value in pairs if value is not None)

    async def _add_batch(self, leads: Sequence[Lead], policy: Policy) -> list[Outcome]:
        fresh = [under_own_id(lead) for lead in leads]
        added = await self._put([(lead, "") for lead in fresh])
        outcomes: list[Outcome] = ["added" if is_new else "skipped" for is_new in added]
        known = [at for at, is_new in enumerate(added) if not is_new]
        if known and policy != "skip":
            settle = self._update if policy == "update" else self._create
            for at, outcome in zip(known, await settle([fresh[at] for at in known]), strict=True):
                outcomes[at] = outcome
        return outcomes

    async def _put(self, leads: Sequence[tuple[Lead, str]]) -> list[bool]:
        """Store each lead whose id is free; the second of a pair is the id that it repeats, or ""."""
        arguments = [part for lead, first in leads for part in (lead.lead_id, written(lead), first)]
        return [bool(added) for added in await self.redis.eval(ADD, 2, INDEX, COUNT, *arguments)]

    async def _update(self, leads: Sequence[Lead]) -> list[Outcome]:
        outcomes: list[Outcome] = ["skipped"] * len(leads)
        waiting = list(range(len(leads)))
        for _ in range(ROUNDS):
            stored = await self._stored({leads[at].lead_id for at in waiting})
            merged = {lead_id: read(lead_id, old) for lead_id, old in stored.items()}
            for at in waiting:
                lead_id = leads[at].lead_id
                after = filled(merged[lead_id], leads[at])
                outcomes[at] = "skipped" if after == merged[lead_id] else "updated"
                merged[lead_id] = after
            lost = await self._swap([(merged[lead_id], old) for lead_id, old in stored.items()])
            waiting = [at for at in waiting if leads[at].lead_id in lost]
            if not waiting:
                return outcomes
        raise Conflict("Somebody else keeps changing the same leads. Import the file again in a moment.")

    async def _stored(self, lead_ids: set[str]) -> dict[str, bytes | str]:
        ids = list(lead_ids)
        values = await self.redis.mget([f"{PREFIX}{lead_id}" for lead_id in ids])
        for lead_id, value in zip(ids, values, strict=True):
            if value is None:
                raise Malformed(f"The lead {lead_id} cannot be read from the store: its key holds something else.")
        return {lead_id: value for lead_id, value in zip(ids, values, strict=True) if value is not None}

    async def _swap(self, changes: Sequence[tuple[Lead, bytes | str]]) -> set[str]:
        """Write each lead over the JSON that it was made from; the ids of those that had changed meanwhile."""
        arguments = [part for lead, old in changes for part in (lead.lead_id, old, written(lead))]
        swapped = await self.redis.eval(SWAP, 0, *arguments)
        return {lead.lead_id for (lead, _), done in zip(changes, swapped, strict=True) if not done}

    async def _create(self, leads: Sequence[Lead]) -> list[Outcome]:
        waiting = list(leads)
        for _ in range(ROUNDS):
            async with self.redis.pipeline(transaction=False) as pipe:
                for lead in waiting:
                    pipe.llen(f"{PREFIX}{lead.lead_id}:copies")
                lengths = await pipe.execute()
            copies = numbered(waiting, lengths)
            added = await self._put([(copy, lead.lead_id) for copy, lead in zip(copies, waiting, strict=True)])
            waiting = [lead for lead, is_new in zip(waiting, added, strict=True) if not is_new]
            if not waiting:
                return ["copied"] * len(leads)
        raise Conflict("Somebody else keeps adding the same leads. Import the file again in a moment.")


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,15}", cursor):
        raise Invalid("This is not a cursor of the list of leads. Use the one that it gave.", where="cursor")
    return int(cursor)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
