"""A user's workflow as a state graph: a node a step, an edge a dependency, a channel for what each came to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langgraph.config import get_config
from langgraph.graph import END, StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, JsonValue
from typing_extensions import TypedDict

from graphs.workflow_bodies import list_body
from graphs.workflow_lists import FrameOf, State, StepList, outcomes_in, state_of
from graphs.workflow_steps import StepMaker
from memory.definitions import Definition
from memory.errors import Invalid
from memory.json_values import JsonObject
from memory.step_records import StepLog
from memory.words import Clock
from nodes.agents.calling import AgentCaller
from nodes.workflow.actions import Sleep
from nodes.workflow.budget import MOST, Budgets
from nodes.workflow.frame import Frame
from nodes.workflow.recording import Records
from nodes.workflow.result import result
from tools.http_calls import HttpCalls

RESULT = "Output"  # the last node; no step can be called so


class WorkflowInput(BaseModel):
    """What a run is started with: `{"input": {…}}`."""

    input: JsonObject = {}


class WorkflowState(TypedDict, total=False):
    """What every workflow's state has. Beside it, `steps.<step_id>` is what became of each step that ended."""

    input: JsonObject
    output: JsonValue


def workflow(
    definition: Definition,
    *,
    agents: AgentCaller,
    calls: HttpCalls,
    log: StepLog,
    clock: Clock,
    owner: str = "",
    subworkflows: Mapping[str, Definition] | None = None,
    sleep: Sleep = asyncio.sleep,
    most_steps: int = MOST,
) -> StateGraph[Any, None, Any]:
    """The graph of a checked definition, not yet compiled: give it a checkpointer.

    A run's thread is its execution: step records are written under its id. `subworkflows` are the definitions of
    the workflows that it calls, directly or through others, by their ids. `ainvoke` raises `StepFailed` where a
    step failed; invoked again with None, the thread goes on with the steps that failed or were cancelled.
    """
    steps = StepMaker(agents, calls, Records(log, clock), clock, sleep, owner, subworkflows or {})
    budgets = Budgets(most_steps)
    listed = StepList(definition.steps)
    schema = state_of("WorkflowState", {**WorkflowState.__annotations__, **listed.channels})
    graph = StateGraph(schema, input_schema=WorkflowInput)
    ends = listed.add_to(graph, steps.make, lambda lane: list_body(lane, steps.make), _frame_in(budgets), "input")
    graph.add_node(RESULT, _result_of(definition, budgets), defer=True)
    for name in ends:
        graph.add_edge(name, RESULT)
    graph.add_edge(RESULT, END)
    return graph


def _frame_in(budgets: Budgets) -> FrameOf:
    def frame(state: State, runtime: Runtime[Any]) -> Frame:  # noqa: ARG001
        run_id = _run_id()
        return Frame(_input(state), run_id=run_id, budget=budgets.of(run_id)).after(outcomes_in(state))

    return frame


def _result_of(definition: Definition, budgets: Budgets) -> Callable[..., Awaitable[State]]:
    async def give_result(state: State) -> State:
        budgets.close(_run_id())
        return {"output": result(definition, Frame(_input(state)).after(outcomes_in(state)))}

    return give_result


def _input(state: State) -> JsonObject:
    given = state.get("input", {})
    if not isinstance(given, dict):
        raise Invalid("A workflow's input is an object.", where="input")
    return given


def _run_id() -> str:
    """The run that the calling node is in: its thread."""
    return str(get_config()["configurable"].get("thread_id", ""))
