"""Tasks that were asked for: what was asked, the plan that was made of it, and the execution that does it.

They are kept as contexts are, under keys of their own (`{zigral:task}:…`, see `memory/contexts.py`), each with its
owner, to whom alone it is there. How far a task has come is its execution's to tell.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue
from redis.asyncio import Redis

from memory.contexts import Bounds, Contexts
from memory.errors import Malformed, NotFound
from memory.estimates import Estimate
from memory.json_values import JsonObject
from memory.pages import Page
from memory.records import Context, Record
from memory.words import Clock, utc_now

PREFIX = "{zigral:task}:"
TaskType = Literal["research_and_analyze", "prospect", "enrich", "simple"]
Priority = Annotated[int, Field(ge=0, le=9)]
ONE_VERSION = Bounds(versions=1)


class TaskAsked(Record):
    """What is to be done, as it was asked for."""

    type: TaskType
    query: str
    input: JsonObject = Field(default_factory=dict)
    priority: Priority = 5  # a higher one overtakes in the queue


class KeptTask(Record):
    """A task. Without `execution_id` it was planned only."""

    task_id: str
    asked: TaskAsked
    plan: JsonObject  # the definition as it was made
    estimate: Estimate
    execution_id: str | None
    created_at: AwareDatetime


@dataclass(frozen=True)
class Tasks:
    """The tasks of one owner on one Redis. A server that does not answer is `Unavailable`."""

    redis: Redis
    owner: str
    clock: Clock = utc_now
    _kept: Contexts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kept = Contexts(self.redis, self.owner, self.clock, ONE_VERSION, PREFIX)
        object.__setattr__(self, "_kept", kept)

    async def create(self, asked: TaskAsked, plan: JsonObject, estimate: Estimate) -> KeptTask:
        """Keep a new task, which nobody works on yet."""
        data = _data(asked, plan, estimate, execution_id=None)
        return _task(await self._kept.create(asked.type, data))

    async def started(self, task: KeptTask, execution_id: str) -> KeptTask:
        """Note the execution that does the task."""
        data = _data(task.asked, task.plan, task.estimate, execution_id)
        return _task(await self._kept.put(task.task_id, task.asked.type, data))

    async def get(self, task_id: str) -> KeptTask:
        """The task; `NotFound` where there is none."""
        try:
            return _task(await self._kept.get(task_id))
        except NotFound:
            raise NotFound(f"There is no task {task_id[:80]!r}. POST /api/v1/tasks makes one.") from None

    async def delete(self, task_id: str) -> None:
        """Remove the task; `NotFound` where there is none. Its execution stays."""
        await self._kept.delete(task_id)

    async def page(self, cursor: str | None = None, *, limit: int = 100) -> Page[KeptTask]:
        """Up to `limit` tasks, those asked for last first."""
        page = await self._kept.page(cursor, limit=limit)
        return Page(tuple(map(_task, page.items)), page.next_cursor)


def _data(asked: TaskAsked, plan: JsonObject, estimate: Estimate, execution_id: JsonValue) -> JsonObject:
    return {
        "asked": asked.model_dump(mode="json"),
        "plan": plan,
        "estimate": estimate.model_dump(mode="json"),
        "execution_id": execution_id,
    }


def _task(context: Context) -> KeptTask:
    try:
        return KeptTask.model_validate(
            {**context.context_data, "task_id": context.job_id, "created_at": context.created_at}
        )
    except ValueError as error:
        raise Malformed(f"The task {context.job_id} cannot be read from the store.") from error
