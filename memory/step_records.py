"""What became of a workflow's steps, as people and programs see it while it runs and afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import AwareDatetime, JsonValue

from memory.envelopes import Provenance
from memory.records import Record

StepStatus = Literal["pending", "running", "completed", "failed", "skipped", "waiting", "cancelled"]


class StepRecord(Record):
    """A step's state. Inside a loop: the latest round's, and `round` says which (from 0, the outermost first)."""

    status: StepStatus = "pending"
    attempts: int = 0
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    input: JsonValue = None
    output: JsonValue = None
    error: str | None = None
    round: tuple[int, ...] = ()
    agent: str | None = None  # that did it
    provenance: tuple[Provenance, ...] = ()


class StepLog(Protocol):
    """Keeps step records. It is for readers: what has been done is in the checkpoints, and decided by them."""

    async def write(self, execution_id: str, step_id: str, record: StepRecord) -> None:
        """Keep the step's record in place of the one before."""
        ...

    async def read(self, execution_id: str, step_id: str) -> StepRecord | None:
        """The step's latest record."""
        ...


@dataclass(frozen=True)
class MemoryStepLog:
    """Keeps them in this process, for notebooks and for trying a workflow out. Nothing is forgotten."""

    records: dict[tuple[str, str], StepRecord] = field(default_factory=dict)

    async def write(self, execution_id: str, step_id: str, record: StepRecord) -> None:
        self.records[execution_id, step_id] = record

    async def read(self, execution_id: str, step_id: str) -> StepRecord | None:
        return self.records.get((execution_id, step_id))

    def of(self, execution_id: str) -> Mapping[str, StepRecord]:
        """An execution's records, by step."""
        return {step: record for (execution, step), record in self.records.items() if execution == execution_id}
