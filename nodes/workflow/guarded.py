"""A step whose attempts are kept one by one.

So it is where it has steps inside, is undone by another step where it fails, or rests for long between attempts.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from typing_extensions import TypedDict

from memory.definitions import Retry
from nodes.workflow.attempt import Attempt
from nodes.workflow.failing import StepFailed
from nodes.workflow.frame import Frame
from nodes.workflow.holding import Hold
from nodes.workflow.outcomes import Outcome
from nodes.workflow.retrying import ONCE, pause


class Failure(TypedDict):
    """The failure that a step is undone for, as a checkpoint keeps it."""

    step_id: str
    reason: str


class GuardState(TypedDict, total=False):
    """What has become of the step: so many attempts failed, then one of the others."""

    failures: int
    rest_until: str  # no attempt begins before
    outcome: Outcome
    failure: Failure


@dataclass(frozen=True)
class Guarded:
    """The nodes of it. `undo` runs the compensation."""

    attempt: Attempt
    hold: Hold
    undo: Callable[[Frame], Awaitable[Outcome]] | None = None

    async def try_once(self, state: GuardState, frame: Frame) -> GuardState:
        """The next attempt. A last one that is not undone fails as it is, to be gone on with where it failed."""
        failures, retry = state.get("failures", 0), self.attempt.step.retry or ONCE
        is_last = failures + 1 >= retry.attempts
        try:
            return {"outcome": await self.attempt(frame, failures, is_last=is_last)}
        except StepFailed as failure:
            if not is_last and failure.may_pass(self.attempt.step.step_id):
                return {"failures": failures + 1, "rest_until": self._rest(retry, failures)}
            if self.undo is None:
                raise
            return {"failure": {"step_id": failure.step_id, "reason": failure.reason}}

    def _rest(self, retry: Retry, failures: int) -> str:
        return (self.hold.clock() + timedelta(seconds=pause(retry, failures))).isoformat()

    async def rest(self, state: GuardState) -> GuardState:
        """Wait for the time of the next attempt."""
        await self.hold.until(datetime.fromisoformat(state["rest_until"]), self.attempt.step.step_id)
        return {}

    async def undo_it(self, frame: Frame) -> GuardState:
        """Run the compensation. Where it fails, that is recorded, and the first failure is still the one told."""
        if self.undo is not None:
            with suppress(StepFailed):
                await self.undo(frame)
        return {}


def failure_in(state: GuardState) -> StepFailed | None:
    """The failure that all ended with."""
    if (failure := state.get("failure")) is None:
        return None
    return StepFailed(failure["step_id"], failure["reason"])
