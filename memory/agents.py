"""How agents are doing: calls under way, how long they take, how often they fail, and the last error.

Told without waiting by whoever calls agents, and read without waiting by whoever chooses one. Old measures fade:
after `HALF_LIFE` seconds they weigh half, so that an agent that failed an hour ago is tried again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from pydantic import AwareDatetime

from memory.records import Record
from memory.words import Clock, utc_now

HALF_LIFE = 600.0  # seconds
BOUNDS = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)  # seconds of a call, each "or less"
DEGRADED_BELOW = 0.5  # of the latest calls succeeded
ENOUGH = 2.0  # calls, faded, from which on that is said

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
class Tally:
    """Calls that fade: how many, how many succeeded, their seconds, and how many took how long."""

    weight: float = 0.0
    good: float = 0.0
    seconds: float = 0.0
    buckets: list[float] = field(default_factory=lambda: [0.0] * (len(BOUNDS) + 1))

    def fade(self, seconds: float) -> None:
        """So much time has passed."""
        left = 0.5 ** (max(0.0, seconds) / HALF_LIFE)
        self.weight, self.good, self.seconds = self.weight * left, self.good * left, self.seconds * left
        self.buckets = [one * left for one in self.buckets]

    def add(self, seconds: float, *, good: bool) -> None:
        """One call more."""
        self.weight += 1
        if good:
            self.good += 1
            self.seconds += seconds
            self.buckets[bucket_of(seconds)] += 1

    @property
    def success(self) -> float | None:
        return min(1.0, self.good / self.weight) if self.weight else None

    @property
    def mean(self) -> float | None:
        return self.seconds / self.good if self.good else None

    def within(self, share: float) -> float | None:
        """Seconds within which so large a share of the calls ended, to the next bound."""
        wanted, found = share * sum(self.buckets), 0.0
        if not wanted:
            return None
        for bound, count in zip((*BOUNDS, 2 * BOUNDS[-1]), self.buckets, strict=True):
            found += count
            if found >= wanted:
                return float(bound)
        return float(2 * BOUNDS[-1])


def bucket_of(seconds: float) -> int:
    """Which of the buckets a call of so many seconds falls into."""
    return next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))


def health_of(tally: Tally, *, spared: bool) -> Health:
    """The health in a word."""
    if spared:
        return "unavailable"
    share = tally.success
    return "degraded" if share is not None and tally.weight >= ENOUGH and share < DEGRADED_BELOW else "healthy"


@dataclass
class _Kept:
    at: float
    tally: Tally = field(default_factory=Tally)
    load: int = 0
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
    last_error: str | None = None
    last_error_at: AwareDatetime | None = None
    spared_until: float = 0.0


@dataclass
class LocalStandings:
    """How agents are doing in this process, kept in it: for notebooks, and wherever there is no Redis."""

    clock: Clock = utc_now
    monotonic: Monotonic = time.monotonic
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def begun(self, agent_id: str) -> None:
        """A call is under way."""
        self._faded(agent_id).load += 1

    def ended(self, agent_id: str, seconds: float, error: str | None = None) -> None:
        """It is over."""
        kept = self._faded(agent_id)
        kept.load = max(0, kept.load - 1)
        kept.calls += 1
        kept.tally.add(seconds, good=error is None)
        if error is None:
            kept.seconds += seconds
        else:
            kept.failures += 1
            kept.last_error, kept.last_error_at = error, self.clock()

    def dropped(self, agent_id: str) -> None:
        """It is over, and says nothing of the agent."""
        kept = self._faded(agent_id)
        kept.load = max(0, kept.load - 1)

    def spared(self, agent_id: str, seconds: float) -> None:
        """It is not called for so long."""
        self._faded(agent_id).spared_until = self.monotonic() + seconds

    def of(self, agent_id: str) -> AgentStanding:
        """How it is doing."""
        kept = self._faded(agent_id)
        left = kept.spared_until - self.monotonic()
        return AgentStanding(
            agent_id=agent_id,
            health=health_of(kept.tally, spared=left > 0),
            load=kept.load,
            calls=kept.calls,
            failures=kept.failures,
            seconds=kept.seconds,
            weight=kept.tally.weight,
            success=kept.tally.success,
            latency_mean=kept.tally.mean,
            latency_p95=kept.tally.within(0.95),
            last_error=kept.last_error,
            last_error_at=kept.last_error_at,
            spared_until=self.clock() + timedelta(seconds=left) if left > 0 else None,
        )

    def _faded(self, agent_id: str) -> _Kept:
        now = self.monotonic()
        kept = self._kept.setdefault(agent_id, _Kept(now))
        kept.tally.fade(now - kept.at)
        kept.at = now
        return kept
