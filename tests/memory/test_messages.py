"""Messages between agents: none is lost, one that nobody can end is put aside, and a person may try it again."""

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from memory.errors import Invalid, NotFound, TooLarge
from memory.messages import LARGEST, Mailbox


@pytest.fixture
def mailbox(redis_client: Redis) -> Mailbox:
    return Mailbox(redis_client, "research", "ada", tries=3)


@pytest.fixture
def hasty(mailbox: Mailbox) -> Mailbox:
    """The same mailbox, where every reader is taken for dead at once."""
    return replace(mailbox, seconds=0)


async def test_messages_come_in_the_order_in_which_they_were_sent_and_once_to_readers_that_live(
    mailbox: Mailbox,
) -> None:
    for number in range(5):
        await mailbox.send({"n": number}, sender="sales")
    first = await mailbox.receive("a", limit=2)
    second = await mailbox.receive("b", limit=10)
    assert [(one.sender, one.body["n"], one.tries) for one in first + second] == [("sales", n, 1) for n in range(5)]
    assert await mailbox.receive("a") == []


async def test_a_message_is_gone_once_it_is_done_with(mailbox: Mailbox, hasty: Mailbox) -> None:
    await mailbox.send({"n": 1}, sender="sales")
    [message] = await mailbox.receive("a")
    assert await mailbox.done(message.id)
    assert not await mailbox.done(message.id)
    assert await hasty.receive("b") == []
    assert await mailbox.waiting() == 0


async def test_what_a_dead_reader_held_comes_to_another(mailbox: Mailbox, hasty: Mailbox) -> None:
    await mailbox.send({"n": 1}, sender="sales")
    [lost] = await mailbox.receive("a")
    [again] = await hasty.receive("b")
    assert again == replace(lost, tries=2)


async def test_a_message_that_failed_comes_again_and_at_last_goes_to_the_dead_letters(mailbox: Mailbox) -> None:
    await mailbox.send({"n": 1}, sender="sales")
    for tries in (1, 2, 3):
        [message] = await mailbox.receive("a")
        assert message.tries == tries
        assert await mailbox.failed(message.id, f"fault {tries}") is (tries < 3)
    assert await mailbox.receive("a") == []
    [dead] = await mailbox.dead()
    assert (dead.message, dead.why) == (message, "fault 3")


async def test_a_message_whose_readers_all_die_goes_to_the_dead_letters(hasty: Mailbox) -> None:
    await hasty.send({"n": 1}, sender="sales")
    for _ in range(3):
        assert await hasty.receive("a")
    assert await hasty.receive("a") == []
    assert [one.why for one in await hasty.dead()] == ["It was taken and never ended."]


async def test_a_dead_letter_is_tried_again_or_thrown_away_when_a_person_says_so(mailbox: Mailbox) -> None:
    once = replace(mailbox, tries=1)
    for number in range(3):
        await once.send({"n": number}, sender="sales")
    for message in await once.receive("a"):
        await once.failed(message.id, "no")
    first, second, third = await once.dead()
    assert [one.id for one in await once.dead(after=first.id, limit=1)] == [second.id]
    await once.replay(first.id)
    await once.discard(second.id)
    assert [(one.body, one.tries) for one in await once.receive("a")] == [({"n": 0}, 1)]
    assert await once.dead() == [third]
    with pytest.raises(NotFound):
        await once.replay(first.id)


async def test_a_sender_that_repeats_itself_sends_once(mailbox: Mailbox) -> None:
    ids = [await mailbox.send({"n": 1}, sender="sales", token="run-1:step_2") for _ in range(3)]
    assert len(set(ids)) == 1
    assert await mailbox.waiting() == 1


async def test_with_many_readers_at_once_every_message_is_handed_out_once(mailbox: Mailbox) -> None:
    for number in range(60):
        await mailbox.send({"n": number}, sender="sales")
    taken = await asyncio.gather(*(mailbox.receive(f"r{n}", limit=7) for n in range(12)))
    assert sorted(one.body["n"] for part in taken for one in part) == list(range(60))


async def test_no_byte_of_what_was_removed_stays_and_all_else_is_as_before(
    redis_client: Redis, mailbox: Mailbox, hasty: Mailbox
) -> None:
    for name in ("failing", "planted", "held", "done", "waiting", "dead"):
        await mailbox.send({"name": name}, sender="sales", token=name)
    failing, planted, _, done = await mailbox.receive("a", limit=4)
    for message in (planted, done):
        await mailbox.done(message.id)
    await mailbox.failed(failing.id, "once")
    assert b"planted" in await redis_client.dump("{zigral:messages}:ada:research")
    await mailbox.compact()
    assert b"planted" not in await redis_client.dump("{zigral:messages}:ada:research")
    later = await mailbox.send({"name": "later"}, sender="sales")
    assert await mailbox.send({"name": "again"}, sender="sales", token="dead") < later
    told = [(one.body["name"], one.tries) for one in await mailbox.receive("b")]
    assert told == [("failing", 2), ("waiting", 1), ("dead", 1), ("later", 1)]
    assert [one.body["name"] for one in await hasty.receive("c")][:2] == ["failing", "held"]
    assert (await redis_client.keys("*:anew")) == []


async def test_no_owner_sees_the_mail_of_another(mailbox: Mailbox) -> None:
    await mailbox.send({"n": 1}, sender="sales")
    assert await replace(mailbox, owner="bob").receive("a") == []
    assert await replace(mailbox, owner="ada:research", agent="dead").receive("a") == []


async def test_what_is_no_message_or_too_large_is_refused(mailbox: Mailbox) -> None:
    with pytest.raises(TooLarge):
        await mailbox.send({"x": "y" * LARGEST}, sender="sales")
    for wrong in ("", "*", "1", "-", "1-1 2"):
        with pytest.raises(Invalid):
            await mailbox.done(wrong)
    assert not await mailbox.failed("1-1", "it was never here")
