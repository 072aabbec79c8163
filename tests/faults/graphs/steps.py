"""Graphs that say what they do, so that one sees what is done twice."""

import asyncio
import operator
import time
from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    ticks: int
    delay: float
    done: Annotated[int, operator.add]
    trail: Annotated[list[str], operator.add]


async def tick(state: State) -> State:
    number = state.get("done", 0)
    get_stream_writer()({"begun": number})
    await asyncio.sleep(state.get("delay", 0.1))
    get_stream_writer()({"ended": number})
    return {"done": 1, "trail": [f"t{number}"]}


def more(state: State) -> str:
    return "tick" if state.get("done", 0) < state.get("ticks", 1) else END


steps = StateGraph(State)
steps.add_node(tick).add_edge(START, "tick").add_conditional_edges("tick", more, ["tick", END])


def ask(state: State) -> State:
    first = interrupt("first")
    second = interrupt("second")
    return {"trail": [f"{first},{second}"]}


def after(state: State) -> State:
    return {"trail": ["after"], "done": 1}


asks: Any = StateGraph(State)
asks.add_node(ask).add_node(after).add_edge(START, "ask").add_edge("ask", "after").add_edge("after", END)


def block(state: State) -> State:
    """Blocks its thread, and cannot be stopped."""
    time.sleep(state.get("delay", 0.1))
    return {"trail": ["blocked"]}


frozen: set[str] = set()  # threads whose run blocked this process


async def freeze(state: State, config: RunnableConfig) -> State:
    """Blocks its whole process, which no node should; once."""
    thread = config["configurable"]["thread_id"]
    if thread not in frozen:
        frozen.add(thread)
        time.sleep(state.get("delay", 0.1))  # noqa: ASYNC251 - that is the fault
    return {"done": 1, "trail": ["frozen"]}


stuck: Any = StateGraph(State)
stuck.add_node(freeze).add_node(block).add_edge(START, "freeze").add_edge("freeze", "block").add_edge("block", END)
