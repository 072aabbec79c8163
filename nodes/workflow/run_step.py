"""One step in its list: skipped, or carried out, and what comes of its failure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from memory.definitions import Step
from nodes.workflow.failing import StepFailed, failing, told
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import SKIPPED, Outcome, failed
from nodes.workflow.recording import Records
from tools.conditions import holds


@dataclass(frozen=True)
class RunStep:
    """A node of the workflow. `carry_out` is its attempts; `compensation` the step that undoes it."""

    step: Step
    carry_out: Callable[[Frame], Awaitable[Outcome]]
    records: Records
    compensation: Step | None = None

    async def __call__(self, frame: Frame) -> Outcome:
        """What it came to. `StepFailed` where it failed and the workflow is to fail with it."""
        try:
            return await self._run(frame)
        except StepFailed as failure:
            if self.step.on_error != "continue":
                raise
            return failed(told(failure, self.step.step_id))

    async def _run(self, frame: Frame) -> Outcome:
        if not await self._is_due(frame):
            await self.records.skip(frame, [self.step, *([self.compensation] if self.compensation else [])])
            return SKIPPED
        outcome = await self.carry_out(frame)
        if self.compensation:
            await self.records.skip_unless_run(frame, self.compensation)
        return outcome

    async def _is_due(self, frame: Frame) -> bool:
        before = [frame.outcomes[one]["status"] for one in self.step.depends_on if one in frame.outcomes]
        if before and all(status == "skipped" for status in before):
            return False
        if self.step.when is None:
            return True
        try:
            with failing(self.step.step_id):
                return holds(self.step.when, frame.scope)
        except StepFailed as failure:
            story = await self.records.begin(frame, self.step.step_id)
            await story.end("failed", error=failure.reason)
            raise
