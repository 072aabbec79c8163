"""A list of steps as nodes of a state graph: edges where steps depend on each other, a channel for each outcome."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graphs.workflow_lanes import lanes
from memory.definitions import Step
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import Outcome, Outcomes
from nodes.workflow.references import references

T = TypeVar("T")
STEPS = "steps."  # how the channels of outcomes begin

Graph = CompiledStateGraph[Any, Any, Any, Any]
State = Mapping[str, Any]
Builder = StateGraph[Any, Any, Any, Any]
FrameOf = Callable[[State, Runtime[Any]], Frame]


@dataclass(frozen=True)
class Made:
    """What a step's node does, and the graph inside it, if there is one."""

    run: Callable[[Frame], Awaitable[Outcome]]
    inside: Graph | None = None


class Body(Protocol):
    """Runs steps in a graph of their own."""

    @property
    def graph(self) -> Graph: ...

    async def __call__(self, frame: Frame) -> Outcomes: ...


Make = Callable[[Step, Step | None], Made]  # from a step, and the one that undoes it
MakeLane = Callable[[Sequence[Step]], Body]
Node = Callable[..., Awaitable[Mapping[str, Outcome]]]


def channel(step_id: str) -> str:
    """The channel of what a step came to."""
    return STEPS + step_id


def node_name(step_id: str) -> str:
    """The step's node. Two ids are names of channels, which no node may have."""
    return f"Step {step_id}" if step_id in ("input", "output") else step_id


def outcomes_in(state: State) -> dict[str, Outcome]:
    """What the steps came to that ended, by their ids."""
    return {name.removeprefix(STEPS): one for name, one in state.items() if name.startswith(STEPS)}


def state_of(name: str, channels: Mapping[str, Any]) -> type[Any]:
    """A state with these channels, each of which may still be missing."""
    return TypedDict(name, dict(channels), total=False)  # type: ignore[operator,no-any-return]


@dataclass(frozen=True)
class StepList:
    """Steps that are nodes of one graph. Those that only undo another step are run by that one's node."""

    steps: Sequence[Step]

    @cached_property
    def nodes(self) -> Sequence[Step]:
        undoing = {step.compensation for step in self.steps}
        return [step for step in self.steps if step.step_id not in undoing]

    @cached_property
    def channels(self) -> Mapping[str, Any]:
        """Of all nodes."""
        return {channel(step.step_id): Outcome for step in self.nodes}

    def add_to(self, graph: Builder, make: Make, make_lane: MakeLane, frame_of: FrameOf, *given: str) -> list[str]:
        """Add the nodes and their edges; answer with those that nobody waits for. All of them read `given`."""
        node_of: dict[str, str] = {}
        needed: dict[str, set[str]] = {}
        for lane in lanes(self.nodes):
            name = node_name(lane[0].step_id) if len(lane) == 1 else f"Lane {lane[0].step_id}"
            node_of |= {step.step_id: name for step in lane}
            needed[name] = {one for step in lane for one in step.depends_on}
            read = [*given, *map(channel, sorted(self._read(lane)))]
            view = state_of("View", dict.fromkeys(read, Any))
            graph.add_node(name, self._node(lane, make, make_lane, frame_of), input_schema=view)
        waited_for = set[str]()
        for name, steps in needed.items():
            waited_for |= _join(graph, name, {node_of[one] for one in steps if one in node_of} - {name})
        return [name for name in needed if name not in waited_for]

    def _node(self, lane: Sequence[Step], make: Make, make_lane: MakeLane, frame_of: FrameOf) -> Node:
        undoing = self._undoing(lane)
        if len(lane) > 1:
            body = make_lane([*lane, *undoing])
            return showing(body.graph, LaneNode(body, frame_of))
        made = make(lane[0], undoing[0] if undoing else None)
        node = StepNode(channel(lane[0].step_id), made.run, frame_of)
        return showing(made.inside, node) if made.inside else node

    def _undoing(self, lane: Sequence[Step]) -> list[Step]:
        """The steps that undo those of the lane."""
        return [self._by_id[one] for one in dict.fromkeys(step.compensation for step in lane) if one]

    @cached_property
    def _by_id(self) -> Mapping[str, Step]:
        return {step.step_id: step for step in self.steps}

    def _read(self, lane: Sequence[Step]) -> set[str]:
        """The steps of this list that the lane looks at, without its own."""
        looked_at = {one for step in (*lane, *self._undoing(lane)) for one in references(step)}
        return {one for one in looked_at - {step.step_id for step in lane} if channel(one) in self.channels}


def _join(graph: Builder, name: str, before: set[str]) -> set[str]:
    """The edges to a node, from those that it waits for."""
    names = sorted(before)
    graph.add_edge(names if len(names) > 1 else names[0] if names else START, name)
    return before


@dataclass(frozen=True)
class LaneNode:
    """Several steps as LangGraph calls them."""

    body: Body
    frame_of: FrameOf

    async def __call__(self, state: Any, runtime: Runtime[Any]) -> Mapping[str, Outcome]:
        outcomes = await self.body(self.frame_of(state, runtime))
        return {channel(step_id): outcome for step_id, outcome in outcomes.items()}


@dataclass(frozen=True)
class StepNode:
    """A step as LangGraph calls it."""

    channel: str
    run: Callable[[Frame], Awaitable[Outcome]]
    frame_of: FrameOf

    async def __call__(self, state: Any, runtime: Runtime[Any]) -> Mapping[str, Outcome]:
        return {self.channel: await self.run(self.frame_of(state, runtime))}


def showing(graph: Graph, node: Callable[[Any, Runtime[Any]], Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """The node, its graph to be seen: LangGraph looks for one among the names that a function reads."""

    async def shown(state: Any, runtime: Runtime[Any]) -> T:
        _ = graph
        return await node(state, runtime)

    return shown
