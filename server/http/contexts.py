"""Contexts over HTTP: what a job keeps between its steps, its versions and its checkpoints."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.json_schema import SkipJsonSchema

from memory.contexts import JOB_ID, LONGEST_TYPE, Contexts
from memory.errors import Conflict, Invalid
from memory.json_values import JsonObject
from memory.pages import CURSOR, PAGE_LIMIT
from memory.records import Context, JobCheckpoint
from server.http.auth import Owner
from server.http.backend import BackendOf
from server.http.json_body import JsonRoute
from server.http.problems import problems

router = APIRouter(route_class=JsonRoute, tags=["Contexts"])
ONE, MANY = problems(404), problems()


def _whole(value: object) -> object:
    """JSON does not tell 2.0 from 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def contexts(backend: BackendOf, owner: Owner) -> Contexts:
    """The contexts of whoever asks."""
    return Contexts(backend.redis, owner)


ContextsOf = Annotated[Contexts, Depends(contexts)]
JobType = Annotated[str, Field(min_length=1, max_length=LONGEST_TYPE)]
Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
Version = Annotated[Number, BeforeValidator(_whole)]
Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
Cursor = Annotated[Annotated[str, Field(pattern=f"^{CURSOR.pattern}$")] | SkipJsonSchema[None], Query()]
OfType = Annotated[str | SkipJsonSchema[None], Query(description="Contexts of this type alone.")]
OfVersion = Annotated[Number | SkipJsonSchema[None], Query(description="An earlier version.")]
Time = Annotated[str, Path(json_schema_extra={"format": "date-time"})]


class NewContext(BaseModel):
    """A context to be. Without `job_id` it gets one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    job_id: Annotated[str, Field(pattern=f"^{JOB_ID.pattern}$")] | None = None
    job_type: JobType
    context_data: JsonObject
    error: JsonValue = None


class ChangedContext(BaseModel):
    """What a context shall hold from now on. One that was read may be sent back whole.

    `version` is the one that this change was made on; where it is not the latest any more, nothing is changed.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    job_type: JobType
    context_data: JsonObject
    version: Version | None = None
    error: JsonValue = None
    job_id: str | None = None
    created_at: JsonValue = None
    updated_at: JsonValue = None


class NewCheckpoint(BaseModel):
    """A checkpoint to be, of the context's own data where none is given."""

    model_config = ConfigDict(extra="forbid", strict=True)

    context_data: JsonObject | None = None


class ContextPage(BaseModel):
    """Some contexts, newest first."""

    items: tuple[Context, ...]
    next_cursor: str | None


class CheckpointPage(BaseModel):
    """Some checkpoints of a job, newest first."""

    items: tuple[JobCheckpoint, ...]
    next_cursor: str | None


@router.post("/context", status_code=201, responses=problems(409))
async def create_context(asked: NewContext, contexts: ContextsOf) -> Context:
    """Keep a new context."""
    return await contexts.create(asked.job_type, asked.context_data, job_id=asked.job_id, error=asked.error)


@router.get("/contexts", responses=MANY)
async def list_contexts(
    contexts: ContextsOf, job_type: OfType = None, limit: Limit = 100, cursor: Cursor = None
) -> ContextPage:
    """The contexts at their latest versions, newest first."""
    page = await contexts.page(cursor, limit=limit, job_type=job_type)
    return ContextPage(items=page.items, next_cursor=page.next_cursor)


@router.get("/context/{job_id}", responses=ONE)
async def get_context(job_id: str, contexts: ContextsOf, version: OfVersion = None) -> Context:
    """The context at its latest version, or at the one that is named."""
    return await contexts.get(job_id, version)


@router.put("/context/{job_id}", responses=problems(404, 409))
async def put_context(job_id: str, asked: ChangedContext, contexts: ContextsOf) -> Context:
    """Change the context. What it held stays in its history."""
    if asked.job_id not in {None, job_id}:
        raise Conflict(f"The body is of another context than {job_id}. A context keeps its id.")
    return await contexts.put(job_id, asked.job_type, asked.context_data, version=asked.version, error=asked.error)


@router.delete("/context/{job_id}", status_code=204, responses=ONE)
async def delete_context(job_id: str, contexts: ContextsOf) -> None:
    """Remove the context with its history and its checkpoints."""
    await contexts.delete(job_id)


@router.get("/context/{job_id}/history", responses=ONE)
async def list_versions(
    job_id: str, contexts: ContextsOf, limit: Limit = 100, cursor: Cursor = None
) -> ContextPage:
    """The context's versions, the latest first."""
    page = await contexts.history(job_id, cursor, limit=limit)
    return ContextPage(items=page.items, next_cursor=page.next_cursor)


@router.post("/context/{job_id}/checkpoints", status_code=201, responses=ONE)
async def create_checkpoint(job_id: str, contexts: ContextsOf, asked: NewCheckpoint | None = None) -> JobCheckpoint:
    """Put the job's data aside under a time that no other checkpoint of the job has."""
    return await contexts.checkpoint(job_id, asked.context_data if asked else None)


@router.get("/context/{job_id}/checkpoints", responses=ONE)
async def list_checkpoints(
    job_id: str, contexts: ContextsOf, limit: Limit = 100, cursor: Cursor = None
) -> CheckpointPage:
    """The job's checkpoints, the latest first."""
    page = await contexts.checkpoints(job_id, cursor, limit=limit)
    return CheckpointPage(items=page.items, next_cursor=page.next_cursor)


@router.get("/context/{job_id}/checkpoints/{timestamp}", responses=ONE)
async def get_checkpoint(job_id: str, timestamp: Time, contexts: ContextsOf) -> JobCheckpoint:
    """The checkpoint of that time, else the last one before it."""
    return await contexts.checkpoint_at(job_id, _time(timestamp))


def _time(text: str) -> datetime:
    """An ISO 8601 time; whether it has an offset is for the store to say."""
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise Invalid(
            "This is not a time. Write one as 2026-03-01T12:00:00Z or with an offset (+02:00, in a URL %2B02:00).",
            where="timestamp",
        ) from None
