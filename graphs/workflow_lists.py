"""A list of steps as nodes of a state graph: edges where steps depend on each other, a channel for each outcome."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from memory.definitions import Step
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import Outcome
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


Make = Callable[[Step, Step | None], Made]  # from a step, and the one that undoes it


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

    def add_to(self, graph: Builder, make: Make, frame_of: FrameOf, *given: str) -> list[str]:
        """Add the nodes and their edges; answer with those that nobody waits for. All of them read `given`."""
        by_id = {step.step_id: step for step in self.steps}
        for step in self.nodes:
            undo = by_id[step.compensation] if step.compensation else None
            read = self._read(step) | (self._read(undo) if undo else set())
            view = state_of("View", dict.fromkeys([*given, *map(channel, sorted(read))], Any))
            graph.add_node(node_name(step.step_id), _node(step, make(step, undo), frame_of), input_schema=view)
        waited_for = {one for step in self.nodes for one in _join(graph, step, by_id)}
        return [node_name(step.step_id) for step in self.nodes if step.step_id not in waited_for]

    def _read(self, step: Step) -> set[str]:
        return {one for one in references(step) if channel(one) in self.channels}


def _join(graph: Builder, step: Step, by_id: Mapping[str, Step]) -> list[str]:
    """The edges to a step, from those of its list that it depends on."""
    before = [one for one in dict.fromkeys(step.depends_on) if one in by_id]
    names = [node_name(one) for one in before]
    graph.add_edge(names if len(names) > 1 else names[0] if names else START, node_name(step.step_id))
    return before


def _node(step: Step, made: Made, frame_of: FrameOf) -> Callable[..., Awaitable[Mapping[str, Outcome]]]:
    node = StepNode(channel(step.step_id), made.run, frame_of)
    return showing(made.inside, node) if made.inside else node


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
