"""What a planner is told of product, profile and tone."""

from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.remembered import Remembered
from nodes.plans.known import KnownOf
from server.assembly import DEMO
from tools.profile_files import load_icp, load_offer


async def test_it_is_what_the_files_say_and_what_the_owner_had_noted(redis_client: Redis) -> None:
    def contexts(owner: str) -> Contexts:
        return Contexts(redis_client, owner)

    await Remembered(contexts("ada")).add("We never promise discounts.", "rule")
    icp, offer = load_icp(DEMO / "icp.toml"), load_offer(DEMO / "offer.toml")
    known = KnownOf(icp, offer, contexts)
    told = await known.of("ada")
    assert told[0] == f"We are {offer.sender.company}."
    assert f"We look for: {icp.name}." in told
    assert told[-1] == "rule: We never promise discounts."
    assert await known.of("bob") == told[:-1]


async def test_notes_that_cannot_be_read_are_left_out(redis_client: Redis) -> None:
    contexts = Contexts(redis_client, "ada")
    await contexts.create("remembered", {"notes": 7}, job_id="remembered")
    icp, offer = load_icp(DEMO / "icp.toml"), load_offer(DEMO / "offer.toml")
    assert await KnownOf(icp, offer, lambda owner: contexts).of("ada")
