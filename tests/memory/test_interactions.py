"""The interactions' records: kept once, read exactly, deleted for good."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from memory.edge_index import EdgeIndex
from memory.embedding import Vectors
from memory.errors import Invalid, Malformed, Unavailable
from memory.indexed_interactions import IndexedInteractions
from memory.interaction_records import PREFIX, Records
from memory.interactions import Where
from memory.records import Interaction

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
GIVEN = {
    "id": "<m1@acme.example>",
    "account": "acme.example",
    "company": "Acme",
    "person": "jana@acme.example",
    "person_name": "Jana Krüger",
    "kind": "mail_received",
    "campaign": "spring",
    "at": "2026-01-05T10:00:00+01:00",
    "lang": "en",
    "text": "Not before March, please.",
}


def happened(number: int, **given: Any) -> Interaction:
    at = START + timedelta(hours=number)
    return Interaction.model_validate(GIVEN | {"id": f"n{number}", "at": at, "text": f"Text {number}."} | given)


class NoModel:
    """For what needs no model."""

    name = "none@1"
    size = 1

    async def embed(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError(f"{len(texts)} texts were embedded")


def kept_on(client: Redis, folder: Path) -> IndexedInteractions:
    index = EdgeIndex(folder / "interactions", model=NoModel.name, size=NoModel.size)
    return IndexedInteractions(Records(client), embedder=NoModel(), index=index)


@pytest.fixture
async def interactions(redis_client: Redis, short_folder: Path) -> AsyncIterator[IndexedInteractions]:
    store = kept_on(redis_client, short_folder)
    yield store
    await store.close()


def test_a_record_spells_account_person_and_moment_in_one_way() -> None:
    item = Interaction.model_validate(GIVEN | {"account": " ACME.example. ", "person": "Jana+fair@Acme.example "})
    assert (item.account, item.person, item.at) == ("acme.example", "jana@acme.example", START)


def test_another_programs_id_is_always_the_same_uuid() -> None:
    first, again = (Interaction.model_validate(GIVEN) for _ in range(2))
    own = "df3e671a-8855-5ffc-8154-dec8a284cec9"
    assert first.id == again.id
    assert Interaction.model_validate(GIVEN | {"id": own}).id == UUID(own)


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": ""},
        {"person": "Jana"},
        {"person": "*"},
        {"account": ""},
        {"account": "acme"},
        {"account": "acme.example:x}"},
        {"text": ""},
        {"text": "half \ud800 of a pair"},
        {"text": "x" * 50_001},
        {"person_name": "\ud800"},
        {"quotations": ["\udc00"]},
        {"at": "2026-01-05T10:00:00"},
        {"at": float("nan")},
        {"kind": "call"},
        {"outcome": "no"},
        {"due": "soon"},
        {"id": ""},
        {"id": float("nan")},
    ],
)
def test_what_an_index_would_refuse_or_misread_is_no_record(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Interaction.model_validate(GIVEN | wrong)


async def test_remembering_twice_keeps_one(interactions: IndexedInteractions) -> None:
    items = [happened(n) for n in range(3)]
    assert await interactions.remember(items) == 3
    assert await interactions.remember(items) == 0
    assert await interactions.history() == items[::-1]


async def test_a_later_word_on_one_id_takes_the_place_of_the_first_everywhere(
    interactions: IndexedInteractions,
) -> None:
    await interactions.remember([happened(1, outcome="wait"), happened(2)])
    moved = happened(1, person="ada@other.example", account="other.example", at=START + timedelta(days=9))
    assert await interactions.remember([moved]) == 1
    assert await interactions.history(Where(account="acme.example")) == [happened(2)]
    assert await interactions.history(Where(person="jana@acme.example", outcomes=frozenset({"wait"}))) == []
    assert await interactions.history(Where(person="ada@other.example")) == [moved]
    assert (await interactions.history())[0] == moved


@pytest.fixture
def many() -> list[Interaction]:
    """450 at three accounts, an hour apart: more than are read in one go."""
    kinds = ("mail_sent", "mail_received", "note")
    return [
        happened(
            n,
            account=f"a{n % 3}.example",
            person=f"p{n % 6}@a{n % 3}.example",
            kind=kinds[n % 3],
            campaign="spring" if n < 200 else "autumn",
            outcome="refused" if n % 100 == 0 else None,
        )
        for n in range(450)
    ]


@pytest.mark.parametrize(
    "where",
    [
        Where(),
        Where(account="a1.example"),
        Where(person="P4+x@a1.example"),
        Where(account="a1.example", person="p4@a1.example"),
        Where(account="a2.example", person="p4@a1.example"),
        Where(kinds=frozenset({"note", "mail_sent"})),
        Where(outcomes=frozenset({"refused"})),
        Where(account="a0.example", outcomes=frozenset({"refused", "wait"})),
        Where(campaign="autumn", account="a0.example"),
        Where(since=START + timedelta(hours=100), until=START + timedelta(hours=120)),
        Where(account="nobody.example"),
    ],
)
async def test_a_history_is_all_that_is_meant_newest_first(
    interactions: IndexedInteractions, many: list[Interaction], where: Where
) -> None:
    await interactions.remember(many)
    meant = [item for item in reversed(many) if where.holds(item)]
    assert await interactions.history(where, limit=1000) == meant
    assert await interactions.history(where, limit=7) == meant[:7]
    if meant:
        assert await interactions.history(where, limit=1000, before=meant[0].at) == meant[1:]


async def test_a_refusal_is_found_however_much_was_said_since(interactions: IndexedInteractions) -> None:
    await interactions.remember([happened(0, outcome="refused"), *(happened(n) for n in range(1, 400))])
    found = await interactions.history(Where(person="jana@acme.example", outcomes=frozenset({"refused"})), limit=1)
    assert found == [happened(0, outcome="refused")]


async def test_two_that_remember_at_once_lose_nothing(interactions: IndexedInteractions) -> None:
    chunks = [[happened(n) for n in range(start, start + 40)] for start in range(0, 200, 20)]
    await asyncio.gather(*(interactions.remember(chunk) for chunk in chunks))
    assert len(await interactions.history(limit=1000)) == 220


async def test_whoever_is_forgotten_is_nowhere_and_the_others_stay(
    interactions: IndexedInteractions, redis_client: Redis, many: list[Interaction]
) -> None:
    await interactions.remember(many)
    theirs = [item for item in many if item.person == "p4@a1.example"]
    assert await interactions.forget(" P4+news@A1.example") == len(theirs) == 75
    assert await interactions.forget("p4@a1.example") == 0
    assert await interactions.history(limit=1000) == [i for i in reversed(many) if i not in theirs]
    assert [key async for key in redis_client.scan_iter(match=f"*{theirs[0].id}*")] == []


def files(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_byte_of_whom_was_forgotten_is_left_on_the_embedded_servers_disk(
    interactions: IndexedInteractions, short_folder: Path
) -> None:
    await interactions.remember(
        [happened(1, text="Her allotment is in Dalston."), happened(2, person="bo@b.example")]
    )
    await interactions.records.redis.config_set("rdbcompression", "no")  # or the bytes would be in disguise
    await interactions.records.redis.execute_command("WAITAOF", 1, 0, 5000)
    assert any(b"Dalston" in data for data in files(short_folder))
    await interactions.forget("jana@acme.example")
    assert not any(b"Dalston" in data or b"jana@acme" in data for data in files(short_folder))
    assert any(b"bo@b.example" in data for data in files(short_folder))


@pytest.mark.parametrize("person", ["", " ", "*", "@", "jana"])
async def test_forgetting_nobody_in_particular_is_refused(interactions: IndexedInteractions, person: str) -> None:
    await interactions.remember([happened(1)])
    with pytest.raises(Invalid, match="person"):
        await interactions.forget(person)
    assert len(await interactions.history()) == 1


@pytest.mark.parametrize("stored", ["{}", "nonsense", json.dumps(GIVEN | {"version": 2}), b"\xff"])
async def test_a_damaged_record_is_named_and_never_passed_over(
    interactions: IndexedInteractions, stored: str | bytes
) -> None:
    await interactions.remember([happened(1), happened(2, person="bo@b.example")])
    await interactions.records.redis.hset(f"{PREFIX}record:{happened(1).id}", "json", stored)  # type: ignore[arg-type]
    with pytest.raises(Malformed, match=str(happened(1).id)):
        await interactions.history(Where(person="jana@acme.example"))
    assert len(await interactions.history(Where(person="bo@b.example"))) == 1


async def test_a_server_that_refuses_to_write_is_unavailable_and_keeps_nothing(
    interactions: IndexedInteractions,
) -> None:
    await interactions.records.redis.config_set("maxmemory", "1")
    with pytest.raises(Unavailable, match="took nothing"):
        await interactions.remember([happened(1)])
    await interactions.records.redis.config_set("maxmemory", "0")
    assert await interactions.history() == []


async def test_a_server_that_is_not_there_is_unavailable_and_says_no_address(tmp_path: Path) -> None:
    client = Redis(unix_socket_path=str(tmp_path / "none.sock"), password="hunter2", retry=Retry(NoBackoff(), 0))
    with pytest.raises(Unavailable, match="did not answer") as error:
        await kept_on(client, tmp_path).history()
    assert "hunter2" not in str(error.value)
    await client.aclose()


async def test_all_pages_together_leave_nobody_out_where_many_have_one_moment(
    interactions: IndexedInteractions,
) -> None:
    await interactions.remember([happened(n, at=START) for n in range(450)])
    found = [item.id async for page in interactions.records.pages() for item in page]
    assert len(found) == len(set(found)) == 450
    assert len(await interactions.history(limit=1000)) == 450
