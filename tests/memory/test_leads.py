"""The lead store: each address once unless asked otherwise, in the order in which they came."""

import asyncio
import json
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from memory.errors import Invalid, Malformed, NotFound, Unavailable
from memory.leads import Leads
from memory.records import Lead, lead_id_of

ANNA = Lead(email="anna@acme.example", first_name="Anna", company="Acme", employees=80, extra={"stage": "new"})


@pytest.fixture
def leads(redis_client: Redis) -> Leads:
    return Leads(redis_client)


def people(first: int, count: int) -> list[Lead]:
    return [Lead(email=f"p{n}@acme.example", company=f"Acme {n}") for n in range(first, first + count)]


async def emails(leads: Leads, *, limit: int = 100) -> list[str]:
    found, cursor = [], None
    while True:
        page = await leads.page(cursor, limit=limit)
        found += [lead.email for lead in page.items]
        if (cursor := page.next_cursor) is None:
            return found


async def test_a_lead_is_found_by_its_id_and_by_its_address_in_any_spelling(leads: Leads) -> None:
    assert await leads.add([ANNA]) == ["added"]
    assert await leads.get(ANNA.lead_id) == ANNA
    assert await leads.find("Anna+news@ACME.example") == (ANNA,)
    assert await leads.find("bo@acme.example") == ()


@pytest.mark.parametrize("lead_id", ["0" * 16, "", "../x", "*", "index", "count", "a" * 10_000, "x\n" * 8])
async def test_an_id_that_is_not_there_is_not_found_whatever_it_looks_like(leads: Leads, lead_id: str) -> None:
    await leads.add([ANNA])
    with pytest.raises(NotFound):
        await leads.get(lead_id)


async def test_skip_leaves_a_known_lead_alone(leads: Leads) -> None:
    await leads.add([ANNA])
    assert await leads.add([ANNA.model_copy(update={"company": "Other"})]) == ["skipped"]
    assert await leads.get(ANNA.lead_id) == ANNA
    assert await leads.count() == 1


async def test_update_writes_what_is_filled_and_never_an_empty_cell(leads: Leads) -> None:
    await leads.add([ANNA])
    fresh = Lead(
        email="ANNA+x@acme.example", last_name="Conti", company="Acme AG", extra={"stage": "", "owner": "Bo"}
    )
    assert await leads.add([fresh], "update") == ["updated"]
    stored = await leads.get(ANNA.lead_id)
    assert (stored.first_name, stored.last_name, stored.company, stored.employees) == (
        "Anna",
        "Conti",
        "Acme AG",
        80,
    )
    assert stored.extra == {"stage": "new", "owner": "Bo"}
    assert stored.email == ANNA.email
    assert await leads.add([fresh], "update") == ["skipped"]


async def test_an_update_may_name_one_lead_many_times_and_the_last_word_wins(leads: Leads) -> None:
    await leads.add([ANNA])
    versions = [ANNA.model_copy(update={"company": f"Acme {n}"}) for n in range(300)]
    assert await leads.add(versions, "update") == ["updated"] * 300
    assert (await leads.get(ANNA.lead_id)).company == "Acme 299"


async def test_create_keeps_another_lead_under_an_id_that_can_be_told_in_advance(
    leads: Leads, redis_client: Redis
) -> None:
    twice = [ANNA, ANNA.model_copy(update={"company": "Other"})]
    assert await leads.add(twice, "create") == ["added", "copied"]
    assert await leads.add([ANNA], "create") == ["copied"]
    found = await leads.find(ANNA.email)
    assert [lead.company for lead in found] == ["Acme", "Other", "Acme"]
    assert [await leads.get(lead.lead_id) for lead in found] == list(found)
    await redis_client.flushall()
    await leads.add([*twice, ANNA], "create")
    assert await leads.find(ANNA.email) == found


async def test_two_imports_at_once_add_each_lead_once(leads: Leads) -> None:
    outcomes = await asyncio.gather(*(leads.add(people(0, 1200)) for _ in range(3)))
    assert sum(outcome.count("added") for outcome in outcomes) == 1200
    assert len(set(await emails(leads))) == await leads.count() == 1200


