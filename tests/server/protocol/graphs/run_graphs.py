"""Graphs that the tests of runs drive: small, deterministic, offline."""

import asyncio
import operator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

Graph = StateGraph[Any, Any, Any, Any]


class State(TypedDict, total=False):
    """`trail` grows by one entry a node."""

    text: Any
    delay: float
    ticks: int
    done: Annotated[int, operator.add]
    trail: Annotated[list[str], operator.add]


def chain(graph: Graph, *nodes: Any) -> Graph:
    for node in nodes:
        graph.add_node(node)
    names = [node.__name__ for node in nodes]
    for before, after in zip((START, *names), (*names, END), strict=True):
        graph.add_edge(before, after)
    return graph


def one(state: State) -> State:
    return {"trail": ["one"]}


def two(state: State) -> State:
    return {"trail": ["two"]}


def three(state: State) -> State:
    return {"trail": ["three"]}


steps = chain(StateGraph(State), one, two, three)


def ask(state: State) -> State:
    return {"trail": [f"asked {interrupt('why?')}"]}


async def dawdle(state: State) -> State:
    await asyncio.sleep(state.get("delay", 0))
    return {"trail": ["dawdled"]}


asks_slowly = chain(StateGraph(State), one, ask, dawdle, two)


def ask_again(state: State) -> State:
    return {"trail": [f"again {interrupt('really?')}"]}


asks = chain(StateGraph(State), one, ask, ask_again, two)


def left(state: State) -> State:
    return {"trail": [f"left {interrupt('left?')}"]}


def right(state: State) -> State:
    return {"trail": [f"right {interrupt('right?')}"]}


def join(state: State) -> State:
    return {"trail": ["join"]}


asks_two: Any = StateGraph(State)
asks_two.add_node(left).add_node(right).add_node(join)
asks_two.add_edge(START, "left").add_edge(START, "right").add_edge(["left", "right"], "join").add_edge("join", END)


async def tick(state: State) -> State:
    number = state.get("done", 0)
    get_stream_writer()({"tick": number})
    await asyncio.sleep(state.get("delay", 0))
    return {"done": 1, "trail": [f"{state.get('text', '')}{number}"]}


def more(state: State) -> str:
    return "tick" if state.get("done", 0) < state.get("ticks", 1) else END


ticks: Any = StateGraph(State)
ticks.add_node(tick).add_edge(START, "tick").add_conditional_edges("tick", more, ["tick", END])


async def say(state: MessagesState) -> dict[str, Any]:
    get_stream_writer()("before")
    model = GenericFakeChatModel(messages=iter([AIMessage(content="a b c")]))
    answer = await model.ainvoke(state["messages"])
    get_stream_writer()("after")
    return {"messages": [answer]}


talks: Any = StateGraph(MessagesState)
talks.add_node(say).add_edge(START, "say").add_edge("say", END)

inner = steps.compile()


def outer() -> Graph:
    graph: Any = StateGraph(State)
    graph.add_node(one).add_node("inner", inner).add_node(three)
    return graph.add_edge(START, "one").add_edge("one", "inner").add_edge("inner", "three").add_edge("three", END)


asking_inside = chain(StateGraph(State), one, ask, dawdle).compile()


def outer_asks() -> Graph:
    graph: Any = StateGraph(State)
    graph.add_node("inner", asking_inside).add_node(three)
    return graph.add_edge(START, "inner").add_edge("inner", "three").add_edge("three", END)


class Tone(TypedDict, total=False):
    tone: str


def reply(state: State, runtime: Runtime[Tone], config: RunnableConfig) -> State:
    configured = config["configurable"].get("tone")
    return {"trail": [f"{(runtime.context or {}).get('tone')} {configured}"]}


echo = chain(StateGraph(State, context_schema=Tone), reply)


@dataclass
class Point:
    x: int


class Priced(BaseModel):
    price: Decimal


def odd_values(state: State) -> Any:
    return {
        "text": {
            "at": datetime(2026, 1, 2, tzinfo=UTC),
            "id": UUID(int=7),
            "price": Decimal("0.10"),
            "bytes": b"\xff",
            "nan": float("nan"),
            "set": {1},
            "tuple": (1, 2),
            "point": Point(1),
            "model": Priced(price=Decimal("2.50")),
        }
    }


odd = chain(StateGraph(State), odd_values)


def fail(state: State) -> State:
    get_stream_writer()("about to fail")
    raise ValueError(f"no {state.get('text')}")


bad = chain(StateGraph(State), one, fail)


class Typed(BaseModel):
    point: Priced | None = None
    trail: Annotated[list[str], operator.add] = []


def set_point(state: Typed) -> dict[str, Any]:
    return {"point": Priced(price=Decimal("1.50")), "trail": [type(state.point).__name__]}


def read_point(state: Typed) -> dict[str, Any]:
    return {"trail": [type(state.point).__name__, str(interrupt("wait"))]}


def read_later(state: Typed) -> dict[str, Any]:
    return {"trail": [type(state.point).__name__]}


typed = chain(StateGraph(Typed), set_point, read_point, read_later)
