"""Workflows that users keep: definitions with their versions, each with its owner, to whom alone it is there.

They are kept as contexts are, under keys of their own (`{zigral:workflow}:…`, see `memory/contexts.py`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.definitions import LARGEST, Definition
from memory.errors import Conflict, NotFound, TooLarge
from memory.json_values import JsonObject, written
from memory.pages import Page
from memory.records import Context
from memory.words import Clock, utc_now

PREFIX = "{zigral:workflow}:"
KIND = "workflow"


@dataclass(frozen=True)
class Workflow:
    """One version of a workflow. `given` is the definition as it was given."""

    workflow_id: str
    version: int
    given: JsonObject
    created_at: datetime
    updated_at: datetime

    @cached_property
    def definition(self) -> Definition:
        """The definition, parsed."""
        return Definition.model_validate(self.given)


@dataclass(frozen=True)
class Workflows:
    """The workflows of one owner on one Redis. A server that does not answer is `Unavailable`."""

    redis: Redis
    owner: str
    clock: Clock = utc_now
    _kept: Contexts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kept", Contexts(self.redis, self.owner, self.clock, prefix=PREFIX))

    async def create(self, definition: Definition) -> Workflow:
        """Keep a new workflow as version 1, under an id of its own."""
        return _workflow(await self._kept.create(KIND, _data(definition)))

    async def put(self, workflow_id: str, definition: Definition, *, version: int | None = None) -> Workflow:
        """The workflow's next version; those before it are kept. `NotFound` where there is none.

        `Conflict` where `version` is not the latest; without it, the latest is followed whatever it is.
        """
        data = _data(definition)
        try:
            return _workflow(await self._kept.put(workflow_id, KIND, data, version=version))
        except NotFound:
            raise no_workflow(workflow_id) from None
        except Conflict:
            raise Conflict(
                f"The workflow {workflow_id} is not at version {version} any more. "
                "Read it again, and put your change on top of it."
            ) from None

    async def get(self, workflow_id: str, version: int | None = None) -> Workflow:
        """The latest version, or the one named; `NotFound` where there is none, or it is not kept any more."""
        try:
            return _workflow(await self._kept.get(workflow_id, version))
        except NotFound:
            raise no_workflow(workflow_id, version) from None

    async def page(self, cursor: str | None = None, *, limit: int = 100) -> Page[Workflow]:
        """Up to `limit` workflows at their latest versions, those created last first."""
        page = await self._kept.page(cursor, limit=limit)
        return Page(tuple(map(_workflow, page.items)), page.next_cursor)

    async def versions(self, workflow_id: str, cursor: str | None = None, *, limit: int = 100) -> Page[Workflow]:
        """The versions of a workflow that are kept, the latest first; `NotFound` where there is none."""
        try:
            page = await self._kept.history(workflow_id, cursor, limit=limit)
        except NotFound:
            raise no_workflow(workflow_id) from None
        return Page(tuple(map(_workflow, page.items)), page.next_cursor)

    async def delete(self, workflow_id: str) -> None:
        """Remove the workflow with its versions; `NotFound` where there is none. Its executions stay."""
        try:
            await self._kept.delete(workflow_id)
        except NotFound:
            raise no_workflow(workflow_id) from None


def no_workflow(workflow_id: str, version: int | None = None) -> NotFound:
    """The error that says so."""
    which = f"{workflow_id[:80]!r}" if version is None else f"{workflow_id[:80]!r} at version {version}"
    return NotFound(f"There is no workflow {which}. GET /api/v1/workflows lists those that there are.")


def given_form(definition: Definition) -> JsonObject:
    """The definition as it was given: without what was left out."""
    return definition.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _data(definition: Definition) -> JsonObject:
    data = given_form(definition)
    if len(written(data, "").encode()) > LARGEST:
        raise TooLarge(f"A definition is at most {LARGEST // 1024} KB. Hand large texts in with the input.")
    return data


def _workflow(kept: Context) -> Workflow:
    return Workflow(kept.job_id, kept.version, kept.context_data, kept.created_at, kept.updated_at)
