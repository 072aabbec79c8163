"""Registering agents, and finding them by what they can do."""

from dataclasses import dataclass

import pytest

from memory.errors import Conflict, Invalid, NotFound
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from nodes.agents.echo import Echo
from nodes.registry import AgentRegistry


class Greeter(Agent):
    agent_id = "greeter"
    name = "Greeter"
    capabilities = ("greet",)

    async def execute(self, task: Task) -> Made:
        return {"said": "Hello"}


@dataclass(frozen=True)
class Ported(Agent):
    word: str
    agent_id = "ported"
    capabilities = (Capability("say", "Says its word."),)

    async def execute(self, task: Task) -> Made:
        return {"said": self.word}


def test_an_agent_is_named_by_its_class_or_when_it_is_made_or_has_fields_of_its_own() -> None:
    made = Greeter("other", "Other", ["greet", "wave"], limits=Limits(timeout=1), cost=0.5)
    agents = AgentRegistry([Greeter(), made, Ported("hi")])
    assert [one.agent_id for one in agents] == ["greeter", "other", "ported"]
    assert agents.get("other").limits.timeout == 1
    assert (Greeter().cost, made.cost) == (0.0, 0.5)


def test_agents_are_found_by_what_they_can_do() -> None:
    agents = AgentRegistry([Greeter(), Echo(), Greeter("second")])
    assert [one.agent_id for one in agents.with_capability("greet")] == ["greeter", "second"]
    assert agents.capabilities == ["echo", "greet"]
    assert agents.with_capability("fly") == []


def test_what_is_unknown_is_answered_with_what_is_near() -> None:
    agents = AgentRegistry([Greeter(), Echo()])
    with pytest.raises(NotFound, match="Did you mean greet"):
        agents.able("great")
    with pytest.raises(NotFound, match="There are greeter, echo"):
        agents.get("zzz")


def test_an_id_that_is_taken_is_refused() -> None:
    with pytest.raises(Conflict, match="greeter already"):
        AgentRegistry([Greeter(), Greeter()])


class Blocking(Greeter):
    def execute(self, task: Task) -> Made:  # type: ignore[override]
        return {}


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (Greeter(""), "has no id"),
        (Greeter("a b"), "not a good one"),
        (Greeter("x", "X", "greet"), "says not what it can do"),
        (Greeter("x", "X", []), "says not what it can do"),
        (Greeter("x", "X", ["greet", "greet"]), "twice"),
        (Greeter("x", "X", ["greet people"]), "cannot be called"),
        (Blocking(), "async def execute"),
    ],
    ids=["no id", "spaces", "text", "none", "twice", "odd capability", "blocking"],
)
def test_an_agent_that_does_not_say_what_it_is_is_refused(agent: Agent, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        AgentRegistry([agent])


@pytest.mark.parametrize(
    "limits", [{"timeout": 0}, {"attempts": 0}, {"wait": -1}, {"timeout": float("inf")}], ids=str
)
def test_limits_that_bound_nothing_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(Invalid):
        Limits(**limits)  # type: ignore[arg-type]
