"""Planning, checking and running here and now, without a server: what commands and notebooks stand on.

    async with open_workbench(Settings.from_env()) as bench:
        plan = await bench.plan("Score all leads")
        done = await bench.run(bench.as_workflow(plan))

What is run is kept on the Redis in use, as a server's is: it may be stopped at any moment, and goes on when it is
run again. A program that does so stands under `if __name__ == "__main__":`, since worker processes import it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import ValidationError

from graphs.command import CommandInput, CommandState
from memory.definitions import Definition
from memory.errors import Invalid, Refused
from memory.execution_records import Execution
from memory.json_values import JsonObject
from nodes.agents.agent import Agent
from nodes.plans.checking import checked
from nodes.registry import AgentRegistry
from server.http.auth import NOBODY
from server.http.backend import Backend, open_backend
from server.local_executions import Answers, LocalExecutions, OnStep, followed
from server.settings import Settings

CONCURRENCY = 4  # runs at a time: also of a workflow's own, should others wait on the same Redis


@dataclass(frozen=True)
class Workbench:
    """Everything of one process, for whoever works in it."""

    backend: Backend

    @property
    def registry(self) -> AgentRegistry:
        """The agents that plans and workflows may use; `register` adds one."""
        return self.backend.agents.registry

    async def plan(self, sentence: str, *, execute: bool = False) -> CommandState:
        """What the sentence asks for, checked and costed; its `error` says why there is no plan.

        With `execute` an execution of it has begun, which `follow` waits for.
        """
        return await self.backend.planning.commands.plan(_asked(sentence, execute=execute), owner=NOBODY)

    def as_workflow(self, plan: CommandState) -> Definition:
        """The plan as the workflow that it runs as; `Refused` where there is none."""
        if plan.error:
            raise Refused(plan.error)
        return checked(plan.objective or "", plan.steps, self.registry)

    async def checked(self, given: object) -> Definition:
        """The definition that a JSON value says; `Mistakes` with all that is wrong in it."""
        return await self.backend.definitions.checked(given, owner=NOBODY)

    def executions(self, definition: Definition, input_data: JsonObject | None = None) -> LocalExecutions:
        """The executions of a definition that was checked, with one input."""
        return LocalExecutions(self.backend.executions, definition, input_data or {})

    async def run(
        self,
        definition: Definition,
        input_data: JsonObject | None = None,
        *,
        answers: Answers = (),
        anew: bool = False,
        on_step: OnStep | None = None,
    ) -> Execution:
        """Run it until it ends or waits for a person; again with the same input, it goes on where it stopped.

        What failed is then tried again from there, and an approval takes the one of `answers`.
        """
        executions = self.executions(definition, input_data)
        return await executions.follow(await executions.begin(anew=anew, answers=answers), on_step)

    async def follow(self, execution_id: str, on_step: OnStep | None = None) -> Execution:
        """The execution once it has ended or waits for a person; each step is told of as it changes."""
        execution = await self.backend.executions.get(execution_id, owner=NOBODY)
        return await followed(self.backend.executions, execution, on_step)


@asynccontextmanager
async def open_workbench(
    settings: Settings, *, agents: Sequence[Agent] = (), working: bool = True
) -> AsyncIterator[Workbench]:
    """The workbench on the Redis in use, closed with all it opened. Not `working`: it plans, and runs nothing."""
    settings = settings.model_copy(update={"concurrency": CONCURRENCY if working else 0})
    async with open_backend(settings, agents=agents) as backend:
        yield Workbench(backend)


def _asked(sentence: str, *, execute: bool) -> CommandInput:
    """The command; `Invalid` says why it is none."""
    try:
        return CommandInput(command=sentence, execute=execute)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ").rstrip(".")
        raise Invalid(f"{why}.", where="TEXT") from None
