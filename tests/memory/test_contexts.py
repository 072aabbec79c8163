"""Contexts: versions that stay, checkpoints that grow, owners who do not see each other."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from memory.connection import connect
from memory.context_values import EPOCH
from memory.contexts import LARGEST, Bounds, Contexts
from memory.errors import Conflict, Invalid, Malformed, NotFound, TooLarge, Unavailable
from memory.json_values import DEEPEST

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

some_examples = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
clocks = st.integers(1, 2_000_000_000_000_000).map(lambda micros: EPOCH + micros * MICROSECOND)  # up to 2033
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def contexts(redis_client: Redis) -> Contexts:
    return Contexts(redis_client, "ada")


def ticking(*times: datetime) -> Iterator[datetime]:
    """The given times, and then the last one for ever."""
    yield from times
    while True:
        yield times[-1]


def at(redis: Redis, *times: datetime) -> Contexts:
    """Contexts of somebody new, by a clock that says these times."""
    clock = ticking(*times)
    return Contexts(redis, uuid4().hex, clock=lambda: next(clock))


@asynccontextmanager
async def losing_answers(upstream: str, folder: Path) -> AsyncIterator[str]:
    """A way to the server on which the answer to every script is lost the first time."""
    seen: set[bytes] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(upstream.removeprefix("unix://"))
        losing = asyncio.Event()

        async def forth() -> None:
            while request := await reader.read(1 << 20):
                if b"EVAL" in request and request not in seen:
                    seen.add(request)
                    losing.set()
                to_server.write(request)

        async def back() -> None:
            while (answer := await from_server.read(1 << 20)) and not losing.is_set():
                writer.write(answer)

        await asyncio.wait({asyncio.create_task(way) for way in (forth(), back())}, return_when="FIRST_COMPLETED")
        to_server.close()
        writer.close()

    path = folder / "way.sock"
    async with await asyncio.start_unix_server(serve, path):
        yield f"unix://{path}"


async def job_ids(contexts: Contexts, *, limit: int, job_type: str | None = None) -> list[str]:
    found, cursor = [], None
    while True:
        page = await contexts.page(cursor, limit=limit, job_type=job_type)
        found += [context.job_id for context in page.items]
        if (cursor := page.next_cursor) is None:
            return found


async def test_a_context_comes_back_as_it_was_put(contexts: Contexts) -> None:
    made = await contexts.create("prospect", {"leads": ["anna"]}, job_id="may")
    assert (made.version, made.job_type, made.error) == (1, "prospect", None)
    assert await contexts.get("may") == made


async def test_an_id_is_made_where_none_is_given(contexts: Contexts) -> None:
    first, second = await contexts.create("a", {}), await contexts.create("a", {})
    assert first.job_id != second.job_id
    assert await contexts.get(first.job_id) == first


async def test_a_job_is_created_once(contexts: Contexts) -> None:
    await contexts.create("a", {"n": 1}, job_id="may")
    with pytest.raises(Conflict, match="may"):
        await contexts.create("b", {"n": 2}, job_id="may")
    assert (await contexts.get("may")).context_data == {"n": 1}


async def test_two_who_create_one_job_at_once_make_it_once(contexts: Contexts) -> None:
    made = await asyncio.gather(
        *(contexts.create("a", {"n": n}, job_id="may") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(answer, Conflict) for answer in made) == 7


async def test_an_error_is_kept_with_the_version_that_it_struck(contexts: Contexts) -> None:
    await contexts.create("a", {"n": 1}, job_id="may")
    failed = await contexts.put("may", "a", {"n": 2}, error={"step": "read", "why": "no answer"})
    await contexts.put("may", "a", {"n": 3})
    assert (await contexts.get("may")).error is None
    assert await contexts.get("may", version=2) == failed


@pytest.mark.parametrize("stale", [1, 3, 99])
async def test_a_version_that_is_not_the_last_changes_nothing(contexts: Contexts, stale: int) -> None:
    await contexts.create("a", {"n": 1}, job_id="may")
    await contexts.put("may", "a", {"n": 2}, version=1)
    with pytest.raises(Conflict, match="version 2, not"):
        await contexts.put("may", "a", {"n": 3}, version=stale)
    assert (await contexts.get("may")).context_data == {"n": 2}


async def test_of_two_who_change_one_version_one_wins(contexts: Contexts) -> None:
    await contexts.create("a", {}, job_id="may")
    answers = await asyncio.gather(
        *(contexts.put("may", "a", {"n": n}, version=1) for n in range(8)), return_exceptions=True
    )
    (won,) = [answer for answer in answers if not isinstance(answer, Conflict)]
    assert [context.version for context in (await contexts.history("may")).items] == [2, 1]
    assert await contexts.get("may") == won


async def test_who_names_no_version_is_never_refused_and_loses_nothing(contexts: Contexts) -> None:
    await contexts.create("a", {}, job_id="may")
    await asyncio.gather(*(contexts.put("may", "a", {"n": n}) for n in range(20)))
    kept = (await contexts.history("may")).items
    assert [context.version for context in kept] == list(range(21, 0, -1))
    assert {context.context_data.get("n") for context in kept} == {None, *range(20)}


@some_examples
@given(changes=st.lists(st.tuples(clocks, values), min_size=1, max_size=8))
async def test_the_history_is_what_was_put_in_order_whatever_the_clock_says(
    redis_client: Redis, changes: list[tuple[datetime, object]]
) -> None:
    contexts = at(redis_client, *(time for time, _ in changes))
    made = [await contexts.create("a", {"v": changes[0][1]}, job_id="x")]
    made += [await contexts.put("x", "a", {"v": value}, version=n) for n, (_, value) in enumerate(changes[1:], 1)]
    assert [context.version for context in made] == list(range(1, len(changes) + 1))
    assert [await contexts.get("x", context.version) for context in made] == made
    assert list((await contexts.history("x")).items) == made[::-1]
    times = [context.updated_at for context in made]
    assert times == sorted(times)
    assert {context.created_at for context in made} == {changes[0][0]}


@some_examples
@given(times=st.lists(clocks, min_size=1, max_size=8), asked=st.lists(clocks, max_size=4))
async def test_checkpoints_grow_and_the_last_at_or_before_a_time_is_found(
    redis_client: Redis, times: list[datetime], asked: list[datetime]
) -> None:
    contexts = at(redis_client, times[0], *times)
    await contexts.create("a", {}, job_id="x")
    made = [await contexts.checkpoint("x", {"n": n}) for n in range(len(times))]
    stamps = [checkpoint.timestamp for checkpoint in made]
    assert all(before < after for before, after in pairwise(stamps))
    assert all(stamp >= time for stamp, time in zip(stamps, times, strict=True))
    assert list((await contexts.checkpoints("x")).items) == made[::-1]
    for time in [*stamps, *(stamp - MICROSECOND for stamp in stamps), *asked]:
        expected = [checkpoint for checkpoint in made if checkpoint.timestamp <= time]
        if expected:
            assert await contexts.checkpoint_at("x", time) == expected[-1]
        else:
            with pytest.raises(NotFound, match="at or before"):
                await contexts.checkpoint_at("x", time)


@some_examples
@given(data=st.dictionaries(texts, values, max_size=4), error=values)
async def test_json_comes_back_as_it_went(redis_client: Redis, data: dict[str, object], error: object) -> None:
    contexts = at(redis_client, NOON)
    await contexts.create("a", data, job_id="x", error=error)  # type: ignore[arg-type]
    found = await contexts.get("x")
    assert json.dumps([found.context_data, found.error]) == json.dumps([data, error])
    assert json.dumps((await contexts.checkpoint("x")).context_data) == json.dumps(data)


async def test_large_numbers_odd_letters_and_deep_lists_come_back(contexts: Contexts) -> None:
    deep: list[object] = []
    for _ in range(DEEPEST - 2):
        deep = [deep]
    data = {"big": 10**3000, "small": -0.0, "odd": "\0\u2028\x7f\U0001f600", "\0": {}, "deep": deep, "max": 1e308}
    await contexts.create("a", data, job_id="x")  # type: ignore[arg-type]
    assert repr((await contexts.get("x")).context_data) == repr(data)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [1, float("inf")]}, r"context_data\.a\[1\]"),
        ({"a": float("nan")}, r"context_data\.a"),
        ({"a": {"b": "\ud800"}}, r"context_data\.a\.b"),
        ({"\udfff": 1}, "context_data"),
        ({"a": 10**5000}, r"context_data\.a"),
    ],
)
async def test_what_would_not_come_back_is_refused_by_its_path(
    contexts: Contexts, value: dict[str, object], where: str
) -> None:
    with pytest.raises(Invalid, match=where):
        await contexts.create("a", value, job_id="x")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await contexts.get("x")


async def test_a_value_nested_without_end_is_refused(contexts: Contexts) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Invalid, match="nested"):
        await contexts.create("a", {"deep": deep})  # type: ignore[dict-item]


async def test_a_context_of_too_many_bytes_is_refused_and_the_last_one_stays(contexts: Contexts) -> None:
    await contexts.create("a", {"n": 1}, job_id="x")
    with pytest.raises(TooLarge, match="4 MB"):
        await contexts.put("x", "a", {"text": "é" * (LARGEST // 2)})
    with pytest.raises(TooLarge):
        await contexts.checkpoint("x", {"text": "é" * (LARGEST // 2)})
    assert (await contexts.get("x")).version == 1


HOSTILE = [
    "",
    "../x",
    "a/b",
    "*",
    "{}",
    "a\nb",
    "\0",
    "a" * 201,
    "a" * 10_000,
    "-a",
    ".",
    "..",
    "é",
    "\ud800",
    "x:job:y z",
]


@pytest.mark.parametrize("job_id", HOSTILE)
async def test_an_id_that_no_job_can_have_is_refused_and_never_found(contexts: Contexts, job_id: str) -> None:
    with pytest.raises(Invalid, match="job_id"):
        await contexts.create("a", {}, job_id=job_id)
    for call in (contexts.get, contexts.history, contexts.delete, contexts.checkpoint, contexts.checkpoints):
        with pytest.raises(NotFound):
            await call(job_id)
    with pytest.raises(NotFound):
        await contexts.put(job_id, "a", {})
    with pytest.raises(NotFound):
        await contexts.checkpoint_at(job_id, NOON)


@pytest.mark.parametrize("job_type", ["", "t" * 201, "\ud800"])
async def test_a_type_that_cannot_be_is_refused(contexts: Contexts, job_type: str) -> None:
    with pytest.raises(Invalid, match="job_type"):
        await contexts.create(job_type, {})


async def test_a_time_without_offset_names_no_checkpoint(contexts: Contexts) -> None:
    with pytest.raises(Invalid, match="offset"):
        await contexts.checkpoint_at("x", datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


async def test_a_checkpoint_is_found_by_its_time_in_any_zone(redis_client: Redis) -> None:
    contexts = at(redis_client, NOON)
    await contexts.create("a", {"n": 1}, job_id="x")
    made = await contexts.checkpoint("x")
    assert made.timestamp == NOON
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert await contexts.checkpoint_at("x", tokyo) == made


async def test_the_first_and_the_last_moment_that_can_be_written_are_asked_for_like_any(
    redis_client: Redis,
) -> None:
    contexts = at(redis_client, NOON)
    await contexts.create("a", {"n": 1}, job_id="x")
    made = await contexts.checkpoint("x")
    assert await contexts.checkpoint_at("x", datetime.fromisoformat("9999-12-31T23:59:59-12:00")) == made
    with pytest.raises(NotFound):
        await contexts.checkpoint_at("x", datetime.fromisoformat("0001-01-01T00:00:00+14:00"))


async def test_checkpoints_made_at_once_all_differ(redis_client: Redis) -> None:
    contexts = at(redis_client, NOON)
    await contexts.create("a", {}, job_id="x")
    made = await asyncio.gather(*(contexts.checkpoint("x", {"n": n}) for n in range(50)))
    assert len({checkpoint.timestamp for checkpoint in made}) == 50
    assert {checkpoint.context_data["n"] for checkpoint in made} == set(range(50))


async def test_a_clock_that_cannot_be_right_is_not_believed(redis_client: Redis) -> None:
    with pytest.raises(Unavailable, match="clock"):
        await at(redis_client, datetime(2300, 1, 1, tzinfo=UTC)).create("a", {})


async def test_delete_leaves_no_key_of_the_job(redis_client: Redis) -> None:
    contexts = at(redis_client, NOON)
    await contexts.create("a", {}, job_id="gone")
    await contexts.put("gone", "b", {})
    await contexts.checkpoint("gone")
    await contexts.delete("gone")
    assert [key async for key in redis_client.scan_iter(match="*gone*")] == []
    assert await job_ids(contexts, limit=9) == await job_ids(contexts, limit=9, job_type="b") == []
    with pytest.raises(NotFound):
        await contexts.delete("gone")
    assert (await contexts.create("a", {}, job_id="gone")).version == 1
    assert (await contexts.checkpoints("gone")).items == ()


OWNERS = [("ada", "bob"), ("a", "a:job"), ("", "ada"), ("a}:index", "a"), ("*", "a"), ("A", "a"), ("a%3A", "a:")]


@pytest.mark.parametrize(("mine", "theirs"), OWNERS)
async def test_another_owners_context_is_not_there(redis_client: Redis, mine: str, theirs: str) -> None:
    owner, other = Contexts(redis_client, mine), Contexts(redis_client, theirs)
    await owner.create("a", {"n": 1}, job_id="x")
    await owner.checkpoint("x")
    with pytest.raises(NotFound):
        await other.get("x")
    with pytest.raises(NotFound):
        await other.put("x", "a", {})
    with pytest.raises(NotFound):
        await other.delete("x")
    assert await job_ids(other, limit=9) == []
    await other.create("a", {"n": 2}, job_id="x")  # an id is taken for its owner alone
    assert (await owner.get("x")).context_data == {"n": 1}


@pytest.mark.parametrize("limit", [1, 2, 7])
async def test_pages_show_each_context_once_newest_first_while_others_come_and_go(
    contexts: Contexts, limit: int
) -> None:
    for n in range(10):
        await contexts.create("even" if n % 2 == 0 else "odd", {}, job_id=f"j{n}")
    first = await contexts.page(limit=3)
    await contexts.create("even", {}, job_id="late")
    await contexts.delete("j8")  # on the page that was shown
    await contexts.put("j2", "even", {})
    rest = await contexts.page(first.next_cursor, limit=100)
    assert [context.job_id for context in (*first.items, *rest.items)] == [f"j{n}" for n in range(9, -1, -1)]
    assert rest.next_cursor is None
    assert await job_ids(contexts, limit=limit) == ["late", "j9", *(f"j{n}" for n in range(7, -1, -1))]
    assert await job_ids(contexts, limit=limit, job_type="odd") == ["j9", "j7", "j5", "j3", "j1"]


async def test_a_context_is_listed_under_the_type_that_it_has_now(contexts: Contexts) -> None:
    await contexts.create("draft:*", {}, job_id="x")
    await contexts.put("x", "done", {})
    assert await job_ids(contexts, limit=9, job_type="draft:*") == []
    assert await job_ids(contexts, limit=9, job_type="done") == ["x"]


@pytest.mark.parametrize("cursor", ["", "0", "-1", "1.5", "+inf", "(1", "9" * 17, "１", "x"])
async def test_a_cursor_that_no_list_gave_is_refused(contexts: Contexts, cursor: str) -> None:
    await contexts.create("a", {}, job_id="x")
    for call in (contexts.page(cursor), contexts.history("x", cursor), contexts.checkpoints("x", cursor)):
        with pytest.raises(Invalid, match="cursor"):
            await call


async def test_the_oldest_versions_and_checkpoints_go_first_and_the_latest_stay(redis_client: Redis) -> None:
    bounds = Bounds(versions=3, checkpoints=2)
    contexts = Contexts(redis_client, "ada", bounds=bounds)
    await contexts.create("a", {"n": 1}, job_id="x")
    for n in range(2, 6):
        await contexts.put("x", "a", {"n": n})
        await contexts.checkpoint("x")
    assert [context.version for context in (await contexts.history("x")).items] == [5, 4, 3]
    assert [point.context_data for point in (await contexts.checkpoints("x")).items] == [{"n": 5}, {"n": 4}]
    with pytest.raises(NotFound, match="keeps up to 3"):
        await contexts.get("x", version=2)


async def test_a_jobs_bytes_are_bounded_and_so_are_a_pages(redis_client: Redis) -> None:
    contexts = Contexts(redis_client, "ada", bounds=Bounds(kept_bytes=1_100, page_bytes=500))
    text = "x" * 300
    for job_id in ("x", "y"):
        await contexts.create("a", {"text": text}, job_id=job_id)
        for _ in range(4):
            await contexts.put(job_id, "a", {"text": text})
            await contexts.checkpoint(job_id)
    assert [len((await contexts.page(limit=9)).items), await job_ids(contexts, limit=9)] == [1, ["y", "x"]]
    history = await contexts.history("x")
    assert [context.version for context in history.items] == [5]
    assert [context.version for context in (await contexts.history("x", history.next_cursor)).items] == [4]
    assert [c.version for c in (await contexts.history("x", "4")).items] == [3]
    assert (await contexts.history("x", "3")).items == ()
    await contexts.put("x", "a", {"text": text * 5})  # larger than all that may be kept: it stays alone
    assert (await contexts.history("x")).next_cursor is None


async def test_a_call_whose_answer_was_lost_does_nothing_twice(
    redis_url: str, redis_client: Redis, short_folder: Path
) -> None:
    async with losing_answers(redis_url, short_folder) as url, connect(url) as client:
        contexts = Contexts(client, "ada")
        made = await contexts.create("a", {"n": 1}, job_id="x")
        put = await contexts.put("x", "a", {"n": 2}, version=1)
        await contexts.checkpoint("x")
    straight = Contexts(redis_client, "ada")
    assert list((await straight.history("x")).items) == [put, made]
    assert len((await straight.checkpoints("x")).items) == 1


async def test_a_server_that_is_gone_or_full_or_read_only_is_said_to_be(redis_client: Redis) -> None:
    gone = Contexts(Redis.from_url("unix:///nowhere.sock", retry=Retry(NoBackoff(), 0)), "ada")
    with pytest.raises(Unavailable, match="did not answer"):
        await gone.get("x")
    contexts = Contexts(redis_client, "ada")
    await contexts.create("a", {"n": 1}, job_id="x")
    await redis_client.config_set("maxmemory", "1")
    with pytest.raises(Unavailable, match="out of memory"):
        await contexts.put("x", "a", {"n": 2})
    await redis_client.config_set("maxmemory", "0")
    await redis_client.replicaof("127.0.0.1", "1")
    with pytest.raises(Unavailable, match="read-only"):
        await contexts.put("x", "a", {"n": 2})
    await redis_client.replicaof("NO", "ONE")
    assert [context.version for context in (await contexts.history("x")).items] == [1]


async def test_a_key_that_holds_something_else_is_malformed_and_the_others_work(redis_client: Redis) -> None:
    contexts = Contexts(redis_client, "ada")
    for job_id in ("x", "y", "z"):
        await contexts.create("a", {}, job_id=job_id)
    await redis_client.set("{zigral:context}:ada:job:x", "text")
    await redis_client.hset("{zigral:context}:ada:job:y:versions", "1", "not\nthree lines")
    for job_id in ("x", "y"):
        with pytest.raises(Malformed):
            await contexts.get(job_id)
    assert (await contexts.get("z")).job_id == "z"
