"""The interactions as everything above sees them: records on Redis, and an index that follows them.

An account's or a person's own are ranked from the records alone: there are few of them, and neither another process
that holds the index nor one that is behind stands in the way. The index is for what is asked of all.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from memory.catching_up import CatchingUp, Progress
from memory.embedding import Embedder
from memory.errors import Conflict, Invalid, Malformed, Unavailable
from memory.interaction_index import CANDIDATES, Hit, Index, Probe
from memory.interaction_records import Records
from memory.interaction_texts import person_address
from memory.interaction_words import clean_query, words_of, words_of_query
from memory.interactions import ANYWHERE, Recalled, Where
from memory.records import Interaction
from memory.suppressions import Suppressions
from memory.words import Clock, utc_now

OWN = 300  # records of an account or a person that are ranked one by one, in 10 ms once they have vectors
MOST = 100  # that one recall gives


@dataclass(frozen=True)
class Health:
    """How the memory is. `trouble` says why the index cannot be asked; where it is `held`, another process can."""

    records: int
    points: int | None = None
    behind: int | None = None  # changes that the index takes in when it is next asked
    held: bool = False
    trouble: str | None = None


class IndexedInteractions:
    """The port on Redis and an index, which nothing opens before it is needed."""

    def __init__(
        self, records: Records, *, embedder: Embedder, index: Index, clock: Clock = utc_now, own: int = OWN
    ) -> None:
        self.records = records
        self.index = index
        self._embedder = embedder
        self._clock = clock
        self._own = own
        self._catching_up = CatchingUp(records, embedder)
        self._turn = asyncio.Lock()  # one catches up, the others wait for it

    async def remember(self, items: Sequence[Interaction]) -> int:
        return await self.records.put(items)

    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:
        query = clean_query(query)
        if not query:
            raise Invalid("There is nothing to look for; give a few words.", where="query")
        if not 1 <= limit <= MOST:
            raise Invalid(f"Between 1 and {MOST} can be recalled at once.", where="limit")
        one = where.account or where.person
        if one and await self.records.count(where) <= self._own:
            return await self._recall_own(query, where, limit)
        try:
            return await self._recall_indexed(query, where, limit)
        except Conflict:
            if not one:
                raise
            return await self._recall_own(query, where, limit)

    async def history(
        self, where: Where = ANYWHERE, limit: int = 50, before: datetime | None = None
    ) -> list[Interaction]:
        if limit < 1:
            raise Invalid("A history has one interaction at least; give a limit of 1 or more.", where="limit")
        return await self.records.history(where, limit, before)

    async def suppressed(self, person: str) -> str | None:
        return await Suppressions(self.records.redis).reason(person)

    async def forget(self, person: str) -> int:
        try:
            address = person_address(person)
        except ValueError as error:
            raise Invalid(f"The person to forget {error}", where="person") from None
        theirs = Where(person=address)
        async with self._turn:
            await self._sound_index()  # raises where somebody else holds it: nothing is half forgotten
            deleted = await self.records.delete_person(address)
            await self.index.remove(deleted)
            left = await self.index.count(theirs)
        if left or await self.records.count(theirs):
            raise Unavailable("Something new about the person came in meanwhile. Forget them once more.")
        if deleted and not await self.records.rewrite_log():
            raise Unavailable(
                "The person is forgotten, but the Redis server did not write its append-only file anew. "
                "Run BGREWRITEAOF on it, so that the deleted text leaves its disk."
            )
        return len(deleted)

    async def catch_up(self) -> None:
        """Bring the index up to the records."""
        async for _ in self.follow():
            pass

    async def follow(self) -> AsyncIterator[Progress]:
        """The same, saying how far it is."""
        async with self._turn:
            async for progress in self._catching_up.follow(self.index):
                yield progress

    async def reindex(self) -> AsyncIterator[Progress]:
        """Make the index anew. What was stopped is gone on with by whoever asks next."""
        async with self._turn:
            await self.index.clear()
        async for progress in self.follow():
            yield progress

    async def examine(self) -> Health:
        """How the records and the index are, without changing either; for `doctor`."""
        records = await self.records.count()
        try:
            mark, points = await self.index.mark(), await self.index.count()
            if points:  # a damaged file may open well, and fail when it is read
                await self.index.search(await self._probe("anything"), ANYWHERE, 1)
        except Conflict as error:
            return Health(records, held=True, trouble=str(error))
        except (Malformed, Unavailable) as error:
            return Health(records, trouble=str(error))
        return Health(records, points=points, behind=await self._catching_up.behind(mark))

    async def close(self) -> None:
        """Let go of the index."""
        await self.index.close()

    async def _recall_own(self, query: str, where: Where, limit: int) -> list[Recalled]:
        """Ranked one by one, from the records alone."""
        from memory.ranking import near, ranked, worded  # noqa: PLC0415 - numpy

        items = await self.records.history(where, self._own)
        if not items:
            return []
        rows = await self._catching_up.rows(items)
        probe = await self._probe(query)
        meanings = near(items, rows, probe.row)
        words = worded([words_of(item) for item in items], probe.words)
        hits = [Hit(item.id, *scores) for item, *scores in zip(items, meanings, words, strict=True)]
        return ranked(hits, {item.id: item for item in items}, self._clock(), limit)

    async def _recall_indexed(self, query: str, where: Where, limit: int) -> list[Recalled]:
        from memory.ranking import ranked  # noqa: PLC0415 - numpy

        probe = await self._probe(query)
        await self.catch_up()
        try:
            hits = await self.index.search(probe, where, max(CANDIDATES, 4 * limit))
        except Malformed:  # a damaged file may open well, and fail when it is read
            async for _ in self.reindex():
                pass
            hits = await self.index.search(probe, where, max(CANDIDATES, 4 * limit))
        found = await self.records.get([hit.id for hit in hits])
        items = {item.id: item for item in found if item is not None and where.holds(item)}
        return ranked(hits, items, self._clock(), limit)

    async def _probe(self, query: str) -> Probe:
        return Probe((await self._embedder.embed([query]))[0], words_of_query(query))

    async def _sound_index(self) -> None:
        """See that the index is ours and can be read; one that cannot is emptied, to be made anew when asked."""
        try:
            await self.index.count()
        except Malformed:
            await self.index.clear()
