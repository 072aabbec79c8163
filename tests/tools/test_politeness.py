import asyncio
from typing import Any

from tools.politeness import LONGEST_PAUSE, MANY, Turns


async def test_hosts_that_are_long_gone_are_forgotten(bed: Any) -> None:
    turns = Turns(bed.time, bed.time.sleep)
    for number in range(3 * MANY):
        async with turns.turn(f"{number}.example"):
            bed.time.now += LONGEST_PAUSE / MANY
    assert turns.hosts <= MANY + 1


async def test_a_host_that_people_wait_for_is_not_forgotten(bed: Any) -> None:
    turns = Turns(bed.time, bed.time.sleep)
    inside: list[str] = []

    async def go(name: str) -> None:
        async with turns.turn("acme.example"):
            inside.append(name)
            assert len(inside) == 1
            for number in range(2 * MANY):
                async with turns.turn(f"{name}{number}.example"):
                    bed.time.now += 1
            inside.clear()

    await asyncio.gather(go("a"), go("b"))


async def test_a_request_that_fails_or_is_given_up_ends_its_turn(bed: Any) -> None:
    turns = Turns(bed.time, bed.time.sleep)

    async def stay() -> None:
        async with turns.turn("acme.example"):
            await asyncio.sleep(30)

    task = asyncio.create_task(stay())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(2), turns.turn("acme.example"):
        assert bed.time.now == 1
