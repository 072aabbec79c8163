"""What recall finds of a made-up history, beside the newest five, and what it costs.

Recall@5 is the mean over queries of how many of the right interactions are among the first five.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import UUID

from memory.connection import connect
from memory.edge_index import EdgeIndex
from memory.embedded import open_embedded
from memory.indexed_interactions import IndexedInteractions
from memory.interaction_records import Records
from memory.interactions import Where
from memory.records import Interaction
from tools.embedding import MiniLM

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FIRST = 5


class Query(NamedTuple):
    """A question with the ids that answer it; without an account it is asked of all."""

    text: str
    named: str  # the same with the company's name before it
    account: str | None
    person: str | None
    relevant: frozenset[UUID]


class Score(NamedTuple):
    """A recall, and that of the newest five not sent by us, over this many queries."""

    recall: float
    newest: float
    queries: int


@dataclass(frozen=True)
class History:
    """The interactions and the queries of `shared/data`."""

    items: Sequence[Interaction]
    queries: Sequence[Query]

    @classmethod
    def read(cls, data: Path) -> "History":
        lines = (data / "interactions.jsonl").read_text("utf-8").splitlines()
        items = [Interaction.model_validate_json(line) for line in lines]
        asked = (data / "interactions_queries.jsonl").read_text("utf-8").splitlines()
        return cls(items, [_query(json.loads(line), items) for line in asked])


def _query(given: dict[str, object], items: Sequence[Interaction]) -> Query:
    account, person = given["account"], given["person"]
    company = next((item.company for item in items if item.account == account), "")
    name = next((item.person_name for item in items if person and item.person == person), "")
    ids = given["relevant"]
    assert isinstance(ids, list)
    return Query(
        text=str(given["query"]),
        named=f"{company} {name}".strip() + f": {given['query']}",
        account=str(account) if account else None,
        person=str(person) if person else None,
        relevant=frozenset(map(UUID, ids)),
    )


async def scores(interactions: IndexedInteractions, history: History) -> dict[str, Score]:
    """Each of the three ways of asking: with the filter, with the name alone, and of all accounts."""
    at_one = [query for query in history.queries if query.account]
    of_all = [query for query in history.queries if not query.account]
    ways = {
        "with its account as filter": [(q, q.text, Where(account=q.account, person=q.person)) for q in at_one],
        "naming the company, no filter": [(q, q.named, Where()) for q in at_one],
        "across accounts": [(q, q.text, Where()) for q in of_all],
    }
    found = {}
    for way, asked in ways.items():
        hits = [[r.interaction.id for r in await interactions.recall(text, where)] for _, text, where in asked]
        newest = [_newest(history.items, where) for _, _, where in asked]
        found[way] = Score(_mean(asked, hits), _mean(asked, newest), len(asked))
    return found


def _newest(items: Sequence[Interaction], where: Where) -> list[UUID]:
    meant = [item for item in items if where.holds(item) and item.kind != "mail_sent"]
    return [item.id for item in sorted(meant, key=lambda item: item.at, reverse=True)]


def _mean(asked: Sequence[tuple[Query, str, Where]], found: Sequence[Sequence[UUID]]) -> float:
    shares = [
        len(query.relevant & set(ids[:FIRST])) / min(FIRST, len(query.relevant))
        for (query, _, _), ids in zip(asked, found, strict=True)
    ]
    return statistics.mean(shares)


@asynccontextmanager
async def remembered(folder: Path, items: Sequence[Interaction]) -> AsyncIterator[IndexedInteractions]:
    """A memory of its own that holds `items`, and takes the first of November for today."""
    model = MiniLM()
    async with open_embedded(folder / "redis") as url, connect(url) as client:
        index = EdgeIndex(folder / "interactions", model=model.name, size=model.size)
        interactions = IndexedInteractions(Records(client), embedder=model, index=index, clock=lambda: NOW)
        await interactions.remember(items)
        yield interactions
        await interactions.close()


async def longest_block(work: Awaitable[object]) -> tuple[float, float]:
    """Seconds that the work took, and the longest time for which the event loop did nothing else."""
    task = asyncio.ensure_future(work)
    begun = last = time.perf_counter()
    longest = 0.0
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last - 0.001), now
    await task
    return time.perf_counter() - begun, longest


async def main() -> None:
    if not (DATA / "interactions.jsonl").exists():
        print(f"The history is not at {DATA}: nothing to measure recall with.")
        return
    history = History.read(DATA)
    with TemporaryDirectory(prefix="zigral-") as name:
        async with remembered(Path(name), history.items) as interactions:
            seconds, block = await longest_block(interactions.catch_up())
            print(
                f"{len(history.items)} interactions embedded and indexed in {seconds:.1f} s with the model's start "
                f"({len(history.items) / seconds:.0f} a second); the loop's longest block {block * 1000:.0f} ms"
            )
            for way, score in (await scores(interactions, history)).items():
                print(
                    f"recall@5 {way}: {score.recall:.3f} (newest five not sent by us {score.newest:.3f}; "
                    f"{score.queries} queries)"
                )
            await times(interactions, history)


async def times(interactions: IndexedInteractions, history: History) -> None:
    filtered = [(q.text, Where(account=q.account)) for q in history.queries if q.account]
    ways = {"of one account": filtered, "of all": [(q.text, Where()) for q in history.queries]}
    for way, asked in ways.items():
        took = [await longest_block(interactions.recall(text, where)) for text, where in asked]
        middle = statistics.median(seconds for seconds, _ in took) * 1000
        print(f"a recall {way}: {middle:.1f} ms; the loop's longest block {max(b for _, b in took) * 1000:.1f} ms")
    copies = [item.model_copy(update={"id": UUID(int=n)}) for n, item in enumerate(history.items * 10, start=1)]
    seconds, block = await longest_block(interactions.remember(copies))
    print(f"remember: {len(copies) / seconds:,.0f} records a second; longest block {block * 1000:.0f} ms")
    seconds, block = await longest_block(interactions.forget(history.items[0].person))
    print(f"forget a person, all files written anew: {seconds:.2f} s; longest block {block * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
