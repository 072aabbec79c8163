"""Commands over HTTP: a sentence is planned, looked at, and run."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from graphs.command import CommandInput, CommandState
from memory.estimates import Estimate
from nodes.plans.kept import Plan
from server.http.answers import answer
from server.http.auth import Owner
from server.http.backend import BackendOf
from server.http.json_body import JsonRoute
from server.http.problems import problems
from server.http.rate_limit import client_of
from tools.planning import ActionSequence

router = APIRouter(prefix="/command", route_class=JsonRoute, tags=["Commands"])


class Command(CommandInput):
    """A sentence that says what is to be done."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PlanShape(ActionSequence):
    """A plan, what it would take, and, where it is run, its execution."""

    estimate: Estimate
    execution_id: str | None = None


class NoPlan(BaseModel):
    """Why there is no plan, in a sentence."""

    error: str


@router.post(
    "",
    response_model=PlanShape | NoPlan,
    response_description="A plan, or why there is none.",
    responses=problems(),
)
async def plan_command(asked: Command, request: Request, backend: BackendOf, owner: Owner) -> Response:
    """Plan what the sentence asks for, keep the plan as the context `job_id`, and with `execute` run it."""
    if (limit := backend.planning.rate_limit) is not None:
        await limit.count(client_of(request))
    state = await backend.planning.commands.plan(asked, owner=owner)
    return answer({"error": state.error} if state.error else planned(state))


@router.post("/{job_id}/execute", response_model=PlanShape, responses=problems(404, 409))
async def execute_command(job_id: str, backend: BackendOf, owner: Owner) -> Response:
    """Run the plan as its context holds it now, edited or not."""
    plan = await backend.planning.commands.execute(job_id, owner=owner)
    return answer(_shape(job_id, plan))


def planned(state: CommandState) -> dict[str, Any]:
    """A plan as it is answered."""
    plan = Plan.model_validate(state.model_dump(include=set(Plan.model_fields), exclude={"context"}))
    return _shape(str(state.job_id), plan)


def _shape(job_id: str, plan: Plan) -> dict[str, Any]:
    told = plan.model_dump(mode="json", include={"kind", "objective", "steps", "estimate"})
    executed = {"execution_id": plan.execution_id} if plan.execution_id else {}
    return {"job_id": job_id, **told, **executed}
