"""The graphs that the server's own tests run: small, deterministic, offline."""

import operator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import BaseModel
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


async def note(state: State, runtime: Runtime[None]) -> State:
    """Write to the store, and read it back."""
    assert runtime.store is not None
    await runtime.store.aput(("notes", "own"), "k", {"text": state.get("text")})
    item = await runtime.store.aget(("notes", "own"), "k")
    return {"answer": item.value if item else None}


noting = StateGraph(State).add_node(note).add_edge(START, "note").compile()


class Inner(BaseModel):
    """A model that only a value of type Any holds."""

    n: int


@dataclass
class Outer:
    """A dataclass likewise."""

    name: str
    inner: Inner


class Colour(Enum):
    """An enum likewise."""

    RED = "red"


def make_odd(state: State) -> State:
    """Leave values that JSON has no form for."""
    return {
        "payload": {
            "when": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "decimal": Decimal("1.10"),
            "bytes": b"\0\1",
            "set": {1},
            "nan": float("nan"),
            "model": Outer("a", Inner(n=1)),
            "kind": Colour.RED,
        }
    }


odd = StateGraph(State).add_node("make", make_odd).add_edge(START, "make").compile()
