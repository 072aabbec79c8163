"""Bringing an index up to the records: what was put is embedded and taken in, what was deleted is dropped.

It follows the records' log from where its mark stands, in batches, and the mark moves with each: a stop at any
moment loses one batch's work and nothing else. An index of another log, model or layout begins anew.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from memory.embedding import Embedder, Vectors
from memory.errors import Malformed
from memory.interaction_index import Index, Mark, Point
from memory.interaction_records import Change, Head, Records
from memory.interaction_words import LAYOUT, pieces_of, words_of
from memory.records import Interaction

BATCH = 128  # changes a step


class Progress(NamedTuple):
    """How many changes are taken in, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class CatchingUp:
    """The records, and the model that makes vectors of them."""

    records: Records
    embedder: Embedder

    async def follow(self, index: Index) -> AsyncIterator[Progress]:
        """Bring `index` up to the records, and say after each batch how far it is; nothing where it is there."""
        head = await self.records.head()
        mark = await self._begin(index, head)
        left = await self.records.count_changes(mark.seq)
        done = 0
        while mark.seq < head.seq and (changes := await self.records.changes(mark.seq, BATCH)):
            mark = mark.model_copy(update={"seq": changes[-1].seq})
            await self._take_in(index, changes, mark)
            done += len(changes)
            yield Progress(done, max(done, left))

    async def rows(self, items: Sequence[Interaction]) -> list[Vectors]:
        """The vectors of each item's pieces: as they were kept beside the record, else made and kept now."""
        from memory.ranking import all_finite, packed, unpacked  # noqa: PLC0415 - numpy: not before there is something to rank

        model = f"{self.embedder.name}/{LAYOUT}"
        kept = await self.records.vectors([item.id for item in items], model)
        found = [unpacked(data or b"", self.embedder.size) for data in kept]
        missing = [at for at, rows in enumerate(found) if rows is None]
        if missing:
            pieces = [pieces_of(items[at]) for at in missing]
            made = await self.embedder.embed([piece for each in pieces for piece in each])
            if not all_finite(made):  # one kind of index would take it without a word, and never find it
                raise Malformed("The sentence model gave vectors that are no numbers. Install Zigral again.")
            start = 0
            for at, each in zip(missing, pieces, strict=True):
                found[at] = made[start : start + len(each)]
                start += len(each)
            await self.records.keep_vectors([(items[at], packed(_known(found[at]))) for at in missing], model)
        return [_known(rows) for rows in found]

    async def _begin(self, index: Index, head: Head) -> Mark:
        """Where the index stands; at nothing where it cannot be gone on with, or does not hold what it should."""
        here = Mark(layout=LAYOUT, model=self.embedder.name, log_id=head.log_id, seq=head.seq)
        try:
            mark = await index.mark()
            whole = mark != here or await self._holds_all(index, head)
            fresh = mark is None and await index.count() == 0
        except Malformed:
            mark, whole, fresh = None, False, False
        if mark and whole and here.goes_on_from(mark):
            return mark
        if not fresh:
            await index.clear()
        return here.model_copy(update={"seq": 0})

    async def _holds_all(self, index: Index, head: Head) -> bool:
        """Whether there are as many points as records. While somebody else writes it cannot be told."""
        same = await index.count() == await self.records.count()
        return same or await self.records.head() != head

    async def behind(self, mark: Mark | None) -> int:
        """How many changes an index with that mark has not taken in."""
        head = await self.records.head()
        here = Mark(layout=LAYOUT, model=self.embedder.name, log_id=head.log_id, seq=head.seq)
        return await self.records.count_changes(mark.seq if mark and here.goes_on_from(mark) else 0)

    async def _take_in(self, index: Index, changes: Sequence[Change], mark: Mark) -> None:
        ids = [change.id for change in changes]
        items = await self.records.get(ids)
        there = [item for item in items if item is not None]
        gone = [each for each, item in zip(ids, items, strict=True) if item is None]
        points = [
            Point.of(item, rows, words_of(item)) for item, rows in zip(there, await self.rows(there), strict=True)
        ]
        await index.put(points)
        gone += await self._gone_meanwhile(there)
        await (index.remove(gone, mark) if gone else index.put([], mark))

    async def _gone_meanwhile(self, items: Sequence[Interaction]) -> list[UUID]:
        """Those that somebody forgot while they were taken in: whoever did may have looked before they came."""
        now = await self.records.get([item.id for item in items])
        return [item.id for item, found in zip(items, now, strict=True) if found is None]


def _known(rows: Vectors | None) -> Vectors:
    if rows is None:
        raise AssertionError("every missing row was made")
    return rows
