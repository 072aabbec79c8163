"""The checkpoint saver, through a graph that stops, goes on and is forked."""

import operator
from typing import Annotated, Any

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel
from redis.asyncio import Redis

from memory.checkpoint_layout import allowlist
from memory.checkpoints import RedisSaver, open_checkpointer
from memory.errors import Conflict, Invalid
from memory.records import Fact, Lead


class State(BaseModel):
    lead: Lead
    seen: Annotated[list[str], operator.add] = []
    facts: tuple[Fact, ...] = ()
    answer: str = ""


FACT = Fact(id="f1", snapshot_id="s", start=0, end=4, quote="Zoë!", score=1.5)


def two_steps() -> StateGraph[State]:
    async def find(state: State) -> dict[str, Any]:
        return {"seen": ["find"], "facts": (FACT,)}

    async def ask(state: State) -> dict[str, Any]:
        return {"answer": interrupt("Well?"), "seen": ["ask"]}

    graph = StateGraph(State)
    graph.add_node("find", find)
    graph.add_node("ask", ask)
    graph.add_edge(START, "find")
    graph.add_edge("find", "ask")
    graph.add_edge("ask", END)
    return graph


@pytest.fixture
def saver(redis_client: Redis) -> RedisSaver:
    return RedisSaver(redis_client)


LEAD = Lead(email="zoë@acme.example", employees=80, extra={"annual_revenue": "5M"})
CONFIG: Any = {"configurable": {"thread_id": "one"}, "metadata": {"run_id": "r1"}}


async def test_a_run_that_stopped_goes_on_in_another_process_with_its_records_as_they_were(redis_url: str) -> None:
    async with open_checkpointer(redis_url) as first:
        await two_steps().compile(first).ainvoke({"lead": LEAD}, CONFIG)
    async with open_checkpointer(redis_url) as second:
        graph = two_steps().compile(second)
        assert (await graph.aget_state(CONFIG)).next == ("ask",)
        done = State.model_validate(await graph.ainvoke(Command(resume="yes"), CONFIG))
    assert (done.lead, done.facts, done.answer, done.seen) == (LEAD, (FACT,), "yes", ["find", "ask"])


async def test_history_is_newest_first_and_each_step_knows_its_parent(saver: RedisSaver) -> None:
    graph = two_steps().compile(saver)
    await graph.ainvoke({"lead": LEAD}, CONFIG)
    states = [state async for state in graph.aget_state_history(CONFIG)]
    assert [state.metadata["step"] for state in states if state.metadata] == [1, 0, -1]
    assert [s.parent_config for s in states[:-1]] == [s.config for s in states[1:]]
    assert states[-1].parent_config is None


async def test_a_fork_of_an_earlier_step_leaves_the_first_branch_as_it_was(saver: RedisSaver) -> None:
    graph = two_steps().compile(saver)
    await graph.ainvoke({"lead": LEAD}, CONFIG)
    first = await graph.aget_state(CONFIG)
    before = [state async for state in graph.aget_state_history(CONFIG)][1]
    forked = await graph.aupdate_state(before.config, {"seen": ["fork"]})
    assert (await graph.aget_state(forked)).values["seen"] == ["fork"]
    assert (await graph.aget_state(first.config)).values["seen"] == ["find"]


async def test_the_first_answer_to_an_interrupt_stays(saver: RedisSaver) -> None:
    graph = two_steps().compile(saver)
    await graph.ainvoke({"lead": LEAD}, CONFIG)
    await graph.ainvoke(Command(resume="first"), CONFIG)
    again = await graph.ainvoke(Command(resume="second"), CONFIG)
    assert again["answer"] == "first"


async def test_all_threads_are_listed_and_filtered_by_their_metadata(saver: RedisSaver) -> None:
    graph = two_steps().compile(saver)
    for thread in ("*", "{}", "one\ntwo"):
        config: Any = {"configurable": {"thread_id": thread}, "metadata": {"run_id": f"run of {thread}"}}
        await graph.ainvoke({"lead": LEAD}, config)
    threads = {found.config["configurable"]["thread_id"] async for found in saver.alist(None)}
    assert threads == {"*", "{}", "one\ntwo"}
    only = [found async for found in saver.alist(None, filter={"run_id": "run of *"})]
    assert {found.config["configurable"]["thread_id"] for found in only} == {"*"}
    assert len([found async for found in saver.alist(None, limit=2)]) == 2


async def test_a_deleted_thread_leaves_no_key(saver: RedisSaver, redis_client: Redis) -> None:
    await two_steps().compile(saver).ainvoke({"lead": LEAD}, CONFIG)
    await saver.adelete_thread("one")
    assert await redis_client.dbsize() == 0
    assert await saver.aget_tuple(CONFIG) is None


async def test_a_thread_that_was_deleted_in_mid_run_never_comes_back_with_holes(saver: RedisSaver) -> None:
    graph = two_steps().compile(saver)
    await graph.ainvoke({"lead": LEAD}, CONFIG)
    found = await saver.aget_tuple(CONFIG)
    assert found is not None
    await saver.adelete_thread("one")
    with pytest.raises(Conflict, match="deleted while it ran"):
        await saver.aput(found.config, found.checkpoint, found.metadata, {})


async def test_a_type_that_is_not_on_the_list_is_refused_when_it_is_written(saver: RedisSaver) -> None:
    class Foreign(BaseModel):
        secret: str

    assert ("memory.records", "Lead") in allowlist()
    assert all(module.startswith("memory.") for module, _ in allowlist())
    with pytest.raises(Invalid, match="not on the allowlist"):
        saver.serde.dumps_typed(Foreign(secret="x"))


def test_versions_grow_whatever_they_grow_from(redis_client: Redis) -> None:
    saver = RedisSaver(redis_client)
    first = saver.get_next_version(None, None)
    second = saver.get_next_version(first, None)
    assert "" < first < second < saver.get_next_version(7, None)
    assert saver.get_next_version(first, None) != saver.get_next_version(first, None)
