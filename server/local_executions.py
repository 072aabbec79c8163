"""Running a workflow from a file here and now: an execution on the Redis in use, which outlives this process."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from memory.definitions import Definition
from memory.errors import Conflict
from memory.execution_records import Execution
from memory.json_text import dumps
from memory.json_values import JsonObject
from memory.step_records import StepRecord
from memory.workflows import given_form
from server.executions import ExecutionService
from server.http.auth import NOBODY

OnStep = Callable[[str, StepRecord], None]
Answers = tuple[object, ...]
Steps = Mapping[str, StepRecord]


@dataclass(frozen=True)
class LocalExecutions:
    """The executions of one definition with one input."""

    executions: ExecutionService
    definition: Definition
    input_data: JsonObject

    async def begin(self, *, anew: bool = False, answers: Answers = (), step_id: str | None = None) -> Execution:
        """Go on with the last one where it did not complete, else start one.

        One that failed is tried again from where it did; one that waits for a person takes the answer.
        """
        page = await self.executions.executions.page(self._name, owner=NOBODY, limit=1)
        last = page.items[0] if page.items else None
        if answers and (anew or last is None or last.has_ended):
            raise Conflict("Nothing waits for an answer. Run the workflow without one first.")
        if anew or last is None or last.status in ("completed", "cancelled"):
            return await self._start()
        if last.status == "failed":
            return await self.executions.retry(last.execution_id, owner=NOBODY)
        if answers or (last.status == "paused" and last.asked == "pause"):
            return await self.executions.resume(last.execution_id, owner=NOBODY, step_id=step_id, answers=answers)
        return last

    async def follow(self, execution: Execution, on_step: OnStep | None = None) -> Execution:
        """Tell of each step as it changes, and return when the execution rests."""
        return await followed(self.executions, execution, on_step, before=execution.steps)

    async def _start(self) -> Execution:
        return await self.executions.start(
            self.definition, workflow_id=self._name, input_data=self.input_data, owner=NOBODY
        )

    @property
    def _name(self) -> str:
        """What is kept in place of a workflow's id: the same for the same file and input."""
        said = dumps([given_form(self.definition), self.input_data])
        return f"file-{hashlib.sha256(said).hexdigest()[:16]}"


async def followed(
    executions: ExecutionService,
    execution: Execution,
    on_step: OnStep | None = None,
    *,
    before: Steps | None = None,
) -> Execution:
    """The execution once it rests. Steps are told of in the order of time, but for what `before` says already."""
    told = before or {}
    async with aclosing(executions.follow(execution.execution_id, owner=execution.owner)) as following:
        async for found in following:
            if found is None:
                continue
            for name, record in sorted(_changed(found.steps, told), key=_when):
                if on_step:
                    on_step(name, record)
            told, execution = found.steps, found
            if found.rests:
                break
    return execution


def _changed(now: Steps, told: Steps) -> Iterator[tuple[str, StepRecord]]:
    return ((name, record) for name, record in now.items() if _told(record) != _told(told.get(name)))


def _when(change: tuple[str, StepRecord]) -> datetime:
    """When it became what it is; a step that was left out never began, and is told of first."""
    record = change[1]
    return record.ended_at or record.started_at or datetime.min.replace(tzinfo=UTC)


def _told(record: StepRecord | None) -> object:
    """What a line is written of. A step that has not begun is not worth one."""
    return (record.status, record.round, record.attempts) if record and record.status != "pending" else None
