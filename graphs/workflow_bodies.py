"""Graphs inside a node: the steps of a container, its branches, the attempts at a step, the time of a wait.

A node hands its frame to the graph inside as the context, which no checkpoint keeps: it is made again from the
state around when the node runs again. LangGraph gives the graph a namespace under the node's task, so that a node
that was interrupted finds what its graph had done. A node that invokes a graph several times must do so in the
same order each time, for the n-th invocation has the n-th namespace.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graphs.workflow_lists import Graph, Make, State, StepList, outcomes_in, showing, state_of
from memory.definitions import Step
from nodes.workflow.frame import Frame
from nodes.workflow.guarded import Guarded, GuardState, failure_in
from nodes.workflow.outcomes import Outcome, Outcomes
from nodes.workflow.wait import WaitEnd

BRANCHES = "branches."  # how the channels of branches begin
ATTEMPT, REST = "Attempt", "Rest"  # nodes; no step can be called so


async def _run(graph: Graph, context: object) -> Any:
    """The end state of a graph inside; where the node around it is cancelled, once all in the graph has stopped.

    LangGraph cancels what runs beside a failed node twice in a row. The second time would come before the graph
    inside has begun to cancel its own nodes, and leave them running.
    """
    running = asyncio.create_task(graph.ainvoke({}, context=context))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.cancel()
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # it is known, and not of interest
        raise


def _inside(state: State, runtime: Runtime[Frame]) -> Frame:
    """The frame of a step inside a container, which hands on its own."""
    return runtime.context.after(outcomes_in(state))


@dataclass(frozen=True)
class ListBody:
    """Runs a list of steps."""

    graph: Graph

    async def __call__(self, frame: Frame) -> Outcomes:
        return outcomes_in(await _run(self.graph, frame))


def list_body(steps: Sequence[Step], make: Make) -> ListBody:
    """The body that these steps are."""
    listed = StepList(steps)
    graph = StateGraph(state_of("Body", listed.channels), context_schema=Frame)
    for name in listed.add_to(graph, make, lambda lane: list_body(lane, make), _inside):
        graph.add_edge(name, END)
    return ListBody(graph.compile())


@dataclass(frozen=True)
class Way:
    """The context of branches: where they begin, and which are taken."""

    frame: Frame
    names: Sequence[str]


@dataclass(frozen=True)
class BranchesBody:
    """Runs branches, each in a node of its own. Those without steps have none."""

    graph: Graph | None
    names: Sequence[str]  # of the branches with steps

    async def __call__(self, frame: Frame, names: Sequence[str]) -> Mapping[str, Outcomes]:
        taken = [name for name in names if name in self.names]
        if not taken or self.graph is None:
            return {name: {} for name in names}
        state = await _run(self.graph, Way(frame, taken))
        return {name: state.get(BRANCHES + name, {}) for name in names}


def branches_body(lists: Mapping[str, Sequence[Step]], make: Make) -> BranchesBody:
    """The branches that these lists are."""
    bodies = {name: list_body(steps, make).graph for name, steps in lists.items() if steps}
    if not bodies:
        return BranchesBody(None, ())
    channels = {BRANCHES + name: dict[str, Outcome] for name in bodies}
    graph = StateGraph(state_of("Branches", channels), context_schema=Way)
    for name, body in bodies.items():
        graph.add_node(name, _branch(name, body))
        graph.add_edge(name, END)
    graph.add_conditional_edges(START, _taken, list(bodies))
    return BranchesBody(graph.compile(), tuple(bodies))


def _taken(state: State, runtime: Runtime[Way]) -> Sequence[str]:  # noqa: ARG001
    return runtime.context.names


def _branch(name: str, body: Graph) -> Callable[..., Awaitable[State]]:
    async def branch(state: State, runtime: Runtime[Way]) -> State:  # noqa: ARG001
        return {BRANCHES + name: outcomes_in(await _run(body, runtime.context.frame))}

    return branch


@dataclass
class Guarding:
    """The context of a guard. `is_new` says that something of it ran now, and is not merely remembered."""

    frame: Frame
    is_new: bool = False


@dataclass(frozen=True)
class GuardBody:
    """Runs a step's attempts, and what undoes it."""

    graph: Graph

    async def __call__(self, frame: Frame) -> Outcome:
        """What it came to. After a failure that was undone, a run that goes on tries it all anew."""
        while True:
            guarding = Guarding(frame)
            state = cast(GuardState, await _run(self.graph, guarding))
            if (failure := failure_in(state)) is None:
                return state["outcome"]
            if guarding.is_new:
                raise failure


def guard_body(guarded: Guarded, attempted: Graph | None, undoing: Step | None, undone: Graph | None) -> GuardBody:
    """The guard of a step; `attempted` and `undone` are what is inside it, and inside the one that undoes it."""

    async def attempt(state: GuardState, runtime: Runtime[Guarding]) -> GuardState:
        runtime.context.is_new = True
        return await guarded.try_once(state, runtime.context.frame)

    async def rest(state: GuardState) -> GuardState:
        return await guarded.rest(state)

    async def undo(_: GuardState, runtime: Runtime[Guarding]) -> GuardState:
        runtime.context.is_new = True
        return await guarded.undo_it(runtime.context.frame)

    graph = StateGraph(GuardState, context_schema=Guarding)
    graph.add_node(ATTEMPT, showing(attempted, attempt) if attempted else attempt)
    graph.add_edge(START, ATTEMPT)
    ways = [END]
    if guarded.attempt.step.retry:
        ways.append(REST)
        graph.add_node(REST, rest)
        graph.add_edge(REST, ATTEMPT)
    if undoing:
        name = _undoing(undoing)
        ways.append(name)
        graph.add_node(name, showing(undone, undo) if undone else undo)
        graph.add_edge(name, END)
    graph.add_conditional_edges(ATTEMPT, _after_attempt(undoing), ways)
    return GuardBody(graph.compile())


def _after_attempt(undoing: Step | None) -> Callable[[GuardState], str]:
    def after(state: GuardState) -> str:
        if undoing and "failure" in state:
            return _undoing(undoing)
        return END if "outcome" in state else REST

    return after


def _undoing(step: Step) -> str:
    return f"Compensation {step.step_id}"


class WaitState(TypedDict, total=False):
    """When the wait ends."""

    until: str


@dataclass(frozen=True)
class WaitBody:
    """Fixes when a wait ends, once."""

    graph: Graph

    async def __call__(self, frame: Frame) -> datetime:
        return datetime.fromisoformat((await _run(self.graph, frame))["until"])


def wait_body(end: WaitEnd) -> WaitBody:
    """The wait that ends then."""

    async def begin(state: WaitState, runtime: Runtime[Frame]) -> WaitState:  # noqa: ARG001
        return {"until": end(runtime.context).isoformat()}

    graph = StateGraph(WaitState, context_schema=Frame)
    graph.add_node("begin", begin)
    graph.add_edge(START, "begin")
    graph.add_edge("begin", END)
    return WaitBody(graph.compile())
