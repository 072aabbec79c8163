"""How agents are doing: calls under way, how long they take, how often they fail, and the last error.

Told without waiting by whoever calls agents, and read without waiting by whoever chooses one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from pydantic import AwareDatetime

from memory.agent_accounts import Account, Tally
from memory.records import Record
from memory.words import Clock, utc_now

DEGRADED_BELOW = 0.5  # of the latest calls succeeded
ENOUGH = 2.0  # calls, faded, from which on that is said: three, where the last was a moment ago

Health = Literal["healthy", "degraded", "unavailable"]
Monotonic = Callable[[], float]


class AgentStanding(Record):
    """How an agent is doing, in all processes. Counts are since the first call; the rest fades.

    `unavailable`: it failed so often in a row that it is spared until `spared_until`. `degraded`: most of its
    latest calls failed. `weight`: how many calls `success` and the latencies rest on.
    """

    agent_id: str
    health: Health = "healthy"
    load: int = 0  # calls under way
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0  # of all calls that succeeded, together
    weight: float = 0.0
    success: float | None = None  # 0 to 1
    latency_mean: float | None = None  # seconds of a call that succeeded
    latency_p95: float | None = None  # seconds in which nearly all did
    last_error: str | None = None
    last_error_at: AwareDatetime | None = None
    spared_until: AwareDatetime | None = None


class AgentStandings(Protocol):
    """Keeps how agents are doing. Nothing here waits, and nothing fails."""

    def begun(self, agent_id: str) -> None:
        """A call is under way."""
        ...

    def ended(self, agent_id: str, seconds: float, error: str | None = None) -> None:
        """It is over; with what error, where the agent is to blame."""
        ...

    def dropped(self, agent_id: str) -> None:
        """It is over, and says nothing of the agent: it was cancelled, or what it was asked was wrong."""
        ...

    def spared(self, agent_id: str, seconds: float) -> None:
        """It failed so often that it is not called for so long; 0: it is called again."""
        ...

    def of(self, agent_id: str) -> AgentStanding:
        """How it is doing, as far as is known here and now."""
        ...


@dataclass
class Live:
    """What this process does with one agent."""

    account: Account
    load: int = 0
    spared_until: float = 0.0  # in monotonic seconds


@dataclass
class LocalStandings:
    """How agents are doing in this process, kept in it: for notebooks, and wherever there is no Redis."""

    clock: Clock = utc_now
    monotonic: Monotonic = time.monotonic
    live: dict[str, Live] = field(default_factory=dict)

    def begun(self, agent_id: str) -> None:
        """A call is under way."""
        self.now(agent_id).load += 1

    def ended(self, agent_id: str, seconds: float, error: str | None = None) -> None:
        """It is over."""
        live = self.now(agent_id)
        live.load = max(0, live.load - 1)
        live.account.count(seconds, error, self.clock())

    def dropped(self, agent_id: str) -> None:
        """It is over, and says nothing of the agent."""
        live = self.now(agent_id)
        live.load = max(0, live.load - 1)

    def spared(self, agent_id: str, seconds: float) -> None:
        """It is not called for so long."""
        self.now(agent_id).spared_until = self.monotonic() + seconds if seconds > 0 else 0.0

    def of(self, agent_id: str) -> AgentStanding:
        """How it is doing."""
        live = self.now(agent_id)
        left = live.spared_until - self.monotonic()
        return standing_of(agent_id, live.account, load=live.load, spared=left, clock=self.clock)

    def now(self, agent_id: str) -> Live:
        """What is known of it, brought to this moment."""
        now = self.monotonic()
        live = self.live.get(agent_id)
        if live is None:
            live = self.live[agent_id] = Live(Account(now))
        live.account.fade(now)
        return live


def standing_of(agent_id: str, account: Account, *, load: int, spared: float, clock: Clock) -> AgentStanding:
    """The standing that an account of this moment comes to; `spared` is in seconds from now."""
    tally = account.tally
    return AgentStanding(
        agent_id=agent_id,
        health="unavailable" if spared > 0 else _health(tally),
        load=load,
        calls=account.calls,
        failures=account.failures,
        seconds=account.seconds,
        weight=tally.weight,
        success=tally.success,
        latency_mean=tally.mean,
        latency_p95=tally.within(0.95),
        last_error=account.last_error,
        last_error_at=account.last_error_at,
        spared_until=clock() + timedelta(seconds=spared) if spared > 0 else None,
    )


def _health(tally: Tally) -> Health:
    share = tally.success
    return "degraded" if share is not None and tally.weight >= ENOUGH and share < DEGRADED_BELOW else "healthy"
