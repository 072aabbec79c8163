"""Run a plan that was checked and kept."""

from dataclasses import dataclass

from pydantic import BaseModel

from nodes.plans.definition import definition_of
from nodes.plans.running import RunPlan
from tools.planning import Action


class RunView(BaseModel):
    job_id: str
    objective: str
    steps: tuple[Action, ...]


class RunPatch(BaseModel):
    execution_id: str | None = None


@dataclass(frozen=True)
class StartPlan:
    """Starts the plan's workflow; what becomes of it is the execution's to tell."""

    plans: RunPlan

    async def __call__(self, state: RunView) -> RunPatch:
        return RunPatch(
            execution_id=await self.plans.start(state.job_id, definition_of(state.objective, state.steps))
        )
