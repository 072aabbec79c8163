"""The suppression list knows an address again, and does not say which addresses it knows."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis

from memory.errors import Invalid, Malformed, Suppressed
from memory.run_places import RunPlaces
from memory.suppressions import SALT, Suppressions

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_an_address_is_known_again_in_any_spelling(redis_client: Redis) -> None:
    suppressions = Suppressions(redis_client)
    assert await suppressions.reason("anna@acme.example") is None
    await suppressions.add("Anna+news@ACME.example", "erased", NOON)
    assert await suppressions.reason("anna@acme.example") == "erased"
    asked = ["bo@acme.example", "ANNA@acme.example", "anna@acme.example.test"]
    assert await suppressions.among(asked) == {"ANNA@acme.example"}
    with pytest.raises(Suppressed, match="erased"):
        await suppressions.refuse("anna+x@acme.example")
    await suppressions.refuse("bo@acme.example")


async def test_a_thousand_are_asked_for_at_once(redis_client: Redis) -> None:
    suppressions = Suppressions(redis_client)
    people = [f"p{n}@acme.example" for n in range(1_234)]
    for address in people[::100]:
        await suppressions.add(address, "erased", NOON)
    assert await suppressions.among(people) == set(people[::100])
    assert await suppressions.among([]) == frozenset()


async def test_two_stores_hash_one_address_differently(redis_client: Redis) -> None:
    suppressions = Suppressions(redis_client)
    await suppressions.add("anna@acme.example", "erased", NOON)
    (first,) = await redis_client.hkeys("zigral:suppressions")
    await redis_client.flushall()
    await suppressions.add("anna@acme.example", "erased", NOON)
    (second,) = await redis_client.hkeys("zigral:suppressions")
    assert first != second


async def test_many_who_begin_a_store_at_once_agree_on_its_salt(redis_client: Redis) -> None:
    await asyncio.gather(*(Suppressions(redis_client).add("a@x.example", "erased", NOON) for _ in range(20)))
    assert await redis_client.hlen("zigral:suppressions") == 1


async def test_a_salt_that_was_replaced_stops_everybody_and_lets_nobody_through(redis_client: Redis) -> None:
    await redis_client.set(SALT, "short")
    with pytest.raises(Malformed, match="salt"):
        await Suppressions(redis_client).among(["anna@acme.example"])


async def test_a_folder_is_known_once_wherever_it_is_named_from(
    redis_client: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = RunPlaces(redis_client)
    await places.add(tmp_path / "a", NOON)
    monkeypatch.chdir(tmp_path)
    await places.add(Path("a"), NOON)
    await places.add(Path("ü"), NOON)
    assert set(await places.all()) == {tmp_path / "a", tmp_path / "ü"}


async def test_a_domain_suppresses_everybody_at_it_and_under_it(redis_client: Redis) -> None:
    suppressions = Suppressions(redis_client)
    assert await suppressions.add_domain(" @LeverX.com", "do not contact", NOON) == "leverx.com"
    inside = {"anna@leverx.com", "Bo+x@mail.LEVERX.com"}
    outside = ["anna@notleverx.com", "leverx.com@acme.example", "anna@leverx.com.example"]
    assert await suppressions.among([*inside, *outside]) == inside
    assert await suppressions.reason("anna@eu.leverx.com") == "do not contact"
    assert await suppressions.reason(outside[0]) is None
    with pytest.raises(Suppressed, match="do not contact"):
        await suppressions.refuse("anna@leverx.com")


@pytest.mark.parametrize("domain", ["com", "", "a b.example", "anna@acme.example", "*.example"])
async def test_what_is_no_domain_suppresses_nobody(redis_client: Redis, domain: str) -> None:
    with pytest.raises(Invalid, match="no domain"):
        await Suppressions(redis_client).add_domain(domain, "do not contact", NOON)
    assert await redis_client.hlen("zigral:suppressions") == 0
