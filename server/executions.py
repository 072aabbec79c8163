"""Executions of workflows, as routes, commands and workers use them: start, wait, pause, go on, stop.

An execution is a thread, and what moves it are runs on that thread: they are redelivered, drained and fenced like
any other. What is noted first is done later by whoever finds it, should the process that noted it die.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from memory.bells import Bells
from memory.checkpoints import RedisSaver
from memory.definitions import Definition
from memory.errors import Conflict, Unavailable, ZigralError
from memory.execution_records import Execution, ExecutionStatus, Pinned
from memory.executions import Executions, NewExecution, no_execution
from memory.json_text import JsonObject as Loaded
from memory.json_values import JsonObject
from memory.logs import get_logger
from memory.run_records import NewRun
from memory.runs import Runs, new_id
from memory.threads import Threads
from memory.words import Clock, utc_now
from server.chosen_assistant import system_assistant
from server.execution_outcome import wait_until
from server.execution_questions import Question, choose, questions_of
from server.execution_runs import first_kwargs, kwargs_on
from server.run_graphs import WORKFLOW
from server.run_queue import RunQueue

log = get_logger(__name__)
QUIET_SECONDS = 2.0  # after which one who follows is told that we are there
PACE_SECONDS = 0.05  # between two looks at what changes all the time
Pin = Callable[[Definition, str], Awaitable[Pinned]]  # of a definition and its owner


@dataclass(frozen=True)
class ExecutionService:
    """All executions, for whoever may see them: an owner's are not there for another."""

    executions: Executions
    runs: Runs
    threads: Threads
    queue: RunQueue
    bells: Bells
    saver: RedisSaver
    pin: Pin  # resolves the subworkflows
    refuse_full: Callable[[str], Awaitable[None]]  # where an owner has as many threads as they may
    clock: Clock = utc_now

    async def start(
        self,
        definition: Definition,
        *,
        workflow_id: str | None = None,
        version: int | None = None,
        input_data: JsonObject,
        owner: str,
        priority: int = 5,
    ) -> Execution:
        """Accept an execution: it is on disk when this returns. `priority`: 0 to 9, and 9 goes first.

        The definition has been checked. `NotFound`, `Invalid` where a workflow that it calls is not there any more.
        """
        pinned = await self.pin(definition, owner)
        await self.refuse_full(owner)
        execution_id = new_id()
        new = NewExecution(
            execution_id=execution_id,
            owner=owner,
            workflow_id=workflow_id,
            version=version,
            pinned=pinned,
            input_data=input_data,
            priority=priority,
            run_id=new_id(),
            kwargs=first_kwargs(input_data),
        )
        await self.executions.create(new)
        await self._launch(execution_id, new.run_id, new.kwargs, owner=owner, priority=priority)
        return await self.get(execution_id, owner=owner)

    async def get(self, execution_id: str, *, owner: str) -> Execution:
        """The execution with all its steps; `NotFound` where there is none of this owner's."""
        return await self.executions.get(execution_id, owner=owner)

    async def wait(self, execution_id: str, *, owner: str) -> Execution:
        """The execution, once it has ended or waits for a person."""
        async for execution in self.waiting(execution_id, owner=owner):
            if execution is not None:
                return execution
        raise no_execution(execution_id)

    async def waiting(self, execution_id: str, *, owner: str) -> AsyncGenerator[Execution | None]:
        """The execution, once it has ended or waits for a person; before, None now and then."""
        async with self.bells.listening(execution_id) as bell:
            while True:
                bell.clear()
                if await self.executions.status(execution_id) not in ("pending", "running"):
                    yield await self.get(execution_id, owner=owner)
                    return
                if not await bell.wait(QUIET_SECONDS):
                    yield None

    async def follow(self, execution_id: str, *, owner: str) -> AsyncGenerator[Execution | None]:
        """The execution whenever something of it has changed, until it has ended; None now and then meanwhile."""
        async with self.bells.listening(execution_id) as bell:
            before: Execution | None = None
            while before is None or not before.has_ended:
                bell.clear()
                execution = await self.get(execution_id, owner=owner)
                if execution != before:
                    yield execution
                    before = execution
                    await asyncio.sleep(PACE_SECONDS)
                elif not await bell.wait(QUIET_SECONDS):
                    yield None

    async def cancel(self, execution_id: str, *, owner: str) -> Execution:
        """Stop it now; `Conflict` where it has ended."""
        return await self._ask(execution_id, "cancel", "cancelled", owner=owner)

    async def pause(self, execution_id: str, *, owner: str) -> Execution:
        """Have it begin nothing new: it is paused when the steps under way are over. `Conflict` where it rests."""
        return await self._ask(execution_id, "pause", "paused", owner=owner)

    async def resume(
        self, execution_id: str, *, owner: str, step_id: str | None = None, answers: tuple[object, ...] = ()
    ) -> Execution:
        """Go on: after a pause, or with the one answer that an approval waits for. `Conflict` where it does not."""
        execution = await self.get(execution_id, owner=owner)
        if execution.status != "paused":
            raise _not_now(execution_id, execution.status, "resumed")
        waiting = questions_of(await self._interrupts(execution))
        if not answers:
            _refuse_silence(execution, waiting)
            return await self._go_on(execution, {}, allowed="paused", done="resumed")
        chosen = choose(execution_id, waiting, step_id)
        return await self._go_on(execution, {chosen.interrupt_id: answers[0]}, allowed="paused", done="resumed")

    async def retry(self, execution_id: str, *, owner: str) -> Execution:
        """Run what failed or was cancelled by it again, and go on. `Conflict` where it has not failed."""
        execution = await self.get(execution_id, owner=owner)
        if execution.status != "failed":
            raise _not_now(execution_id, execution.status, "retried")
        return await self._go_on(execution, {}, allowed="failed", done="retried")

    async def tend(self) -> None:
        """See to executions whose run was noted and not made, and to those whose wait is over."""
        for execution_id in await self.executions.due(self.clock()):
            try:
                await self._see_to(execution_id)
            except Unavailable:
                raise
            except ZigralError as error:  # one that cannot be read, say, keeps no other waiting
                log.warning(f"Execution {execution_id} cannot go on. {error}")

    async def _see_to(self, execution_id: str) -> None:
        execution = await self.executions.find(execution_id)
        if execution and execution.run_id:
            kwargs = await self.executions.kwargs(execution_id)
            await self._launch(
                execution_id, execution.run_id, kwargs, owner=execution.owner, priority=execution.priority
            )
        elif execution and execution.wakes_at:
            await self._wake(execution, self.clock())

    async def _wake(self, execution: Execution, now: datetime) -> None:
        """Go on with the waits that are over. Others may do the same; one does."""
        over = {
            str(one["id"]): True
            for one in await self._interrupts(execution)
            if (until := wait_until(one.get("value"))) is not None and until <= now
        }
        with suppress(Conflict):
            await self._go_on(execution, over, allowed=execution.status, done="woken", if_due=now)

    async def _ask(self, execution_id: str, what: str, done: str, *, owner: str) -> Execution:
        await self.get(execution_id, owner=owner)
        said = await self.executions.ask(execution_id, what)
        if said == "GONE":
            raise no_execution(execution_id)
        if said != "OK":
            raise _not_now(execution_id, said, done)
        return await self.get(execution_id, owner=owner)

    async def _go_on(
        self,
        execution: Execution,
        resume: Mapping[str, object],
        *,
        allowed: ExecutionStatus,
        done: str,
        if_due: datetime | None = None,
    ) -> Execution:
        execution_id, run_id = execution.execution_id, new_id()
        kwargs = await self._kwargs(execution, resume)
        said = await self.executions.go_on(
            execution_id, run_id=run_id, kwargs=kwargs, allowed=[allowed], if_due=if_due
        )
        if said == "GONE":
            raise no_execution(execution_id)
        if said != "OK":
            raise _not_now(execution_id, said, done)
        await self._launch(execution_id, run_id, kwargs, owner=execution.owner, priority=execution.priority)
        return await self.get(execution_id, owner=execution.owner)

    async def _kwargs(self, execution: Execution, resume: Mapping[str, object]) -> Loaded:
        """What the run that goes on is asked: to begin, where nothing was stored yet."""
        place = {"thread_id": execution.execution_id, "checkpoint_ns": ""}
        if await self.saver.aget_tuple({"configurable": place}) is None:
            return first_kwargs(execution.input_data)
        return kwargs_on(resume)

    async def _launch(self, execution_id: str, run_id: str, kwargs: Loaded, *, owner: str, priority: int) -> None:
        """Make the run that is noted, unless it is made or not wanted any more, and call a worker for it."""
        new = NewRun(
            run_id=run_id,
            thread_id=execution_id,
            owner=owner,
            assistant_id=system_assistant(WORKFLOW),
            graph_id=WORKFLOW,
            metadata={},
            kwargs=kwargs,
            make_thread=True,
            priority=priority,
        )
        with suppress(Conflict):
            await self.runs.create(new)
            with suppress(Unavailable):  # the run is accepted by now: a worker finds it all the same
                await self.queue.add(run_id)

    async def _interrupts(self, execution: Execution) -> list[Mapping[str, object]]:
        """What its thread waits for: (id, value) of each interrupt."""
        thread = (await self.threads.read([execution.execution_id], owner=execution.owner))[0]
        waiting = thread.interrupts.values() if thread else ()
        return [one for task in waiting if isinstance(task, list) for one in task]


def _refuse_silence(execution: Execution, waiting: list[Question]) -> None:
    """Refuse to go on without an answer where nothing but answers is waited for."""
    if waiting and execution.asked != "pause":
        names = ", ".join(question.step_id for question in waiting)
        raise Conflict(
            f"Execution {execution.execution_id} waits for an answer to {names}. "
            'Send it: {"answer": …}, with "step_id" where there are several.'
        )


def _not_now(execution_id: str, status: str, done: str) -> Conflict:
    return Conflict(f"Execution {execution_id} is {status}, and cannot be {done} now.")
