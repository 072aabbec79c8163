"""Records and index together: what it lacks it gets, what is damaged is made anew, who is forgotten is gone."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient
from redis.asyncio import Redis

from memory.edge_index import EdgeIndex
from memory.edge_shard import Shard
from memory.embedding import Vectors
from memory.errors import Conflict, Invalid
from memory.indexed_interactions import IndexedInteractions
from memory.interaction_records import Records
from memory.interactions import Where
from memory.records import Interaction
from memory.server_index import ServerIndex

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SIZE = 16


class Letters:
    """A model of a few lines: how often each of sixteen letters stands in a text. It counts what it embeds."""

    size = SIZE

    def __init__(self, name: str = "letters@16") -> None:
        self.name = name
        self.embedded = 0

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        rows = np.array([[text.count(letter) + 0.01 for letter in "aeioulrstndmzqxk"] for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def happened(number: int, text: str = "", **given: Any) -> Interaction:
    base = {
        "id": f"n{number}",
        "account": f"a{number % 5}.example",
        "person": f"p{number % 10}@a{number % 5}.example",
        "kind": "note",
        "at": NOW - timedelta(days=number),
        "text": text or f"Nothing much, {number}.",
    }
    return Interaction.model_validate(base | given)


Open = Callable[..., IndexedInteractions]


@pytest.fixture(params=["edge", "client"])
async def opened(request: pytest.FixtureRequest, redis_client: Redis, short_folder: Path) -> AsyncIterator[Open]:
    """Opens the memory again and again, on one Redis and one index."""
    client = AsyncQdrantClient(":memory:")
    async with AsyncExitStack() as stack:

        def make(model: Letters | None = None) -> IndexedInteractions:
            model = model or Letters()
            index: Any = (
                EdgeIndex(short_folder / "interactions", model=model.name, size=SIZE)
                if request.param == "edge"
                else ServerIndex(client, model=model.name, size=SIZE)
            )
            made = IndexedInteractions(Records(redis_client), embedder=model, index=index, clock=lambda: NOW)
            if request.param == "edge":
                stack.push_async_callback(made.close)
            return made

        yield make


async def texts(interactions: IndexedInteractions, query: str, where: Where | None = None) -> list[str]:
    return [one.interaction.text for one in await interactions.recall(query, where or Where())]


async def test_what_is_remembered_is_recalled_and_scores_lie_between_0_and_1(opened: Open) -> None:
    memory = opened()
    await memory.remember([happened(n) for n in range(30)])
    await memory.remember([happened(31, "Quartz zaxk in the quarry."), happened(32, "zaxk", kind="mail_sent")])
    found = await memory.recall("quartz quarry zaxk", limit=30)
    assert found[0].interaction == happened(31, "Quartz zaxk in the quarry.")
    assert all(1 >= one.score >= other.score >= 0 for one, other in pairwise(found))
    assert await texts(memory, "zaxk", Where(kinds=frozenset({"mail_sent"}))) == ["zaxk"]
    assert await texts(memory, "zaxk", Where(account="a1.example"))
    with pytest.raises(Invalid, match="nothing to look for"):
        await memory.recall(" \ud800\0 ".replace("\ud800", ""))
    with pytest.raises(Invalid, match="limit"):
        await memory.recall("x", limit=0)


async def test_only_what_an_index_lacks_is_embedded_and_a_new_word_on_an_id_counts(opened: Open) -> None:
    model = Letters()
    memory = opened(model)
    await memory.remember([happened(n) for n in range(300)])
    await memory.catch_up()
    assert model.embedded == 300
    await memory.remember([happened(7, "Zaxk quartz.")])
    assert (await texts(memory, "zaxk quartz"))[0] == "Zaxk quartz."
    assert model.embedded == 302  # the one, and the question
    async for _ in memory.reindex():
        pass
    assert model.embedded == 302  # vectors are kept beside the records
    assert (await texts(memory, "zaxk quartz"))[0] == "Zaxk quartz."


async def test_an_index_that_is_gone_or_of_another_model_is_made_anew(opened: Open) -> None:
    memory = opened()
    await memory.remember([happened(n) for n in range(20)])
    await memory.catch_up()
    await memory.index.clear()
    assert len(await memory.recall("nothing", limit=20)) == 20
    await memory.close() if isinstance(memory.index, EdgeIndex) else None
    other = opened(Letters("other@16"))
    assert len(await other.recall("nothing", limit=20)) == 20


async def test_an_index_of_another_redis_is_made_anew(opened: Open, redis_client: Redis) -> None:
    memory = opened()
    await memory.remember([happened(n) for n in range(20)])
    await memory.catch_up()
    await redis_client.flushall()
    await memory.remember([happened(99, "Alone.")])
    assert await texts(memory, "nothing") == ["Alone."]


async def test_whoever_is_forgotten_is_found_by_nobody_also_where_the_index_was_behind(opened: Open) -> None:
    memory = opened()
    await memory.remember([happened(n) for n in range(20)])
    await memory.catch_up()
    await memory.remember([happened(3, "Said later.")])
    assert await memory.forget("p3@a3.example") == 2
    assert await memory.index.count(Where(person="p3@a3.example")) == 0
    assert len(await memory.recall("nothing said", limit=50)) == 18
    assert await memory.forget("p3@a3.example") == 0


async def test_those_who_ask_at_once_wait_for_one_catching_up(opened: Open) -> None:
    model = Letters()
    memory = opened(model)
    await memory.remember([happened(n) for n in range(200)])
    found = await asyncio.gather(*(memory.recall("nothing", limit=9) for _ in range(5)))
    assert all(one == found[0] for one in found)
    assert model.embedded == 205


async def test_what_others_remember_or_forget_meanwhile_is_followed(opened: Open, redis_client: Redis) -> None:
    memory, records = opened(), Records(redis_client)
    await memory.remember([happened(n) for n in range(20)])
    await memory.catch_up()
    await records.delete_person("p3@a3.example")
    await records.put([happened(50, "From elsewhere.")])
    assert len(await memory.recall("nothing from elsewhere", limit=50)) == 19
    assert await memory.index.count() == 19
    health = await memory.examine()
    assert (health.records, health.points, health.behind, health.trouble) == (19, 19, 0, None)


@pytest.fixture
async def embedded(redis_client: Redis, short_folder: Path) -> AsyncIterator[Callable[[], IndexedInteractions]]:
    async with AsyncExitStack() as stack:

        def make() -> IndexedInteractions:
            index = EdgeIndex(short_folder / "interactions", model="letters@16", size=SIZE)
            made = IndexedInteractions(Records(redis_client), embedder=Letters(), index=index, own=20)
            stack.push_async_callback(made.close)
            return made

        yield make


async def test_a_catching_up_that_is_killed_goes_on_where_it_was(
    embedded: Callable[[], IndexedInteractions],
) -> None:
    memory = embedded()
    await memory.remember([happened(n) for n in range(400)])
    steps = memory.follow()
    done = (await anext(steps)).done
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    await steps.aclose()
    assert 0 < done < 400
    totals = [step.total async for step in memory.follow()]
    assert totals[0] == 400 - done
    assert await memory.index.count() == 400


async def test_a_file_that_fails_when_it_is_read_is_made_anew_by_whoever_asks(
    embedded: Callable[[], IndexedInteractions], short_folder: Path
) -> None:
    memory = embedded()
    await memory.remember([happened(n) for n in range(50)])
    await memory.catch_up()
    await memory.close()
    shard = short_folder / "interactions" / "shard"
    for path in shard.rglob("*"):
        if path.is_file() and "payload" in str(path):
            path.write_bytes(b"")
    again = embedded()
    assert len(await again.recall("nothing", limit=50)) == 50
    assert (await again.examine()).trouble is None


async def test_beside_a_process_that_holds_the_index_a_company_is_searched_and_nobody_is_half_forgotten(
    embedded: Callable[[], IndexedInteractions], short_folder: Path
) -> None:
    memory = embedded()
    await memory.remember([happened(n) for n in range(200)])  # more at each account than are ranked singly
    other = Shard(short_folder / "interactions", "letters@16", SIZE, "process 7 (zigral serve)")
    try:
        assert len(await memory.recall("nothing", Where(account="a3.example"), limit=7)) == 7
        with pytest.raises(Conflict, match="process 7"):
            await memory.recall("nothing")
        with pytest.raises(Conflict, match="process 7"):
            await memory.forget("p3@a3.example")
        assert len(await memory.history(Where(person="p3@a3.example"), limit=500)) == 20
        assert (await memory.examine()).held
    finally:
        other.close()


async def test_no_byte_of_whom_was_forgotten_stays_in_the_embedded_index(
    embedded: Callable[[], IndexedInteractions], short_folder: Path
) -> None:
    memory = embedded()
    theirs = happened(3, "Her allotment is in Dalston.")
    await memory.remember([theirs, *(happened(n) for n in range(10, 13))])
    await memory.catch_up()
    (row,) = await Letters().embed([f"note on {theirs.person}, {theirs.account}: {theirs.text}"])
    folder = short_folder / "interactions"

    begin = row[:4].tobytes()  # of its vector, as it stands in the shard

    def traces() -> set[bytes]:
        data = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        return {trace for trace in (begin, theirs.id.bytes, b"Dalston") if any(trace in one for one in data)}

    await memory.close()
    assert begin in traces()
    again = embedded()
    assert await again.forget(theirs.person) == 1
    await again.close()
    assert traces() == set()
