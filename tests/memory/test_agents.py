"""How agents are doing: the same kept in one process and on Redis for all of them."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from memory.agent_accounts import BOUNDS, HALF_LIFE, Account
from memory.agents import AgentStandings, LocalStandings
from memory.errors import Malformed, Unavailable
from memory.shared_standings import SharedStandings, telling

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Hours:
    """A monotonic clock that is set by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Form:
    """A form of the port, its clock, and how to let it settle."""

    standings: AgentStandings
    hours: Hours
    settle: Callable[[], Awaitable[None]]


@pytest.fixture(params=["local", "untold", "told"])
def form(request: pytest.FixtureRequest) -> Form:
    hours = Hours()

    async def nothing() -> None:
        pass

    if request.param == "local":
        return Form(LocalStandings(clock=lambda: NOON, monotonic=hours), hours, nothing)
    redis: Redis = request.getfixturevalue("redis_client")
    shared = SharedStandings(clock=lambda: NOON, monotonic=hours, redis=redis)

    async def tell() -> None:
        await shared.tell(["a", "b"])

    return Form(shared, hours, tell if request.param == "told" else nothing)


async def test_an_agent_that_was_never_called_is_healthy_and_has_no_measures(form: Form) -> None:
    await form.settle()
    seen = form.standings.of("a")
    assert (seen.health, seen.load, seen.calls, seen.success, seen.latency_mean) == ("healthy", 0, 0, None, None)


async def test_calls_under_way_are_the_load(form: Form) -> None:
    for _ in range(3):
        form.standings.begun("a")
    form.standings.ended("a", 1.0)
    form.standings.dropped("a")
    await form.settle()
    assert form.standings.of("a").load == 1
    assert form.standings.of("b").load == 0


async def test_calls_failures_and_times_add_up(form: Form) -> None:
    for seconds in (1.0, 3.0):
        form.standings.begun("a")
        form.standings.ended("a", seconds)
        await form.settle()
    form.standings.begun("a")
    form.standings.ended("a", 60.0, "It is away.")
    await form.settle()
    seen = form.standings.of("a")
    assert (seen.calls, seen.failures, seen.seconds) == (3, 1, 4.0)
    assert seen.success == pytest.approx(2 / 3, abs=0.001)
    assert seen.latency_mean == pytest.approx(2.0, abs=0.01)
    assert seen.latency_p95 == 5.0
    assert seen.last_error == "It is away."
    assert seen.last_error_at is not None


async def test_most_calls_failing_is_degraded_and_being_spared_unavailable(form: Form) -> None:
    for _ in range(3):
        form.standings.ended("a", 1.0, "Away.")
    await form.settle()
    assert form.standings.of("a").health == "degraded"
    form.standings.spared("a", 30)
    await form.settle()
    seen = form.standings.of("a")
    assert seen.health == "unavailable"
    assert seen.spared_until is not None
    assert timedelta(seconds=25) < seen.spared_until - NOON <= timedelta(seconds=30)
    form.standings.spared("a", 0)
    await form.settle()
    assert form.standings.of("a").health == "degraded"


async def test_an_agent_that_was_spared_is_not_any_more_when_the_time_is_over(form: Form) -> None:
    form.standings.spared("a", 30)
    await form.settle()
    form.hours.now += 31
    assert form.standings.of("a").health == "healthy"


async def test_measures_fade_and_counts_stay(form: Form) -> None:
    for _ in range(4):
        form.standings.ended("a", 1.0, "Away.")
    await form.settle()
    form.hours.now += 2 * HALF_LIFE
    seen = form.standings.of("a")
    assert seen.weight == pytest.approx(1.0, abs=0.01)
    assert (seen.health, seen.calls, seen.failures) == ("healthy", 4, 4)


async def test_processes_see_each_others_load_and_measures(redis_client: Redis) -> None:
    one, other = SharedStandings(redis=redis_client), SharedStandings(redis=redis_client)
    one.begun("a")
    other.begun("a")
    other.begun("a")
    other.ended("a", 2.0)
    one.ended("a", 4.0)
    one.begun("a")
    for _ in range(2):
        await one.tell([])
        await other.tell([])
    for seen in (one.of("a"), other.of("a")):
        assert (seen.calls, seen.load, seen.seconds) == (2, 2, 6.0)
        assert seen.latency_mean == pytest.approx(3.0, abs=0.01)


async def test_an_agent_spared_by_one_process_is_known_so_to_another(redis_client: Redis) -> None:
    one, other = SharedStandings(redis=redis_client), SharedStandings(redis=redis_client)
    one.spared("a", 30)
    await one.tell([])
    await other.tell(["a"])
    assert other.of("a").health == "unavailable"
    one.spared("a", 0)
    await one.tell([])
    await other.tell(["a"])
    assert other.of("a").health == "healthy"


