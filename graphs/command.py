"""A sentence from a person: what it brings to mind, a plan, and - where that is wanted - its run.

recall -> plan -> check -> keep -> run
"""

from collections.abc import Callable
from typing import Annotated, Literal

from langgraph.config import get_config
from langgraph.graph import END, START, StateGraph
from pydantic import AfterValidator, BaseModel, Field, JsonValue

from memory.estimates import Estimate
from memory.interactions import Interactions
from memory.json_values import JsonObject
from memory.records import Interaction
from nodes.command.check import CheckPlan
from nodes.command.keep import KeepContexts, KeepPlan
from nodes.command.plan import MakePlan
from nodes.command.recall import RecallForCommand
from nodes.command.run import StartPlan
from nodes.plans.estimate import Estimator
from nodes.plans.known import Known
from nodes.plans.running import RunPlan
from tools.planning import Action, PlanKind, Planner

LONGEST = 10_000  # characters of a command
OWNER = "langgraph_auth_user_id"  # as LangGraph's own server calls it


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say what is to be done, in a sentence")
    return text


class CommandInput(BaseModel):
    """A command. `execute`: run the plan at once. `context`: whatever may help to plan it."""

    command: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_said)]
    execute: bool = False
    context: JsonObject | None = None


class CommandState(CommandInput):
    """What was made of the command. `error` says why there is no plan."""

    past: tuple[Interaction, ...] = ()  # what it brings to mind
    notes: tuple[str, ...] = ()
    kind: PlanKind | None = None
    objective: str | None = None
    steps: tuple[Action, ...] = ()
    estimate: Estimate | None = None
    job_id: str | None = None  # the context that the plan is kept in
    execution_id: str | None = None
    output: JsonValue = None  # what the plan came to, where it was run and waited for
    error: str | None = None


def command(
    *,
    interactions: Interactions,
    planner: Planner,
    estimator: Estimator,
    contexts: Callable[[str], KeepContexts],
    plans: RunPlan,
    known: Known,
) -> StateGraph[CommandState, None, CommandInput]:
    """The flow, not yet compiled. `contexts` gives those of an owner."""
    graph = StateGraph(CommandState, input_schema=CommandInput)
    graph.add_node("recall", RecallForCommand(interactions))
    graph.add_node("plan", MakePlan(planner, estimator.registry, known, _owner))
    graph.add_node("check", CheckPlan(estimator))
    graph.add_node("keep", KeepPlan(contexts, _owner))
    graph.add_node("run", StartPlan(plans, _owner))
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "plan")
    graph.add_conditional_edges("plan", after_plan)
    graph.add_conditional_edges("check", after_check)
    graph.add_conditional_edges("keep", after_keep)
    graph.add_edge("run", END)
    return graph


def after_plan(state: CommandState) -> Literal["check", "__end__"]:
    """What is out of scope ends here, with its reason."""
    return "__end__" if state.error else "check"


def after_check(state: CommandState) -> Literal["keep", "__end__"]:
    return "__end__" if state.error else "keep"


def after_keep(state: CommandState) -> Literal["run", "__end__"]:
    return "run" if state.execute else "__end__"


def _owner() -> str:
    """Whose run this is, by the server's own word; nobody's where no server runs the graph."""
    return str(get_config()["configurable"].get(OWNER, ""))
