"""Workflows over HTTP: kept, changed, executed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from memory.definitions import Definition
from memory.errors import NotFound
from memory.execution_records import ExecutionStatus
from memory.json_values import JsonObject
from memory.workflows import Workflow, Workflows
from server.http.answers import answer, nothing, stamp
from server.http.auth import Owner
from server.http.backend import Backend, BackendOf
from server.http.contexts import MANY, ONE, Cursor, Limit, OfVersion
from server.http.definition_body import DEFINITION_BODY, definition_in, sent_back
from server.http.execution_shape import Accepted, ExecutionPage, ExecutionShape, shape
from server.http.json_body import JsonRoute
from server.http.live import LiveAnswer
from server.http.problems import problems
from server.jsonable import to_json

router = APIRouter(prefix="/api/v1/workflows", route_class=JsonRoute, tags=["Workflows"])
KEEPALIVE = b"\n"


async def workflows(backend: BackendOf, owner: Owner) -> Workflows:
    """The workflows of whoever asks."""
    return Workflows(backend.redis, owner)


WorkflowsOf = Annotated[Workflows, Depends(workflows)]


class WorkflowShape(Definition):
    """A workflow at one of its versions."""

    workflow_id: str
    version: int
    created_at: datetime
    updated_at: datetime


class WorkflowPage(BaseModel):
    """Some workflows, newest first."""

    items: list[WorkflowShape]
    next_cursor: str | None


class Execute(BaseModel):
    """What a workflow is to work on, and whether to answer at once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    input_data: JsonObject = {}
    async_execution: bool = False


