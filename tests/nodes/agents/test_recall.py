"""The recall agent: by meaning or exactly, and of those alone who are meant."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from memory.errors import Mistakes
from memory.indexed_interactions import IndexedInteractions
from memory.records import Interaction
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.recall import RecallAgent
from nodes.registry import AgentRegistry

NOON = datetime(2026, 11, 26, 12, 0, 1, tzinfo=UTC)
Said = Callable[..., Interaction]


@pytest.fixture
async def caller(interactions: IndexedInteractions, said: Said) -> LocalCaller:
    await interactions.remember(
        [
            said("Asked what it costs a month.", person_name="Jana Krüger", company="Acme GmbH"),
            said("The plant in Turin was shown.", at="2026-05-01T10:00:00Z", kind="outcome", outcome="met"),
            said("Not before March.", "tom@other.example", outcome="wait", due="2027-03-01", company="Other Ltd"),
        ]
    )
    return LocalCaller(AgentRegistry([RecallAgent(interactions=interactions, clock=lambda: NOON)]))


async def found(caller: LocalCaller, capability: str, **parameters: Any) -> list[dict[str, Any]]:
    envelope = await caller.call(Call(capability, parameters, agent="recall"))
    (record,) = envelope.records
    data: dict[str, Any] = record.data
    assert (record.provenance.source, data["count"]) == ("interactions", len(data["interactions"]))
    return list(data["interactions"])


async def told(caller: LocalCaller, capability: str, **parameters: Any) -> list[str]:
    return [one["text"] for one in await found(caller, capability, **parameters)]


async def test_a_search_finds_by_meaning_and_says_how_well(caller: LocalCaller) -> None:
    (one,) = await found(caller, "search", query="a question about the price", limit=1)
    assert (one["text"], one["person_name"]) == ("Asked what it costs a month.", "Jana Krüger")
    assert 0 < one["score"] <= 1


@pytest.mark.parametrize(
    "meant",
    [
        {"person": "Jana+x@ACME.example"},
        {"account": "acme.example"},
        {"name": "kruger"},
        {"name": "jana"},
        {"lead": {"email": "jana@acme.example"}},
        {"lead": {"lead": {"email": "jana@acme.example"}, "qualification": None}},
    ],
)
async def test_a_history_is_of_whom_is_meant(caller: LocalCaller, meant: dict[str, Any]) -> None:
    texts = await told(caller, "history", **meant)
    assert "Asked what it costs a month." in texts
    assert "Not before March." not in texts


async def test_a_history_is_the_newest_first_and_holds_every_condition(caller: LocalCaller) -> None:
    assert await told(caller, "history", account="acme.example") == [
        "Asked what it costs a month.",
        "The plant in Turin was shown.",
    ]
    assert await told(caller, "history", outcomes=["wait"]) == ["Not before March."]
    assert await told(caller, "history", until="2026-06-01T00:00:00Z") == ["The plant in Turin was shown."]
    assert await told(caller, "history", kinds=["mail_sent"]) == []
    assert len(await told(caller, "history", days=30)) == 2
    assert len(await told(caller, "history", limit=1)) == 1


async def test_a_search_for_somebody_by_name_tells_of_nobody_else(caller: LocalCaller) -> None:
    assert await told(caller, "search", query="when to write again", name="Other Ltd") == ["Not before March."]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"person": "nobody"}, "parameters.person"),
        ({"kinds": ["letter"]}, "parameters.kinds[0]"),
        ({"since": "2026-01-01T00:00:00"}, "parameters.since"),
        ({"limit": 0}, "parameters.limit"),
        ({"persn": "a@b.example"}, "parameters.persn"),
        ({"lead": {"company": "Acme"}}, "lead"),
    ],
)
async def test_what_is_wrong_is_told_at_its_place(caller: LocalCaller, wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(Mistakes) as mistakes:
        await caller.call(Call("history", wrong, agent="recall"))
    assert [mistake.path for mistake in mistakes.value.mistakes] == [path]