async def test_two_updates_at_once_lose_nothing(leads: Leads) -> None:
    await leads.add([ANNA])
    changes = [Lead(email=ANNA.email, extra={f"from_{n}": "here"}) for n in range(8)]
    await asyncio.gather(*(leads.add([change], "update") for change in changes))
    assert (await leads.get(ANNA.lead_id)).extra == {"stage": "new"} | {f"from_{n}": "here" for n in range(8)}


async def test_two_copies_made_at_once_are_both_kept(leads: Leads) -> None:
    await leads.add([ANNA])
    await asyncio.gather(*(leads.add([ANNA], "create") for _ in range(8)))
    assert len(await leads.find(ANNA.email)) == await leads.count() == 9


async def test_a_list_moves_nothing_while_others_insert(leads: Leads) -> None:
    await leads.add(people(0, 10))
    first = await leads.page(limit=4)
    await leads.add(people(10, 5))
    second = await leads.page(first.next_cursor, limit=4)
    listed = [lead.email for lead in (*first.items, *second.items)]
    assert listed == [lead.email for lead in people(0, 8)]
    assert await emails(leads, limit=7) == [lead.email for lead in people(0, 15)]


async def test_an_empty_store_is_one_empty_page(leads: Leads) -> None:
    page = await leads.page()
    assert (page.items, page.next_cursor, await leads.count()) == ((), None, 0)


@pytest.mark.parametrize("cursor", ["", "x", "-1", "(1", "+inf", "9" * 100])
async def test_a_cursor_that_the_list_never_gave_is_refused(leads: Leads, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await leads.page(cursor)


@pytest.mark.parametrize("stored", ["{}", "nonsense", "[]", '{"version": 1}', b"\xff"])
async def test_what_cannot_be_read_is_named_and_harms_no_other_lead(
    leads: Leads, redis_client: Redis, stored: str | bytes
) -> None:
    await leads.add([ANNA, *people(0, 1)])
    await redis_client.set(f"zigral:lead:{ANNA.lead_id}", stored)
    with pytest.raises(Malformed, match=ANNA.lead_id):
        await leads.get(ANNA.lead_id)
    assert (await leads.get(lead_id_of("p0@acme.example"))).company == "Acme 0"


async def test_a_lead_of_another_version_is_not_misread(leads: Leads, redis_client: Redis) -> None:
    await leads.add([ANNA])
    key = f"zigral:lead:{ANNA.lead_id}"
    document = json.loads(await redis_client.get(key))
    assert document["version"] == 1
    await redis_client.set(key, json.dumps(document | {"version": 2}))
    with pytest.raises(Malformed, match="another version"):
        await leads.get(ANNA.lead_id)


async def test_a_key_of_another_type_is_malformed(leads: Leads, redis_client: Redis) -> None:
    await redis_client.hset(f"zigral:lead:{ANNA.lead_id}", "a", "b")
    with pytest.raises(Malformed):
        await leads.get(ANNA.lead_id)
    with pytest.raises(Malformed):
        await leads.add([ANNA], "update")


async def test_text_of_any_kind_comes_back_as_it_was(leads: Leads) -> None:
    lead = Lead(
        email="x@acme.example", note="\ud800 \0 山下 'quoted' \\ \u2028", extra={"": "", "ключ": "значение"}
    )
    await leads.add([lead])
    assert await leads.get(lead.lead_id) == lead


async def test_a_server_that_is_not_there_is_unavailable_and_says_no_address(tmp_path: Path) -> None:
    client = Redis(unix_socket_path=str(tmp_path / "none.sock"), password="hunter2", retry=Retry(NoBackoff(), 0))
    with pytest.raises(Unavailable, match="did not answer") as error:
        await Leads(client).add([ANNA])
    assert "hunter2" not in str(error.value)
    assert "none.sock" not in str(error.value)
    await client.aclose()


async def test_a_server_that_refuses_to_write_is_unavailable(leads: Leads, redis_client: Redis) -> None:
    await redis_client.config_set("maxmemory", "1")
    with pytest.raises(Unavailable, match="out of memory"):
        await leads.add([ANNA])
    await redis_client.config_set("maxmemory", "0")
