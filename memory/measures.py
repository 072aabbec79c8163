"""Counts of all processes together, on Redis: each adds what it saw, and anybody reads the sum.

One hash, {zigral}:measures: a field is a measure's name and its labels, as JSON; its value a number. A process
keeps what it counts until the next flush, so that nothing waits for it; a kill loses those seconds of counts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from redis.asyncio import Redis

from memory.answering import answering

KEY = "{zigral}:measures"
MOST_FIELDS = 5_000  # of one process: labels are bounded, and this bounds a mistake


@dataclass(frozen=True)
class Measure:
    """A measure's name and labels."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, **labels: str) -> "Measure":
        """A measure with these labels."""
        return cls(name, tuple(sorted(labels.items())))


@dataclass
class Measures:
    """What this process counted and has not told yet, and what all processes told."""

    redis: Redis
    _counted: dict[Measure, float] = field(default_factory=dict)

    def count(self, measure: Measure, by: float = 1) -> None:
        """Add to a measure. Never waits and never fails."""
        if measure in self._counted or len(self._counted) < MOST_FIELDS:
            self._counted[measure] = self._counted.get(measure, 0) + by

    async def flush(self) -> None:
        """Tell what was counted; `Unavailable` keeps it for the next time."""
        counted, self._counted = self._counted, {}
        try:
            async with answering("metrics", KEY), self.redis.pipeline(transaction=True) as pipe:
                for measure, by in counted.items():
                    pipe.hincrbyfloat(KEY, json.dumps([measure.name, *measure.labels]), by)
                await pipe.execute()
        except BaseException:
            for measure, by in counted.items():
                self.count(measure, by)
            raise

    async def read(self) -> Mapping[Measure, float]:
        """The sums of all processes."""
        async with answering("metrics", KEY):
            row = await self.redis.hgetall(KEY)
        return {_measure(field): float(value) for field, value in row.items()}


def _measure(field: bytes | str) -> Measure:
    name, *labels = json.loads(field)
    return Measure(name, tuple((label, value) for label, value in labels))
