"""One attempt at a step: recorded, within its time, and what it makes is small enough to keep."""

import asyncio
from dataclasses import dataclass

from pydantic import JsonValue

from memory.definitions import Step
from memory.errors import TooLarge
from memory.json_values import written
from nodes.workflow.actions import Action, Done, Ready
from nodes.workflow.failing import Passing, RunSpent, StepFailed, failing, told
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import Outcome, completed
from nodes.workflow.recording import Records, Story

LARGEST_OUTPUT = 5_000_000  # characters of a step's output as JSON
CANCELLED = "It was cancelled before it ended."


@dataclass(frozen=True)
class Attempt:
    """Does a step once. `passing` is what is no failure of it: a stop for an answer, above all."""

    step: Step
    action: Action
    records: Records
    passing: Passing = ()

    async def __call__(self, frame: Frame, failures: int = 0, *, is_last: bool = True) -> Outcome:
        """What it came to; `StepFailed` where it failed, which is recorded. `failures` went before this attempt."""
        frame.budget.spend()
        story, ready = await self._begun(frame, failures)
        try:
            done = await self._done(ready, story, frame)
        except asyncio.CancelledError:
            await story.end("cancelled", error=CANCELLED)
            raise
        except (StepFailed, RunSpent) as error:
            await self._failed(story, error, may_go_on=not is_last)
            raise
        await story.end("completed", output=done.output, agent=done.agent, provenance=done.provenance)
        return completed(done.output)

    async def _begun(self, frame: Frame, failures: int) -> tuple[Story, Ready]:
        try:
            with failing(self.step.step_id):
                ready = self.action.prepare(frame)
        except StepFailed as failure:
            story = await self.records.begin(frame, self.step.step_id, failures=failures)
            await self._failed(story, failure)
            raise
        story = await self.records.begin(frame, self.step.step_id, failures=failures, is_body=ready.is_body)
        await story.note(input=ready.input)
        return story, ready

    async def _done(self, ready: Ready, story: Story, frame: Frame) -> Done:
        if ready.is_body:
            done = await self._in_time(ready, story)
        else:
            with failing(self.step.step_id, self.passing):
                done = await self._in_time(ready, story)
        with failing(self.step.step_id):
            size = _size(done.output)
        if not ready.is_body:  # what is inside a container has been counted
            frame.budget.keep(size)
        return done

    async def _in_time(self, ready: Ready, story: Story) -> Done:
        try:
            async with asyncio.timeout(self.step.timeout) as limit:
                return await ready.do(story)
        except TimeoutError:
            if not limit.expired():
                raise
            why = f"It took longer than its timeout of {self.step.timeout:g} seconds."
            raise StepFailed(self.step.step_id, why) from None

    async def _failed(self, story: Story, error: Exception, *, may_go_on: bool = False) -> None:
        why = told(error, self.step.step_id)
        if may_go_on and isinstance(error, StepFailed) and error.may_pass(self.step.step_id):
            await story.note(status="waiting", error=why)  # for the next attempt
        else:
            await story.end("failed", error=why)


def _size(output: JsonValue) -> int:
    size = len(written(output, "output"))
    if size > LARGEST_OUTPUT:
        raise TooLarge(f"Its output of {size:,} characters is larger than {LARGEST_OUTPUT:,}. Make less of it.")
    return size
