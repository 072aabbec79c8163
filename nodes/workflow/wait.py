"""Wait, for seconds or until a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from memory.definitions import Wait
from memory.errors import Invalid
from memory.words import Clock
from nodes.workflow.actions import Done, Ready
from nodes.workflow.failing import failing
from nodes.workflow.frame import Frame
from nodes.workflow.holding import Hold
from nodes.workflow.recording import Story
from tools.templates import render

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class WaitEnd:
    """When a wait ends, if it begins now. It is asked for once a wait, and the answer is kept."""

    step: Wait
    clock: Clock

    def __call__(self, frame: Frame) -> datetime:
        now = self.clock()
        with failing(self.step.step_id):
            until = self._until(frame, now)
            if until - now > LONGEST:
                raise Invalid(f"A wait lasts {LONGEST.days} days at most, and this one ends {until.isoformat()}.")
        return until

    def _until(self, frame: Frame, now: datetime) -> datetime:
        if self.step.until is not None:
            return _time(render(self.step.until, frame.scope))
        seconds = render(self.step.seconds, frame.scope)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
            raise Invalid("A wait takes a number of seconds, 0 or more.", where="seconds")
        return now + timedelta(seconds=min(seconds, 2 * LONGEST.total_seconds()))


def _time(value: object) -> datetime:
    try:
        until = datetime.fromisoformat(str(value)) if isinstance(value, str) else None
    except ValueError:
        until = None
    if until is None:
        raise Invalid("A wait ends at a time such as 2026-03-01T12:00:00Z.", where="until")
    return until if until.tzinfo else until.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WaitUntil:
    """`begin` gives the time that was fixed when the wait first began, however often the run was stopped since."""

    step: Wait
    end: WaitEnd
    begin: Callable[[Frame], Awaitable[datetime]]
    hold: Hold

    def prepare(self, frame: Frame) -> Ready:
        self.end(frame)

        async def waited(story: Story) -> Done:
            until = await self.begin(frame)
            await story.note(input={"until": until.isoformat()}, status="waiting")
            await self.hold.until(until, self.step.step_id)
            return Done(None)

        return Ready(None, waited, is_body=True)
