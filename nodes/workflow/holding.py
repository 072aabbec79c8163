"""Letting time pass: a little is slept, more stops the run, which is woken when it is time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from memory.words import Clock
from nodes.workflow.actions import Ask, Sleep

SLEPT = timedelta(seconds=30)  # what is slept at most; more frees the worker


@dataclass(frozen=True)
class Hold:
    """Whoever waits must know until when by heart: the run may be stopped and gone on with any number of times."""

    clock: Clock
    sleep: Sleep
    ask: Ask

    async def until(self, time: datetime, step_id: str) -> None:
        """Return when it is that time. Where it is far off, the run is stopped with what says until when."""
        while (left := time - self.clock()) > timedelta(0):
            if left <= SLEPT:
                await self.sleep(left.total_seconds())
            else:
                self.ask({"kind": "wait", "step_id": step_id, "until": time.isoformat()})
