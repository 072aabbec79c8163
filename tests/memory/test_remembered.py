"""What an owner told Zigral to remember: in the owner's words, once each, and for no other."""

import asyncio
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.errors import Malformed, TooLarge
from memory.remembered import JOB_ID, MOST, Notes, Remembered

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def of(redis: Redis, owner: str = "ada") -> Remembered:
    return Remembered(Contexts(redis, owner, clock=lambda: NOON))


async def test_notes_come_back_in_order_by_what_they_are_about(redis_client: Redis) -> None:
    notes = of(redis_client)
    assert await notes.notes() == ()
    await notes.add("  We sell gear oil.  ", "product")
    await notes.add("Plain words.", "tone")
    assert [(note.text, note.about, note.at) for note in await notes.notes()] == [
        ("We sell gear oil.", "product", NOON),
        ("Plain words.", "tone", NOON),
    ]
    assert [note.text for note in await notes.notes("tone")] == ["Plain words."]
    assert await of(redis_client, "bob").notes() == ()


async def test_what_is_told_twice_stands_once_and_what_many_tell_at_once_is_all_kept(redis_client: Redis) -> None:
    notes = of(redis_client)
    await asyncio.gather(*(notes.add(f"Note {n % 5}.") for n in range(10)))
    assert sorted(note.text for note in await notes.notes()) == [f"Note {n}." for n in range(5)]


async def test_a_note_is_forgotten_by_its_words(redis_client: Redis) -> None:
    notes = of(redis_client)
    await notes.add("The price is 49 euros.")
    await notes.add("The price of support is none.")
    assert await notes.forget("pricing") == await notes.forget(" ") == ()
    assert [note.text for note in await notes.forget("PRICE 49")] == ["The price is 49 euros."]
    assert [note.text for note in await notes.notes()] == ["The price of support is none."]


async def test_there_is_a_bound_and_nothing_is_dropped_silently(redis_client: Redis) -> None:
    kept = [{"text": f"Note {n}.", "at": NOON.isoformat()} for n in range(MOST)]
    data = Notes.model_validate({"notes": kept}).model_dump(mode="json")
    await Contexts(redis_client, "ada").create("remembered", data, job_id=JOB_ID)
    with pytest.raises(TooLarge, match="Forget some"):
        await of(redis_client).add("One more.")
    await of(redis_client).add("note 3.")


async def test_a_context_that_somebody_made_something_else_of_is_named(redis_client: Redis) -> None:
    await Contexts(redis_client, "ada").create("remembered", {"notes": "x"}, job_id=JOB_ID)
    with pytest.raises(Malformed, match="remembered"):
        await of(redis_client).notes()
