"""Hold a plan against the registry, and say what it would take."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.errors import Mistakes
from memory.estimates import Estimate
from memory.json_values import JsonObject
from nodes.plans.checking import checked
from nodes.plans.estimate import Estimator
from tools.planning import Action

TOLD = 3  # mistakes that the sentence names


class CheckView(BaseModel):
    objective: str
    steps: tuple[Action, ...]
    context: JsonObject | None = None


class CheckPatch(BaseModel):
    estimate: Estimate | None = None
    error: str | None = None


@dataclass(frozen=True)
class CheckPlan:
    """A plan with an agent, an action or a parameter that there is not is an `error`: it was made up."""

    estimator: Estimator

    async def __call__(self, state: CheckView) -> CheckPatch:
        try:
            definition = checked(state.objective, state.steps, self.estimator.registry)
        except Mistakes as error:
            told = "; ".join(f"{one.path}: {one.message}" for one in error.mistakes[:TOLD])
            return CheckPatch(error=f"The plan that was made cannot be done ({told}) Say it in other words.")
        return CheckPatch(estimate=await self.estimator.of(definition, state.context))
