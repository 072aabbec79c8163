"""The graphs that the server's own tests run: small, deterministic, offline."""

import operator
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    """`trail` grows by one entry a node."""

    text: str
    payload: Any
    answer: Any
    trail: Annotated[list[str], operator.add]


def first(state: State) -> State:
    """Leave a trace."""
    return {"trail": ["first"]}


def second(state: State) -> State:
    """Leave a trace."""
    return {"trail": ["second"]}


def ask(state: State) -> State:
    """Ask a person."""
    return {"answer": interrupt({"question": state.get("text")}), "trail": ["ask"]}


steps = StateGraph(State)
steps.add_node(first).add_node(second)
steps.add_edge(START, "first").add_edge("first", "second").add_edge("second", END)


def asking(config: dict[str, Any]) -> StateGraph[Any, Any, Any, Any]:
    """A function of the run's config."""
    graph = StateGraph(State)
    graph.add_node(ask)
    return graph.add_edge(START, "ask").add_edge("ask", END)


def fail(state: State) -> State:
    """Fail, always."""
    raise ValueError("this graph fails")


failing = StateGraph(State)
failing.add_node(fail)
failing.add_edge(START, "fail").add_edge("fail", END)
