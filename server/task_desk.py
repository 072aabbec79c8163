"""Tasks, as the routes use them: planned, estimated, executed, watched."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from redis.asyncio import Redis

from memory.definitions import Definition
from memory.errors import NotFound
from memory.execution_records import Execution
from memory.pages import Page
from memory.tasks import KeptTask, TaskAsked, Tasks
from memory.workflows import given_form
from nodes.plans.estimate import Estimator
from nodes.plans.task_planner import TaskPlanner
from server.executions import ExecutionService

OVER = ("completed", "failed", "skipped", "cancelled")  # of a step


@dataclass(frozen=True)
class Watched:
    """A task and the execution that does it; None: nobody does, or its execution was deleted."""

    task: KeptTask
    execution: Execution | None

    @property
    def status(self) -> str:
        """As of an execution; a task that was planned only is pending."""
        if self.execution:
            return self.execution.status
        return "cancelled" if self.task.execution_id else "pending"

    @property
    def progress(self) -> float:
        """The share of the steps that are over, 1 once nothing more will be done."""
        if self.execution is None:
            return 0.0
        if self.execution.status == "completed":
            return 1.0
        over = sum(record.status in OVER for record in self.execution.steps.values())
        return round(over / max(1, len(self.execution.steps)), 3)


@dataclass(frozen=True)
class TaskDesk:
    """The tasks of all owners; each sees their own."""

    redis: Redis
    planner: TaskPlanner
    estimator: Estimator
    executions: ExecutionService

    async def create(self, asked: TaskAsked, *, execute: bool, owner: str) -> Watched:
        """Plan a task and keep it; with `execute`, begin it. `Mistakes`, `Invalid` where it cannot be planned."""
        definition = await self.planner.plan(asked)
        estimate = await self.estimator.of(definition, asked.input)
        task = await Tasks(self.redis, owner).create(asked, given_form(definition), estimate)
        return await self._begun(task, definition, owner) if execute else Watched(task, None)

    async def get(self, task_id: str, *, owner: str) -> Watched:
        """The task as it stands; `NotFound` where there is none of this owner's."""
        return await self._watched(await Tasks(self.redis, owner).get(task_id), owner)

    async def page(self, cursor: str | None, *, limit: int, owner: str) -> Page[Watched]:
        """Some tasks, those asked for last first."""
        page = await Tasks(self.redis, owner).page(cursor, limit=limit)
        return Page(tuple([await self._watched(task, owner) for task in page.items]), page.next_cursor)

    async def follow(self, task: KeptTask, *, owner: str) -> AsyncGenerator[Watched | None]:
        """The task whenever something of it has changed, until it is over; None when nothing has for long."""
        if task.execution_id is None:
            yield Watched(task, None)
            return
        try:
            async with aclosing(self.executions.follow(task.execution_id, owner=owner)) as found:
                async for execution in found:
                    yield Watched(task, execution) if execution else None
        except NotFound:  # it was deleted meanwhile
            yield Watched(task, None)

    async def _begun(self, task: KeptTask, definition: Definition, owner: str) -> Watched:
        execution = await self.executions.start(
            definition, input_data=task.asked.input, owner=owner, priority=task.asked.priority
        )
        return Watched(await Tasks(self.redis, owner).started(task, execution.execution_id), execution)

    async def _watched(self, task: KeptTask, owner: str) -> Watched:
        if task.execution_id is None:
            return Watched(task, None)
        try:
            return Watched(task, await self.executions.get(task.execution_id, owner=owner))
        except NotFound:
            return Watched(task, None)
