"""What is counted of one agent: totals, and measures that fade.

After `HALF_LIFE` seconds a call weighs half, so that an agent that failed an hour ago is tried again.
"""

from dataclasses import dataclass, field

from pydantic import AwareDatetime

HALF_LIFE = 600.0  # seconds
BOUNDS = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)  # seconds of a call, each "or less"
BEYOND = 600.0  # what is said of a call that took longer than all of them


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

    def add(self, other: "Tally") -> None:
        """Add another's calls, of the same moment."""
        self.weight += other.weight
        self.good += other.good
        self.seconds += other.seconds
        self.buckets = [one + more for one, more in zip(self.buckets, other.buckets, strict=True)]

    def count(self, seconds: float, *, good: bool) -> None:
        """One call more."""
        self.weight += 1
        if good:
            self.good += 1
            self.seconds += seconds
            self.buckets[next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1

    @property
    def success(self) -> float | None:
        """The share that succeeded."""
        return min(1.0, self.good / self.weight) if self.weight else None

    @property
    def mean(self) -> float | None:
        """Seconds of a call that succeeded."""
        return self.seconds / self.good if self.good else None

    def within(self, share: float) -> float | None:
        """Seconds within which so large a share of those calls ended, to the next bound."""
        wanted, found = share * sum(self.buckets), 0.0
        for bound, count in zip((*BOUNDS, BEYOND), self.buckets, strict=True):
            found += count
            if wanted and found >= wanted:
                return float(bound)
        return BEYOND if wanted else None


@dataclass
class Account:
    """What is known of one agent. `at`: the moment of its tally, in monotonic seconds."""

    at: float
    tally: Tally = field(default_factory=Tally)
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
    last_error: str | None = None
    last_error_at: AwareDatetime | None = None

    def fade(self, now: float) -> None:
        """Bring the tally to this moment."""
        self.tally.fade(now - self.at)
        self.at = now

    def count(self, seconds: float, error: str | None, at: AwareDatetime) -> None:
        """One call more, now."""
        self.tally.count(seconds, good=error is None)
        self.calls += 1
        if error is None:
            self.seconds += seconds
        else:
            self.failures += 1
            self.last_error, self.last_error_at = error, at

    def plus(self, later: "Account", now: float) -> "Account":
        """Both together, at this moment; the other's error is the later one. Neither is changed but by time."""
        self.fade(now)
        later.fade(now)
        both = Account(now)
        for one in (self, later):
            both.tally.add(one.tally)
            both.calls += one.calls
            both.failures += one.failures
            both.seconds += one.seconds
            if one.last_error is not None:
                both.last_error, both.last_error_at = one.last_error, one.last_error_at
        return both
