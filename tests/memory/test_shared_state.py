"""Shared state: nobody's change is lost, a conflict is told, and a snapshot brings everything back."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from redis.asyncio import Redis

from memory.errors import Conflict, Invalid, NotFound, TooLarge
from memory.reducers import REDUCERS
from memory.shared_state import LARGEST, SharedState, Versioned

numbers = st.lists(st.integers(-1000, 1000), min_size=1, max_size=6)


@pytest.fixture
def state(redis_client: Redis) -> SharedState:
    return SharedState(redis_client, "run-1", "ada")


async def test_a_value_comes_back_as_it_went_with_its_version(state: SharedState) -> None:
    assert await state.get("plan") == Versioned(None, 0)
    put = await state.put("plan", {"steps": [1, None, "zwölf"]})
    assert await state.get("plan") == put == Versioned({"steps": [1, None, "zwölf"]}, 1)


async def test_a_change_on_a_version_that_is_gone_is_refused_and_changes_nothing(state: SharedState) -> None:
    first = await state.put("plan", "a", version=0)
    second = await state.put("plan", "b", version=first.version)
    for version in (0, first.version):
        with pytest.raises(Conflict, match="is at version 2, not"):
            await state.put("plan", "c", version=version)
    assert await state.get("plan") == second


async def test_a_value_that_was_removed_and_came_again_has_no_version_that_somebody_saw(state: SharedState) -> None:
    seen = await state.put("plan", "a")
    with pytest.raises(Conflict):
        await state.delete("plan", version=seen.version + 1)
    await state.delete("plan", version=seen.version)
    await state.delete("plan")
    assert (await state.put("plan", "b", version=0)).version > seen.version


async def test_of_many_who_change_one_version_one_wins(state: SharedState) -> None:
    told = await asyncio.gather(*(state.put("winner", n, version=0) for n in range(20)), return_exceptions=True)
    won = [one for one in told if isinstance(one, Versioned)]
    assert len(won) == 1
    assert await state.get("winner") == won[0]
    assert sum(isinstance(one, Conflict) for one in told) == 19


async def test_changes_that_are_merged_at_once_are_all_there(state: SharedState) -> None:
    await asyncio.gather(*(state.merge("sum", 1, reducer="add") for _ in range(30)))
    await asyncio.gather(*(state.merge("seen", [f"c{n}"], reducer="union") for n in range(10)))
    assert (await state.get("sum")).value == 30
    assert (await state.get("seen")).value == [f"c{n}" for n in range(10)]


@pytest.mark.parametrize("reducer", ["add", "max", "min", "union"])
@given(changes=numbers, data=st.data())
@settings(max_examples=30, deadline=None)
def test_reducers_that_commute_come_to_the_same_in_any_order(
    reducer: str, changes: list[int], data: st.DataObject
) -> None:
    def folded(order: list[int]) -> JsonValue:
        value: JsonValue = None
        for change in order:
            value = REDUCERS[reducer](value, [change] if reducer == "union" else change)
        return value

    assert folded(changes) == folded(data.draw(st.permutations(changes)))


@pytest.mark.parametrize(
    ("reducer", "there", "change", "merged"),
    [
        ("append", None, "a", ["a"]),
        ("append", ["a"], ["b", "c"], ["a", "b", "c"]),
        ("update", None, {"a": 1}, {"a": 1}),
        ("update", {"a": 1, "b": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ("max", 3, 2, 3),
        ("min", None, 2, 2),
    ],
)
async def test_each_reducer_brings_values_together(
    state: SharedState, reducer: str, there: JsonValue, change: JsonValue, merged: JsonValue
) -> None:
    await state.put("x", there)
    assert (await state.merge("x", change, reducer=reducer)).value == merged


@pytest.mark.parametrize(
    ("reducer", "there", "change"), [("add", "a", 1), ("add", 1, True), ("append", 1, 2), ("update", {}, [1])]
)
async def test_values_that_a_reducer_cannot_bring_together_are_refused(
    state: SharedState, reducer: str, there: JsonValue, change: JsonValue
) -> None:
    await state.put("x", there)
    with pytest.raises(Invalid):
        await state.merge("x", change, reducer=reducer)
    assert (await state.get("x")).value == there


async def test_a_reducer_that_nobody_named_is_refused_with_those_that_there_are(state: SharedState) -> None:
    with pytest.raises(Invalid, match="add, append, union"):
        await state.merge("x", 1, reducer="eval")


async def test_a_snapshot_brings_back_what_the_space_held_and_outdates_what_was_read_since(
    state: SharedState,
) -> None:
    await state.put("a", 1)
    await state.put("b", 2)
    kept = await state.snapshot()
    changed = await state.put("a", 3)
    await state.put("c", 4)
    await state.delete("b")
    await state.restore(kept)
    assert {name: one.value for name, one in (await state.values()).items()} == {"a": 1, "b": 2}
    with pytest.raises(Conflict):
        await state.put("a", 5, version=changed.version)
    assert await state.snapshots() == [kept]
    await state.forget(kept)
    with pytest.raises(NotFound):
        await state.restore(kept)


async def test_a_snapshot_of_nothing_brings_back_nothing(state: SharedState) -> None:
    kept = await state.snapshot()
    await state.put("a", 1)
    await state.restore(kept)
    assert await state.values() == {}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=3, unique=True))
async def test_no_owner_and_no_space_reaches_into_another(redis_client: Redis, names: list[str]) -> None:
    await redis_client.flushall()
    spaces = [SharedState(redis_client, space, owner) for owner in names for space in ("a", "a:versions", "a:b")]
    for number, space in enumerate(spaces):
        await space.put("x", number)
        await space.snapshot()
    assert [(await space.get("x")).value for space in spaces] == list(range(len(spaces)))


async def test_what_is_too_large_or_cannot_come_back_is_refused(state: SharedState) -> None:
    with pytest.raises(TooLarge):
        await state.put("x", "y" * (LARGEST + 1))
    with pytest.raises(Invalid):
        await state.put("x", float("nan"))
    with pytest.raises(Invalid):
        await state.put("", 1)
    with pytest.raises(Invalid):
        SharedState(state.redis, "../x")
    assert await state.values() == {}
