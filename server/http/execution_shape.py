"""An execution as it is answered."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, JsonValue

from memory.execution_records import Execution, ExecutionStatus
from memory.json_values import JsonObject
from memory.step_records import StepRecord
from server.http.answers import stamp


class ExecutionShape(BaseModel):
    """An execution: where it stands, what came of it, and of each of its steps."""

    execution_id: str
    workflow_id: str | None
    version: int | None
    status: ExecutionStatus
    input_data: JsonObject
    output: JsonValue
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    steps: dict[str, StepRecord]


class ExecutionPage(BaseModel):
    """Some executions, those started last first."""

    items: list[ExecutionShape]
    next_cursor: str | None


class Accepted(BaseModel):
    """An execution that was accepted and not waited for."""

    execution_id: str
    status: ExecutionStatus


def shape(execution: Execution) -> dict[str, Any]:
    """The execution as JSON has it."""
    return {
        "execution_id": execution.execution_id,
        "workflow_id": execution.workflow_id,
        "version": execution.version,
        "status": execution.status,
        "input_data": execution.input_data,
        "output": execution.output,
        "error": execution.error,
        "created_at": stamp(execution.created_at),
        "started_at": execution.started_at and stamp(execution.started_at),
        "ended_at": execution.ended_at and stamp(execution.ended_at),
        "steps": {name: record.model_dump(mode="json") for name, record in execution.steps.items()},
    }