async def test_the_load_of_a_process_that_is_silent_is_forgotten(redis_client: Redis) -> None:
    killed, other = SharedStandings(redis=redis_client), SharedStandings(redis=redis_client)
    killed.begun("a")
    await killed.tell([])
    await other.tell(["a"])
    assert other.of("a").load == 1
    assert 0 < await redis_client.pttl(f"{{zigral}}:agents:load:{killed.process}") <= 8_000
    await redis_client.zadd("{zigral}:agents:processes", {killed.process: 1})  # its lease is over
    await other.tell(["a"])
    assert other.of("a").load == 0


KILLED = """
import asyncio, os, signal, sys
from memory.connection import connect
from memory.shared_standings import SharedStandings


async def main(url):
    async with connect(url) as redis:
        standings, other = SharedStandings(redis=redis, lease=2.0), SharedStandings(redis=redis)
        standings.begun("a")
        await standings.tell([])
        await other.tell(["a"])
        print(other.of("a").load, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


asyncio.run(main(sys.argv[1]))
"""


async def test_the_load_of_a_killed_process_disappears(redis_url: str, redis_client: Redis) -> None:
    command = (sys.executable, "-c", KILLED, redis_url)
    killed = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await killed.communicate()
    assert (killed.returncode, said) == (-signal.SIGKILL, b"1\n")
    other = SharedStandings(redis=redis_client)
    await other.tell(["a"])
    while other.of("a").load:
        await asyncio.sleep(0.1)
        await other.tell(["a"])
    assert other.of("a").calls == 0


async def test_a_process_that_leaves_takes_its_load_with_it(redis_client: Redis) -> None:
    one, other = SharedStandings(redis=redis_client), SharedStandings(redis=redis_client)
    async with telling(one, lambda: ["a"]):
        one.begun("a")
        await one.tell([])
    await other.tell(["a"])
    assert other.of("a").load == 0


async def test_what_could_not_be_told_is_told_later_and_once(redis_client: Redis) -> None:
    standings = SharedStandings(redis=redis_client)
    standings.ended("a", 1.0)
    await redis_client.config_set("maxmemory", "1")
    with pytest.raises(Unavailable, match="out of memory"):
        await standings.tell(["a"])
    standings.ended("a", 1.0)
    assert standings.of("a").calls == 2
    await redis_client.config_set("maxmemory", "0")
    for _ in range(3):
        await standings.tell(["a"])
    assert standings.of("a").calls == 2


async def test_a_key_that_holds_something_else_stops_nobody(redis_client: Redis) -> None:
    await redis_client.set("{zigral}:agent:a", "text")
    standings = SharedStandings(redis=redis_client)
    standings.ended("a", 1.0)
    with pytest.raises(Malformed):
        await standings.tell(["a"])
    async with telling(standings, lambda: ["a"]):
        assert standings.of("a").calls == 1


@pytest.mark.parametrize(("field", "value"), [("spared", "soon"), ("error", "no time"), ("calls", "1.5")])
async def test_what_cannot_be_read_of_one_agent_hides_no_other(redis_client: Redis, field: str, value: str) -> None:
    standings = SharedStandings(redis=redis_client)
    standings.ended("b", 1.0)
    await standings.tell(["a"])
    await redis_client.hset("{zigral}:agent:a", field, value)
    await standings.tell(["a"])
    assert (standings.of("a").calls, standings.of("b").calls) == (0, 1)


async def test_what_was_told_twice_counts_once(redis_client: Redis) -> None:
    standings = SharedStandings(redis=redis_client)
    standings.ended("a", 1.0)
    await standings.tell([])
    again = SharedStandings(redis=redis_client, process=standings.process)  # its answer was lost
    again.ended("a", 1.0)
    await again.tell([])
    assert again.of("a").calls == 1


@given(st.lists(st.tuples(st.floats(0, 1000), st.booleans()), min_size=1, max_size=20), st.integers(0, 20))
def test_two_accounts_together_are_one_account_of_all_calls(calls: list[tuple[float, bool]], at: int) -> None:
    whole, first, second = Account(0), Account(0), Account(0)
    for number, (seconds, good) in enumerate(calls):
        error = None if good else f"error {number}"
        for account in (whole, first if number < at else second):
            account.count(seconds, error, NOON)
    both = first.plus(second, 0)
    assert (both.calls, both.failures) == (whole.calls, whole.failures)
    assert both.last_error == whole.last_error
    assert both.tally.buckets == whole.tally.buckets
    assert both.seconds == pytest.approx(whole.seconds)


@given(st.lists(st.floats(0, 300), min_size=1), st.floats(0.01, 1))
def test_so_large_a_share_ended_within_that_time(seconds: list[float], share: float) -> None:
    account = Account(0)
    for one in seconds:
        account.count(one, None, NOON)
    found = account.tally.within(share)
    assert found in BOUNDS
    assert sum(one <= found for one in seconds) >= share * len(seconds) - 1e-6
