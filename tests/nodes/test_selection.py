"""Choosing between agents: by what is known of them, always alike, and with reasons."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from memory.agents import AgentStanding
from memory.errors import NotFound
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.calling import LocalCaller
from nodes.registry import AgentRegistry
from nodes.selection import Candidate, ranked, score_of, select


class Lead(BaseModel):
    email: str


class Plain(Agent):
    async def execute(self, task: Task) -> Made:
        return {}


def candidate(agent_id: str, *, cost: float = 0.0, capability: Capability | None = None, **seen: Any) -> Candidate:
    ability = capability or Capability("do")
    standing = AgentStanding(agent_id=agent_id, **seen)
    return Candidate(Plain(agent_id, agent_id, [ability], cost=cost), ability, standing)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (candidate("a", capability=Capability("do", input=Lead)), candidate("b")),
        (candidate("a"), candidate("b", health="degraded")),
        (candidate("a", health="degraded"), candidate("b", health="unavailable")),
        (candidate("a", weight=10, success=1.0), candidate("b", weight=10, success=0.6)),
        (candidate("a", load=1), candidate("b", load=9)),
        (candidate("a", latency_mean=0.2), candidate("b", latency_mean=3.0)),
        (candidate("a", capability=Capability("do", seconds=1)), candidate("b", latency_mean=4.0)),
        (candidate("a"), candidate("b", cost=0.02)),
        (candidate("a"), candidate("b", capability=Capability("do", usd=0.02))),
    ],
    ids=["match", "health", "spared", "success", "load", "latency", "estimate", "cost", "usd"],
)
def test_what_speaks_for_an_agent_puts_it_first(better: Candidate, worse: Candidate) -> None:
    assert [one.agent.agent_id for one in ranked([worse, better])] == ["a", "b"]


def test_agents_that_are_alike_stay_in_the_order_of_their_registration() -> None:
    assert select([candidate("a"), candidate("b")]).agent_id == "a"
    assert select([candidate("b"), candidate("a")]).agent_id == "b"


def test_one_failure_does_not_outweigh_health() -> None:
    new, failed_once = candidate("new", health="degraded"), candidate("old", weight=1, success=0.0)
    assert select([new, failed_once]).agent_id == "old"


def test_a_choice_is_explained_by_parts_that_add_up_and_say_why() -> None:
    choice = select([candidate("a", latency_mean=9.0), candidate("b", weight=4, success=0.75, latency_mean=0.5)])
    assert choice.agent_id == choice.scores[0].agent_id == "b"
    assert "what tells most is latency: It lately took 0.5 s a call." in choice.why
    for score in choice.scores:
        assert score.points == pytest.approx(sum(part.points for part in score.parts), abs=0.06)
        assert all(0 <= part.points <= part.most for part in score.parts)
        assert all(part.why.endswith(".") for part in score.parts)
    assert sum(part.most for part in choice.scores[0].parts) == 100


def test_the_only_one_is_chosen_whatever_is_known_of_it() -> None:
    assert "only agent" in select([candidate("a", health="unavailable")]).why


def test_the_caller_says_whom_it_would_choose_and_that_nobody_can() -> None:
    calls = LocalCaller(AgentRegistry([Plain("a", "A", ["do"]), Plain("b", "B", ["do", "see"])]))
    for _ in range(5):
        calls.standings.begun("a")
    assert calls.select("do").agent_id == "b"
    with pytest.raises(NotFound, match="Did you mean see"):
        calls.select("sea")


standings = st.builds(
    AgentStanding,
    agent_id=st.just("x"),
    health=st.sampled_from(["healthy", "degraded", "unavailable"]),
    load=st.integers(0, 10_000),
    weight=st.floats(0, 1e6),
    success=st.none() | st.floats(0, 1),
    latency_mean=st.none() | st.floats(0, 1e6),
)


@given(st.lists(standings, min_size=1, max_size=5))
def test_the_same_measures_give_the_same_choice_and_points_within_bounds(seen: list[AgentStanding]) -> None:
    agents = [Plain(f"a{at}", "", ["do"]) for at in range(len(seen))]
    candidates = [Candidate(agent, Capability("do"), one) for agent, one in zip(agents, seen, strict=True)]
    choice = select(candidates)
    assert choice == select(candidates)
    points = [score.points for score in choice.scores]
    assert points == sorted(points, reverse=True)
    assert all(0 <= one <= 100.1 for one in points)
    assert score_of(candidates[0]) in choice.scores