class Answered(BaseModel):
    """How to go on: without anything after a pause; with the answer that an approval waits for.

    `step_id` says which approval is answered where several wait.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    answer: JsonValue = None
    step_id: str | None = None


@router.post("", status_code=201, response_model=WorkflowShape, openapi_extra=DEFINITION_BODY, responses=MANY)
async def create_workflow(request: Request, backend: BackendOf, workflows: WorkflowsOf) -> Response:
    """Keep a workflow. All that is wrong with it is told at once."""
    definition = await backend.definitions.checked(await definition_in(request), owner=workflows.owner)
    return answer(_shape(await workflows.create(definition)), status=201)


@router.get("", response_model=WorkflowPage, responses=MANY)
async def list_workflows(workflows: WorkflowsOf, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """The workflows at their latest versions, newest first."""
    page = await workflows.page(cursor, limit=limit)
    return answer({"items": [_shape(one) for one in page.items], "next_cursor": page.next_cursor})


@router.get("/executions/{execution_id}", response_model=ExecutionShape, responses=ONE)
async def get_execution(execution_id: str, backend: BackendOf, owner: Owner) -> Response:
    """The execution, with every step."""
    return answer(shape(await backend.executions.get(execution_id, owner=owner)))


@router.post(
    "/executions/{execution_id}/cancel",
    status_code=202,
    response_model=ExecutionShape,
    responses=problems(404, 409),
)
async def cancel_execution(execution_id: str, backend: BackendOf, owner: Owner) -> Response:
    """Stop the execution, and the steps under way with it."""
    return answer(shape(await backend.executions.cancel(execution_id, owner=owner)), status=202)


@router.post(
    "/executions/{execution_id}/pause", status_code=202, response_model=ExecutionShape, responses=problems(404, 409)
)
async def pause_execution(execution_id: str, backend: BackendOf, owner: Owner) -> Response:
    """Begin nothing new: the execution is paused when the steps under way are over."""
    return answer(shape(await backend.executions.pause(execution_id, owner=owner)), status=202)


@router.post(
    "/executions/{execution_id}/resume",
    status_code=202,
    response_model=ExecutionShape,
    responses=problems(404, 409),
)
async def resume_execution(
    execution_id: str, backend: BackendOf, owner: Owner, asked: Answered | None = None
) -> Response:
    """Go on after a pause, or with an answer. Of two who answer at once one is heard; the other gets 409."""
    given = (asked.answer,) if asked and "answer" in asked.model_fields_set else ()
    step_id = asked.step_id if asked else None
    execution = await backend.executions.resume(execution_id, owner=owner, step_id=step_id, answers=given)
    return answer(shape(execution), status=202)


@router.post(
    "/executions/{execution_id}/retry", status_code=202, response_model=ExecutionShape, responses=problems(404, 409)
)
async def retry_execution(execution_id: str, backend: BackendOf, owner: Owner) -> Response:
    """Run the steps that failed again, and go on."""
    return answer(shape(await backend.executions.retry(execution_id, owner=owner)), status=202)


@router.get("/{workflow_id}", response_model=WorkflowShape, responses=ONE)
async def get_workflow(workflow_id: str, workflows: WorkflowsOf, version: OfVersion = None) -> Response:
    """The workflow at its latest version, or at the one that is named."""
    return answer(_shape(await workflows.get(workflow_id, version)))


@router.put(
    "/{workflow_id}", response_model=WorkflowShape, openapi_extra=DEFINITION_BODY, responses=problems(404, 409)
)
async def put_workflow(workflow_id: str, request: Request, backend: BackendOf, workflows: WorkflowsOf) -> Response:
    """The workflow's next version. Executions that have begun stay on theirs.

    One that was read may be sent back whole: then it must have been the latest version.
    """
    given, version = sent_back(await definition_in(request), workflow_id)
    await workflows.get(workflow_id)
    definition = await backend.definitions.checked(given, owner=workflows.owner, workflow_id=workflow_id)
    return answer(_shape(await workflows.put(workflow_id, definition, version=version)))


@router.delete("/{workflow_id}", status_code=204, responses=ONE)
async def delete_workflow(workflow_id: str, workflows: WorkflowsOf) -> Response:
    """Remove the workflow. Its executions stay."""
    await workflows.delete(workflow_id)
    return nothing()


@router.post(
    "/{workflow_id}/execute",
    response_model=ExecutionShape,
    responses={**problems(404, 409), 202: {"model": Accepted, "description": "Accepted, and not waited for."}},
)
async def execute_workflow(
    workflow_id: str,
    backend: BackendOf,
    workflows: WorkflowsOf,
    asked: Execute | None = None,
    version: OfVersion = None,
) -> Response:
    """Execute the workflow: answered when it has ended or waits for a person, or at once."""
    workflow = await workflows.get(workflow_id, version)
    asked = asked or Execute()
    execution = await backend.executions.start(
        workflow.definition,
        workflow_id=workflow_id,
        version=workflow.version,
        input_data=asked.input_data,
        owner=workflows.owner,
    )
    if asked.async_execution:
        return answer({"execution_id": execution.execution_id, "status": "pending"}, status=202)
    return LiveAnswer(
        _waited(backend, execution.execution_id, workflows.owner),
        media_type="application/json",
        headers={"Location": f"{router.prefix}/executions/{execution.execution_id}"},
        leaving=backend.leaving,
    )


@router.get("/{workflow_id}/executions", response_model=ExecutionPage, responses=ONE)
async def list_executions(
    workflow_id: str,
    backend: BackendOf,
    workflows: WorkflowsOf,
    *,
    status: Annotated[ExecutionStatus | SkipJsonSchema[None], Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The workflow's executions, those started last first, also of one that has been deleted."""
    page = await backend.executions.executions.page(
        workflow_id, cursor, owner=workflows.owner, limit=limit, status=status
    )
    if not page.items:
        await _refuse_unknown(workflow_id, backend, workflows)
    return answer({"items": [shape(one) for one in page.items], "next_cursor": page.next_cursor})


async def _refuse_unknown(workflow_id: str, backend: Backend, workflows: Workflows) -> None:
    """Refuse to list executions of a workflow that neither is there nor was ever executed."""
    try:
        await workflows.get(workflow_id)
    except NotFound:
        known = await backend.executions.executions.page(workflow_id, owner=workflows.owner, limit=1)
        if not known.items:
            raise


async def _waited(backend: Backend, execution_id: str, owner: str) -> AsyncGenerator[bytes]:
    """The execution once it rests, and a newline now and then before."""
    try:
        async with aclosing(backend.executions.waiting(execution_id, owner=owner)) as waiting:
            async for execution in waiting:
                yield KEEPALIVE if execution is None else to_json(shape(execution))
    except NotFound as error:  # it was deleted meanwhile, and the answer has begun
        yield to_json({"title": "Not Found", "status": 404, "detail": str(error)})


def _shape(workflow: Workflow) -> dict[str, object]:
    """The workflow as JSON has it."""
    return {
        "workflow_id": workflow.workflow_id,
        "version": workflow.version,
        **workflow.given,
        "created_at": stamp(workflow.created_at),
        "updated_at": stamp(workflow.updated_at),
    }
