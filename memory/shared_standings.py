"""How agents are doing in all processes together, on Redis.

A call of an agent waits for nothing here: what a process saw is told every few seconds, and what the others told
is read on the same way. So others' news are seconds old, and a killed process takes a few seconds of counts with
it; its calls under way are forgotten once it has been silent for `LEASE_SECONDS`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pydantic import JsonValue
from redis.asyncio import Redis

from memory import agent_scripts as scripts
from memory.agent_accounts import BOUNDS, HALF_LIFE, Account, Tally
from memory.agents import AgentStanding, Live, LocalStandings, standing_of
from memory.answering import answering
from memory.errors import Malformed, Unavailable
from memory.logs import get_logger
from memory.scripts import Scripts, texts

log = get_logger(__name__)

RECORD, KEYS = "record of how agents are doing", "{zigral}:agent"
TELL_SECONDS = 2.0
LEASE_SECONDS = 8.0


@dataclass(frozen=True)
class Shared:
    """What all processes told of an agent. `load`: of the others; `spared_until`: in our monotonic seconds."""

    account: Account
    load: int = 0
    spared_until: float = 0.0


@dataclass
class SharedStandings(LocalStandings):
    """How agents are doing in all processes; `live` is what this one has not told yet."""

    redis: Redis = field(kw_only=True)
    process: str = field(default_factory=lambda: uuid4().hex)
    lease: float = LEASE_SECONDS  # after so many seconds of silence, its calls under way are forgotten
    _shared: dict[str, Shared] = field(default_factory=dict)
    _telling: dict[str, Account] = field(default_factory=dict)  # on its way, or not known to have arrived
    _number: int = 0  # of what is on its way: told twice, it counts once
    _told_spared: set[str] = field(default_factory=set)
    _scripts: Scripts = field(init=False)

    def __post_init__(self) -> None:
        self._scripts = Scripts(self.redis, "")

    def of(self, agent_id: str) -> AgentStanding:
        """How it is doing: what all told, and what this process knows since."""
        now, live = self.monotonic(), self.now(agent_id)
        shared = self._shared.get(agent_id) or Shared(Account(now))
        account = shared.account
        for later in (self._telling.get(agent_id), live.account):
            account = account.plus(later, now) if later else account
        spared = max(shared.spared_until, live.spared_until) - now
        return standing_of(agent_id, account, load=live.load + shared.load, spared=spared, clock=self.clock)

    async def tell(self, agents: Iterable[str]) -> None:
        """Tell what is not told yet, and read how these agents are doing; `Unavailable` keeps it for later."""
        ids = sorted({*agents, *self.live})
        if not self._telling:
            self._number += 1
            self._telling = {name: self._taken(live) for name, live in self.live.items() if live.account.calls}
        news = {name: self._news(name) for name in ids}
        found = await self._call(
            scripts.TELL,
            self.process,
            self._number,
            int(self.lease * 1000),
            int(HALF_LIFE * 1000),
            json.dumps({name: one for name, one in news.items() if one}),
            json.dumps(ids),
        )
        self._telling = {}
        self._told_spared = {name for name, one in news.items() if _number(one.get("spared")) > 0}
        self._shared = dict(zip(ids, self._read(found), strict=True))

    async def leave(self) -> None:
        """This process calls no agents any more."""
        await self._call(scripts.LEAVE, self.process)

    async def _call(self, script: str, *arguments: str | int) -> Any:
        async with answering(RECORD, KEYS):
            return await self._scripts.script(script)(args=arguments)

    def _taken(self, live: Live) -> Account:
        account, live.account = live.account, Account(live.account.at)
        return account

    def _news(self, agent_id: str) -> dict[str, JsonValue]:
        """What there is to tell of an agent; empty where there is nothing."""
        now, live = self.monotonic(), self.now(agent_id)
        left = max(0.0, live.spared_until - now)
        account = self._telling.get(agent_id)
        if not (account or live.load or left or agent_id in self._told_spared):
            return {}
        news = _as_json(account, now) if account else {"calls": 0}
        is_news = left or agent_id in self._told_spared
        return {**news, "load": live.load, "spared": int(left * 1000) if is_news else -1}

    def _read(self, found: Sequence[Any]) -> Iterator[Shared]:
        now, then = self.monotonic(), float(found[0])
        for load, flat in found[1:]:
            row = texts(dict(zip(flat[::2], flat[1::2], strict=True)))
            try:
                yield _shared(row, int(load), now, then)
            except (ValueError, KeyError, OverflowError):  # not ours: what else is known goes on
                log.debug("What is kept of an agent cannot be read.", keys=KEYS)
                yield Shared(Account(now), int(load))


@asynccontextmanager
async def telling(standings: SharedStandings, agents: Callable[[], Iterable[str]]) -> AsyncIterator[None]:
    """Tell and read every few seconds, as long as this is open."""
    await _told(standings, agents())
    task = asyncio.create_task(_tell(standings, agents))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await _told(standings, agents())
        with suppress(Unavailable, Malformed):  # its lease ends
            await standings.leave()


async def _tell(standings: SharedStandings, agents: Callable[[], Iterable[str]]) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        await _told(standings, agents())


async def _told(standings: SharedStandings, agents: Iterable[str]) -> None:
    try:
        await standings.tell(agents)
    except (Unavailable, Malformed) as error:  # kept, and told the next time
        log.debug("How agents are doing could not be told.", why=str(error))


def _as_json(account: Account, now: float) -> dict[str, JsonValue]:
    account.fade(now)
    tally = account.tally
    told: dict[str, JsonValue] = {
        "calls": account.calls,
        "failures": account.failures,
        "seconds": account.seconds,
        "weight": tally.weight,
        "good": tally.good,
        "kept": tally.seconds,
        "buckets": list[JsonValue](tally.buckets),
    }
    if account.last_error is not None:
        told["error"] = account.last_error.encode("utf-8", "replace").decode()
    return told


def _shared(row: Mapping[str, str], load: int, now: float, then: float) -> Shared:
    """What was read of an agent at the server's time `then`, which is our `now`."""
    passed = max(0.0, then - float(row.get("at", then))) / 1000
    weight, good, kept = (float(row.get(name, 0)) for name in ("weight", "good", "kept"))
    tally = Tally(weight, good, kept, [float(row.get(f"b{at + 1}", 0)) for at in range(len(BOUNDS) + 1)])
    tally.fade(passed)
    account = Account(
        now, tally, int(row.get("calls", 0)), int(row.get("failures", 0)), float(row.get("seconds", 0))
    )
    if "error" in row:
        account.last_error = row["error"]
        account.last_error_at = datetime.fromtimestamp(float(row["error_at"]) / 1000, UTC)
    left = (float(row.get("spared", 0)) - then) / 1000
    return Shared(account, load, now + left if left > 0 else 0.0)


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
