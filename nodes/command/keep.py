"""Keep a plan as a context, where it can be looked at and edited before it runs."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from memory.contexts import Contexts
from memory.estimates import Estimate
from memory.json_values import JsonObject
from nodes.plans.kept import JOB_TYPE, Plan
from tools.planning import Action, PlanKind


class KeepView(BaseModel):
    command: str
    context: JsonObject | None = None
    kind: PlanKind
    objective: str
    steps: tuple[Action, ...]
    estimate: Estimate


class KeepPatch(BaseModel):
    job_id: str | None = None


@dataclass(frozen=True)
class KeepPlan:
    """`contexts` are those of whoever gave the command."""

    contexts: Callable[[], Contexts]

    async def __call__(self, state: KeepView) -> KeepPatch:
        plan = Plan(
            command=state.command,
            kind=state.kind,
            objective=state.objective,
            steps=state.steps,
            estimate=state.estimate,
            context=state.context or {},
        )
        kept = await self.contexts().create(JOB_TYPE, plan.model_dump(mode="json", exclude={"execution_id"}))
        return KeepPatch(job_id=kept.job_id)
