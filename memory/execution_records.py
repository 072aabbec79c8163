"""What is kept of a workflow's execution, and how it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from pydantic import ValidationError

from memory.definitions import Definition, every_step
from memory.errors import Malformed
from memory.json_text import dumps, load_object, loads
from memory.json_values import JsonObject
from memory.scripts import texts
from memory.step_records import StepRecord
from memory.threads import moment
from memory.workflows import given_form

ExecutionStatus = Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
ENDED: frozenset[str] = frozenset({"completed", "failed", "cancelled"})
OPEN_STEPS = ("running", "waiting")


@dataclass(frozen=True)
class Pinned:
    """What an execution runs, whatever becomes of the workflows: a definition, and those that it calls by id."""

    definition: Definition
    subworkflows: Mapping[str, Definition]

    def text(self) -> bytes:
        """It as JSON; the same text for the same definitions."""
        below = {workflow_id: given_form(one) for workflow_id, one in sorted(self.subworkflows.items())}
        return dumps({"definition": given_form(self.definition), "subworkflows": below})

    @property
    def size(self) -> int:
        """How many steps there are in all of them."""
        return sum(1 for one in (self.definition, *self.subworkflows.values()) for _ in every_step(one.steps))

    @classmethod
    def of(cls, text: bytes) -> "Pinned":
        """What the JSON says."""
        value = load_object(text)
        below = cast("Mapping[str, object]", value["subworkflows"])
        return cls(
            Definition.model_validate(value["definition"]),
            {workflow_id: Definition.model_validate(one) for workflow_id, one in below.items()},
        )


@dataclass(frozen=True)
class Execution:
    """One execution as it was read. `error` says what failed; `steps` has every step of its definition."""

    execution_id: str
    owner: str
    workflow_id: str | None  # None: of a definition that is not kept as a workflow
    version: int | None
    status: ExecutionStatus
    input_data: JsonObject
    output: object
    error: str | None
    priority: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    steps: Mapping[str, StepRecord]
    asked: str = ""  # what was asked of it and is not done yet: "pause", "cancel" or ""
    run_id: str = ""  # the run that is made for it and that nobody has begun
    wakes_at: datetime | None = None  # when a wait of its is over

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen unless it is retried."""
        return self.status in ENDED

    @property
    def rests(self) -> bool:
        """Whether it has ended, or waits for a person."""
        return self.has_ended or self.status == "paused"


FIELDS = (
    *("owner", "workflow_id", "version", "status", "input", "output", "error", "priority", "created", "started"),
    *("ended", "step_ids", "asked", "run", "wake"),
)


def execution_of(execution_id: str, row: Sequence[bytes | None], steps: Mapping[bytes, bytes]) -> Execution:
    """The execution of a stored hash; `Malformed` where it cannot be read."""
    try:
        stored = texts(dict(zip(FIELDS, row, strict=True)))
        ended = moment(stored["ended"]) if stored.get("ended") else None
        status = cast("ExecutionStatus", stored["status"])
        return Execution(
            execution_id=execution_id,
            owner=stored["owner"],
            workflow_id=stored["workflow_id"] or None,
            version=int(stored["version"]) if stored["version"] else None,
            status=status,
            input_data=cast("JsonObject", load_object(stored["input"])),
            output=loads(stored["output"]) if stored.get("output") else None,
            error=_sentence(stored.get("error", "")),
            priority=int(stored["priority"]),
            created_at=moment(stored["created"]),
            started_at=moment(stored["started"]) if stored.get("started") else None,
            ended_at=ended,
            steps=_steps(cast("list[str]", loads(stored["step_ids"])), steps, status, ended),
            asked=stored["asked"],
            run_id=stored["run"],
            wakes_at=moment(stored["wake"]) if stored["wake"] else None,
        )
    except (KeyError, ValueError, ValidationError) as fault:
        raise Malformed(
            f"The execution {execution_id} cannot be read from the store. Delete its thread."
        ) from fault


def _steps(
    known: Sequence[str], kept: Mapping[bytes, bytes], status: ExecutionStatus, ended: datetime | None
) -> dict[str, StepRecord]:
    """Every step's record: of those in the definition, then of those of its subworkflows that were begun."""
    records = {name.decode(): StepRecord.model_validate_json(text) for name, text in kept.items()}
    found = {name: records.get(name, StepRecord()) for name in known} | records
    return {name: _as_of(record, status, ended) for name, record in found.items()}


def _as_of(record: StepRecord, status: ExecutionStatus, ended: datetime | None) -> StepRecord:
    """What became of a step when its execution ended before it did, or without it."""
    if status in ("failed", "cancelled") and record.status in OPEN_STEPS:
        return record.model_copy(update={"status": "cancelled", "ended_at": ended})
    if status == "completed" and record.status == "pending":
        return record.model_copy(update={"status": "skipped"})
    return record


def _sentence(error: str) -> str | None:
    """What a run's error says, or the text as it is."""
    if not error:
        return None
    told = load_object(error)
    return str(told.get("message") or told.get("error"))
