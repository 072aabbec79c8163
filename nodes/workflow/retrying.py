"""Trying a step again."""

from dataclasses import dataclass

from memory.definitions import Retry
from nodes.workflow.actions import Sleep
from nodes.workflow.attempt import Attempt
from nodes.workflow.failing import StepFailed
from nodes.workflow.frame import Frame
from nodes.workflow.holding import SLEPT
from nodes.workflow.outcomes import Outcome

ONCE = Retry(attempts=1)
LONGEST_PAUSE = 86_400.0  # seconds


def pause(retry: Retry, failures: int) -> float:
    """Seconds between a failure and the next attempt; `failures` is how many had gone before that one."""
    return min(retry.wait * retry.backoff**failures, LONGEST_PAUSE)


def is_patient(retry: Retry) -> bool:
    """Whether a pause is longer than what is slept."""
    return retry.attempts > 1 and pause(retry, retry.attempts - 2) > SLEPT.total_seconds()


@dataclass(frozen=True)
class Attempts:
    """A step without steps inside and with short pauses: tried as often as its `retry` says, in one go."""

    attempt: Attempt
    sleep: Sleep

    async def __call__(self, frame: Frame) -> Outcome:
        """What it came to; the last failure where each attempt failed."""
        retry = self.attempt.step.retry or ONCE
        for failures in range(retry.attempts - 1):
            try:
                return await self.attempt(frame, failures, is_last=False)
            except StepFailed as failure:
                if not failure.may_pass(self.attempt.step.step_id):
                    raise
            await self.sleep(pause(retry, failures))
        return await self.attempt(frame, retry.attempts - 1)
