"""What is counted of graphs and models, and how /metrics tells it."""

from contextlib import suppress
from typing import Any

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from redis.asyncio import Redis
from typing_extensions import TypedDict

from memory.measures import Measure, Measures
from server.measuring import measuring


class State(TypedDict, total=False):
    said: str


async def ask(state: State) -> State:
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    model = GenericFakeChatModel(messages=iter([AIMessage("hello", usage_metadata=usage)]))  # type: ignore[typeddict-item]
    return {"said": str((await model.ainvoke("hi")).content)}


def fail(state: State) -> State:
    raise ValueError("no")


async def run(graph_id: str, node: Any) -> None:
    graph = StateGraph(State)
    graph.add_node("step", node)
    compiled = graph.add_edge(START, "step").add_edge("step", END).compile()
    with suppress(ValueError):
        await compiled.ainvoke({}, {"metadata": {"graph_id": graph_id}})


async def test_steps_tokens_and_cost_are_counted_and_unknown_graphs_share_a_label(redis_client: Redis) -> None:
    measures = Measures(redis_client)
    async with measuring(measures, graphs={"known"}, prices=(2.0, 10.0)):
        await run("known", ask)
        await run("known", fail)
        await run("made-up-by-a-client", ask)
    seen = await Measures(redis_client).read()
    assert seen[Measure.of("steps", graph="known", how="done")] == 1
    assert seen[Measure.of("steps", graph="known", how="failed")] == 1
    assert seen[Measure.of("steps", graph="other", how="done")] == 1
    assert seen[Measure.of("model_tokens", direction="in")] == 2000
    assert round(seen[Measure.of("model_usd")], 6) == 0.006


async def test_nothing_is_counted_once_it_is_over(redis_client: Redis) -> None:
    measures = Measures(redis_client)
    async with measuring(measures, graphs={"known"}):
        pass
    await run("known", ask)
    await measures.flush()
    assert await measures.read() == {}


async def test_processes_add_to_the_same_counts(redis_client: Redis) -> None:
    for _ in range(2):
        one = Measures(redis_client)
        one.count(Measure.of("steps", graph="a", how="done"), 2)
        await one.flush()
    assert await Measures(redis_client).read() == {Measure.of("steps", graph="a", how="done"): 4}
