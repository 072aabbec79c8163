"""Run a plan that was checked and kept."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue

from memory.json_values import JsonObject
from nodes.plans.definition import definition_of
from nodes.plans.running import RunPlan
from tools.planning import Action


class RunView(BaseModel):
    job_id: str
    context: JsonObject | None = None
    objective: str
    steps: tuple[Action, ...]


class RunPatch(BaseModel):
    execution_id: str | None = None
    output: JsonValue = None


@dataclass(frozen=True)
class StartPlan:
    """Runs the plan's workflow, or has it run: `output` is there where it was waited for."""

    plans: RunPlan
    owner: Callable[[], str]

    async def __call__(self, state: RunView) -> RunPatch:
        definition = definition_of(state.objective, state.steps)
        ran = await self.plans.run(state.job_id, definition, state.context or {}, owner=self.owner())
        return RunPatch(execution_id=ran.execution_id, output=ran.output)
