"""Writing down what becomes of a step, for those who watch and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from memory.definitions import Step, every_step
from memory.step_records import StepLog, StepRecord, StepStatus
from memory.words import Clock
from nodes.workflow.frame import Frame

UNFINISHED = ("running", "waiting", "failed", "cancelled")  # statuses of what is gone on with


@dataclass
class Story:
    """One step's record while the step is under way."""

    log: StepLog
    clock: Clock
    run_id: str
    name: str
    record: StepRecord

    async def note(self, **changed: Any) -> None:
        """Write the record down with these fields changed."""
        self.record = self.record.model_copy(update=changed)
        await self.log.write(self.run_id, self.name, self.record)

    async def end(self, status: StepStatus, **changed: Any) -> None:
        """Write down how it ended, now."""
        await self.note(status=status, ended_at=self.clock(), **changed)


@dataclass(frozen=True)
class Records:
    """The records of a workflow's steps."""

    log: StepLog
    clock: Clock

    async def begin(self, frame: Frame, step_id: str, *, failures: int = 0, is_body: bool = False) -> Story:
        """The record of an attempt that begins, not yet written. An earlier one at the same place is continued."""
        name = frame.name(step_id)
        earlier = await self.log.read(frame.run_id, name)
        if earlier and (earlier.round != frame.round or earlier.status not in UNFINISHED):
            earlier = None
        record = StepRecord(
            status="running",
            attempts=_attempts(earlier, failures, is_body=is_body),
            started_at=(earlier and earlier.started_at) or self.clock(),
            round=frame.round,
        )
        return Story(self.log, self.clock, frame.run_id, name, record)

    async def skip(self, frame: Frame, steps: Sequence[Step]) -> None:
        """Write down that these steps, and all inside them, are skipped."""
        record = StepRecord(status="skipped", round=frame.round)
        for step in every_step(steps):
            await self.log.write(frame.run_id, frame.name(step.step_id), record)

    async def skip_unless_run(self, frame: Frame, step: Step) -> None:
        """The same for a step that may have run in this round."""
        earlier = await self.log.read(frame.run_id, frame.name(step.step_id))
        if earlier is None or earlier.round != frame.round or earlier.status == "pending":
            await self.skip(frame, [step])


def _attempts(earlier: StepRecord | None, failures: int, *, is_body: bool) -> int:
    """Which attempt this is. Going on with a wait or a body that was interrupted is no new one."""
    if earlier is None:
        return failures + 1
    if earlier.status == "waiting" and earlier.error is None:
        return earlier.attempts
    if is_body and earlier.status == "running":
        return max(earlier.attempts, failures + 1)
    return earlier.attempts + 1
