"""Keep a plan as a context, where it can be looked at and edited before it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from memory.estimates import Estimate
from memory.json_values import JsonObject
from memory.records import Context
from nodes.plans.kept import JOB_TYPE, Plan
from tools.planning import Action, PlanKind


class KeepContexts(Protocol):
    """Keeps contexts, as `memory.contexts.Contexts` does."""

    async def create(self, job_type: str, context_data: JsonObject) -> Context:
        """Keep a new context under an id of its own."""
        ...


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
    """`contexts` are those of an owner; `owner` says whose command it is."""

    contexts: Callable[[str], KeepContexts]
    owner: Callable[[], str]

    async def __call__(self, state: KeepView) -> KeepPatch:
        plan = Plan(
            command=state.command,
            kind=state.kind,
            objective=state.objective,
            steps=state.steps,
            estimate=state.estimate,
            context=state.context or {},
        )
        kept = await self.contexts(self.owner()).create(JOB_TYPE, plan.data())
        return KeepPatch(job_id=kept.job_id)
