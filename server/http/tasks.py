"""Tasks over HTTP: asked for, planned, estimated, and watched while they are done."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import Response

from memory.definitions import Definition
from memory.estimates import Estimate
from memory.execution_records import ExecutionStatus
from memory.json_text import dumps
from memory.json_values import JsonObject
from memory.step_records import StepRecord
from memory.tasks import Priority, TaskAsked, TaskType
from server.http.answers import answer, stamp
from server.http.auth import Owner
from server.http.backend import BackendOf
from server.http.contexts import MANY, ONE, Cursor
from server.http.json_body import JsonRoute
from server.http.live import LiveAnswer
from server.http.problems import problems
from server.http.runs import SSE
from server.task_desk import Watched

router = APIRouter(prefix="/api/v1/tasks", route_class=JsonRoute, tags=["Tasks"])
LONGEST = 10_000  # characters of a query
MOST_LISTED = 100  # each one's execution is looked up
STREAM = {"description": "Events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
QUIET = b": still here\n\n"
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say what is to be done")
    return text


class NewTask(BaseModel):
    """What is to be done. `input` may bring the leads along, or fill the parameters of a simple task."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: TaskType
    query: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_said)]
    input: JsonObject = {}
    priority: Priority = 5
    execute: bool = True


class TaskAccepted(BaseModel):
    """A task's plan, what it would take, and the execution that does it."""

    task_id: str
    status: ExecutionStatus
    plan: Definition
    estimate: Estimate
    execution_id: str | None


class TaskShape(TaskAccepted):
    """A task as it was asked for, and where it stands."""

    type: TaskType
    query: str
    input: JsonObject
    priority: int
    created_at: datetime


class TaskStatus(BaseModel):
    """How far a task has come: `progress` is the share of its steps that are over."""

    task_id: str
    status: ExecutionStatus
    progress: Annotated[float, Field(ge=0, le=1)]
    steps: dict[str, StepRecord]
    result: JsonValue
    error: str | None


class TaskPage(BaseModel):
    """Some tasks, newest first."""

    items: list[TaskShape]
    next_cursor: str | None


@router.post("", status_code=202, response_model=TaskAccepted, responses=problems())
async def create_task(asked: NewTask, backend: BackendOf, owner: Owner) -> Response:
    """Plan a task, say what it would take, and begin it. With `execute` false it is planned only."""
    task = TaskAsked(type=asked.type, query=asked.query, input=asked.input, priority=asked.priority)
    made = await backend.planning.tasks.create(task, execute=asked.execute, owner=owner)
    return answer(_accepted(made), status=202)


@router.get("", response_model=TaskPage, responses=MANY)
async def list_tasks(backend: BackendOf, owner: Owner, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The tasks, newest first."""
    page = await backend.planning.tasks.page(cursor, limit=limit, owner=owner)
    return answer({"items": [_shape(one) for one in page.items], "next_cursor": page.next_cursor})


@router.get("/{task_id}", response_model=TaskShape, responses=ONE)
async def get_task(task_id: str, backend: BackendOf, owner: Owner) -> Response:
    """The task."""
    return answer(_shape(await backend.planning.tasks.get(task_id, owner=owner)))


@router.get("/{task_id}/status", response_model=TaskStatus, responses=ONE)
async def get_status(task_id: str, backend: BackendOf, owner: Owner) -> Response:
    """How far it has come."""
    return answer(_status(await backend.planning.tasks.get(task_id, owner=owner)))


@router.get(
    "/{task_id}/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}, **ONE}
)
async def follow_task(task_id: str, backend: BackendOf, owner: Owner) -> Response:
    """How far it has come, whenever that changes, until it is over: each event `status` has the whole of it."""
    watched = await backend.planning.tasks.get(task_id, owner=owner)
    changes = backend.planning.tasks.follow(watched.task, owner=owner)
    return LiveAnswer(_events(changes), media_type="text/event-stream", headers=SSE, leaving=backend.leaving)


async def _events(changes: AsyncGenerator[Watched | None]) -> AsyncGenerator[bytes]:
    """Every event is whole: who comes back needs nothing of what they missed, and a `Last-Event-ID` is not read."""
    async with aclosing(changes):
        async for watched in changes:
            yield QUIET if watched is None else b"event: status\ndata: " + dumps(_status(watched)) + b"\n\n"


def _accepted(watched: Watched) -> dict[str, Any]:
    task = watched.task
    return {
        "task_id": task.task_id,
        "status": watched.status,
        "plan": task.plan,
        "estimate": task.estimate.model_dump(mode="json"),
        "execution_id": task.execution_id,
    }


def _shape(watched: Watched) -> dict[str, Any]:
    asked = watched.task.asked.model_dump(mode="json", include={"type", "query", "input", "priority"})
    return {**_accepted(watched), **asked, "created_at": stamp(watched.task.created_at)}


def _status(watched: Watched) -> dict[str, Any]:
    execution = watched.execution
    steps = execution.steps if execution else {}
    return {
        "task_id": watched.task.task_id,
        "status": watched.status,
        "progress": watched.progress,
        "steps": {name: record.model_dump(mode="json") for name, record in steps.items()},
        "result": execution.output if execution else None,
        "error": execution.error if execution else None,
    }
