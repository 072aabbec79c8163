"""Have a planner make a plan of a command, or say why it makes none."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from memory.errors import Malformed, Refused
from memory.json_values import JsonObject
from memory.records import Interaction
from nodes.plans.known import Known
from nodes.plans.offers import offers
from nodes.registry import AgentRegistry
from tools.engine import EngineStopped, EngineUnavailable
from tools.planning import Action, OutOfScope, PlanBrief, PlanKind, Planner


class PlanView(BaseModel):
    command: str
    context: JsonObject | None = None
    past: tuple[Interaction, ...] = ()


class PlanPatch(BaseModel):
    kind: PlanKind | None = None
    objective: str | None = None
    steps: tuple[Action, ...] | None = None
    error: str | None = None


@dataclass(frozen=True)
class MakePlan:
    """What is out of scope, and an engine without an answer of any use, are `error`s: sentences for who asked."""

    planner: Planner
    registry: AgentRegistry
    known: Known
    owner: Callable[[], str]

    async def __call__(self, state: PlanView) -> PlanPatch:
        brief = PlanBrief(
            command=state.command,
            actions=offers(self.registry),
            past=state.past,
            context=state.context or {},
            known=await self.known.of(self.owner()),
        )
        try:
            plan = await self.planner.plan(brief)
        except (EngineStopped, EngineUnavailable, Malformed, Refused) as error:
            return PlanPatch(error=str(error))
        if isinstance(plan, OutOfScope):
            return PlanPatch(error=plan.reason)
        return PlanPatch(kind=plan.kind, objective=plan.objective, steps=plan.steps)
