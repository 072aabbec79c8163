"""The store keeps what LangGraph's own in-memory store keeps, and answers as it does."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langgraph.store.base import BaseStore, GetOp, ListNamespacesOp, MatchCondition, PutOp, SearchOp
from langgraph.store.memory import InMemoryStore
from redis.asyncio import Redis

from memory.errors import Invalid
from memory.store import RedisStore, Stores, stores_on

LABELS = ("a", "b", "ab", "a*", "ä", "c")


@pytest.fixture
async def store(redis_client: Redis) -> AsyncIterator[RedisStore]:
    async with stores_on(redis_client) as stores:
        yield stores.of("ada")


def told(items: list[Any]) -> list[tuple[tuple[str, ...], str, object]]:
    return sorted((item.namespace, item.key, item.value) for item in items)


async def both(stores: tuple[BaseStore, ...], ops: list[Any]) -> list[list[Any]]:
    return [await one.abatch(ops) for one in stores]


async def test_it_answers_what_the_store_in_memory_answers(store: RedisStore) -> None:
    chance = random.Random(7)
    stores: tuple[BaseStore, ...] = (store, InMemoryStore())

    def namespace() -> tuple[str, ...]:
        return tuple(chance.choices(LABELS, k=chance.randint(1, 3)))

    for number in range(120):
        place, key = namespace(), chance.choice(("k", "", "\0k", "k" * 300))
        value = {"n": number, "even": number % 2 == 0, "deep": {"list": [number, None]}}
        await both(stores, [PutOp(place, key, value if chance.random() < 0.8 else None)])
    for prefix in ((), ("a",), ("ab", "a*"), ("a", "b"), ("nobody",)):
        for wanted in (None, {"even": True}, {"n": {"$gte": 30, "$lt": 90}}, {"deep": {"list": [44, None]}}):
            ours, theirs = await both(stores, [SearchOp(prefix, wanted, 1000, 0)])
            assert told(ours[0]) == told(theirs[0])
    full = {item.namespace for item in (await stores[1].asearch((), limit=1000))}
    for conditions in (None, (MatchCondition("prefix", ("a", "*")),), (MatchCondition("suffix", ("b",)),)):
        ours, theirs = await both(stores, [ListNamespacesOp(conditions, None, 1000, 0)])
        assert ours[0] == [one for one in theirs[0] if one in full]  # theirs keeps the names of emptied ones


async def test_pages_of_a_search_show_each_item_once(store: RedisStore) -> None:
    await store.abatch([PutOp(("p", str(n % 3)), f"k{n}", {"n": n, "odd": n % 2}) for n in range(450)])
    for wanted, count in ((None, 450), ({"odd": 1}, 225)):
        pages = [await store.asearch(("p",), filter=wanted, limit=50, offset=start) for start in range(0, 500, 50)]
        found = [item.value["n"] for page in pages for item in page]
        assert (len(found), len(set(found))) == (count, count)


async def test_writing_over_an_item_keeps_when_it_was_made(store: RedisStore) -> None:
    await store.aput(("a",), "k", {"n": 1})
    first = await store.aget(("a",), "k")
    await store.aput(("a",), "k", {"n": 2})
    second = await store.aget(("a",), "k")
    assert first
    assert second
    assert (second.value, second.created_at) == ({"n": 2}, first.created_at)
    assert second.updated_at > first.updated_at


async def test_in_one_batch_reads_come_before_writes_and_the_last_write_holds(store: RedisStore) -> None:
    read, _, _ = await store.abatch(
        [GetOp(("a",), "k"), PutOp(("a",), "k", {"n": 1}), PutOp(("a",), "k", {"n": 2})]
    )
    assert read is None
    found = await store.aget(("a",), "k")
    assert found
    assert found.value == {"n": 2}


async def test_values_come_back_as_they_went(store: RedisStore) -> None:
    value = {"": "\u2028\0", "big": 2**80, "small": -(2**63), "list": [1.5, None, True], "text": "ünï"}
    await store.aput(("a",), "k", value)
    found = await store.aget(("a",), "k")
    assert found
    assert found.value == value


async def test_a_node_without_an_event_loop_reads_and_writes_too(store: RedisStore) -> None:
    await asyncio.to_thread(store.put, ("a",), "k", {"n": 1})
    found = await asyncio.to_thread(store.get, ("a",), "k")
    assert found
    assert found.value == {"n": 1}
    await asyncio.to_thread(store.delete, ("a",), "k")
    assert await asyncio.to_thread(store.search, ("a",)) == []
    assert await store.alist_namespaces() == []


async def test_one_owner_sees_nothing_of_another(redis_client: Redis, store: RedisStore) -> None:
    bob = Stores(redis_client).of("bob")
    await store.aput(("a",), "k", {"n": 1})
    assert await bob.aget(("a",), "k") is None
    assert await bob.asearch(()) == []
    await bob.adelete(("a",), "k")
    assert await store.aget(("a",), "k")


@pytest.mark.parametrize("namespace", [(), ("",), ("a.b",), ("a\0b",), ("\ud800",)])
async def test_a_namespace_that_cannot_be_told_apart_is_refused(store: RedisStore, namespace: Any) -> None:
    with pytest.raises(Invalid):
        await store.abatch([PutOp(namespace, "k", {})])


async def test_a_filter_with_an_unknown_operator_is_refused(store: RedisStore) -> None:
    await store.aput(("a",), "k", {"n": 1})
    with pytest.raises(Invalid, match="near"):
        await store.asearch((), filter={"n": {"$near": 1}})
