"""The research agent: what it reads, and what it says where there is nothing to read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from memory.envelopes import Sourced
from memory.errors import Mistakes, Unavailable
from memory.records import Snapshot
from memory.snapshots import Snapshots
from nodes.agents.agent import Task
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.research import ResearchAgent

READ_AT = datetime(2026, 5, 1, tzinfo=UTC)
ABOUT = (
    "<h1>Pump works</h1><p>Tarn Pumps designs and builds dosing pumps in its own factory in Leeds.</p>"
    "<p>Tarn Pumps has supplied 140 breweries since 1988.</p>"
)


NEWS = (
    "<h2>News</h2><p>Tarn Pumps opened a second hall in Leeds in March 2026.</p>"
    "<p>In October 2025 we added a test bench for dosing pumps.</p>"
    "<p>Tarn Pumps moved to Leeds in May 2009.</p>"
)


@pytest.fixture
def research(steps: LeadSteps) -> ResearchAgent:
    return ResearchAgent(steps=steps)


async def test_every_quotation_stands_in_its_snapshot(
    ask: Any, research: ResearchAgent, demo_leads: dict[str, Any], snapshots: Snapshots
) -> None:
    (found,) = await ask(research, "enrich_lead", {"lead": demo_leads["Brindlecombe Pumps"]})
    pages = {page["id"]: await snapshots.text(Snapshot.model_validate(page)) for page in found["snapshots"]}
    assert found["found"] is True
    assert len(found["facts"]) == 8
    for fact in found["facts"]:
        assert pages[fact["snapshot_id"]][fact["start"] : fact["end"]] == fact["quote"]


async def test_a_record_says_which_page_it_is_from(
    ask: Any, research: ResearchAgent, demo_leads: dict[str, Any]
) -> None:
    made = await research.execute(Task("enrich_lead", {"lead": demo_leads["Brindlecombe Pumps"]}))
    assert isinstance(made, list)
    assert isinstance(made[0], Sourced)
    assert made[0].source == made[0].data["sources"][0] == "https://www.brindlecombe-pumps.example/about-us/"  # type: ignore[index]


@pytest.mark.parametrize("form", ["lead", "lead_data", "data", "leads", "flat", "list"])
async def test_a_lead_without_a_saved_page_gives_an_empty_marked_result(
    ask: Any, research: ResearchAgent, usual_lead: dict[str, Any], form: str
) -> None:
    parameters = {"flat": usual_lead, "list": {"leads": [usual_lead]}}.get(form, {form: usual_lead})
    (found,) = await ask(research, "enrich_lead", parameters)
    assert found["found"] is False
    assert "acme.example is not among the saved pages" in found["why"]
    assert (found["facts"], found["snapshots"], found["sources"]) == ([], [], [])
    assert found["lead"]["full_name"] == "Anna Berg"
    assert found["lead"]["extra"]["budget"] == "50000"


async def test_a_lead_without_a_website_gives_an_empty_marked_result(ask: Any, research: ResearchAgent) -> None:
    (found,) = await ask(research, "enrich_lead", {"email": "anna@acme.example"})
    assert (found["found"], found["facts"]) == (False, [])
    assert "no website" in found["why"]


async def test_many_leads_give_one_record_each_in_their_order(
    ask: Any, research: ResearchAgent, demo_leads: dict[str, Any]
) -> None:
    found = await ask(research, "enrich_lead", {"leads": list(demo_leads.values())})
    assert [one["lead"]["company"] for one in found] == list(demo_leads)
    silent = next(one for one in found if one["lead"]["company"] == "Stellmark Gearworks")
    assert silent["found"] is None
    assert "did not answer" in silent["why"]


@pytest.mark.parametrize("page", ["leads", "items"])
async def test_a_page_of_a_stores_leads_is_several_leads(ask: Any, research: ResearchAgent, page: str) -> None:
    listed = {
        page: [{"lead": {"email": "a@acme.example"}, "result": None}, {"email": "b@acme.example"}],
        "count": 2,
    }
    found = await ask(research, "enrich_lead", {"leads": listed})
    assert [one["lead"]["email"] for one in found] == ["a@acme.example", "b@acme.example"]


async def test_a_lead_that_has_items_of_its_own_is_one_lead(ask: Any, research: ResearchAgent) -> None:
    (found,) = await ask(research, "enrich_lead", {"lead": {"email": "a@acme.example", "items": ["pump"]}})
    assert found["lead"]["extra"] == {"items": '["pump"]'}


async def test_no_leads_give_no_records(ask: Any, research: ResearchAgent) -> None:
    assert await ask(research, "enrich_lead", {"leads": []}) == []


async def test_a_site_that_does_not_answer_is_unavailable(
    ask: Any, research: ResearchAgent, demo_leads: dict[str, Any]
) -> None:
    with pytest.raises(Unavailable, match="did not answer"):
        await research.execute(Task("enrich_lead", {"lead": demo_leads["Stellmark Gearworks"]}))


async def test_several_sites_of_which_none_answers_are_unavailable(
    research: ResearchAgent, demo_leads: dict[str, Any]
) -> None:
    with pytest.raises(Unavailable, match="did not answer"):
        await research.execute(Task("enrich_lead", {"leads": [demo_leads["Stellmark Gearworks"]] * 2}))


async def test_what_was_read_by_an_earlier_step_is_not_read_again(
    ask: Any, web_of: Any, research: ResearchAgent, demo_leads: dict[str, Any]
) -> None:
    (first,) = await ask(research, "enrich_lead", {"lead": demo_leads["Brindlecombe Pumps"]})
    offline = ResearchAgent(steps=replace(research.steps, web=web_of({})))
    assert await ask(offline, "enrich_lead", {"leads": first}) == [first]
    assert await ask(offline, "enrich_lead", {"lead": first["lead"], "research": first}) == [first]


@pytest.fixture
def tarn(steps: LeadSteps, web_of: Any) -> ResearchAgent:
    """An agent whose web has one company."""
    return ResearchAgent(steps=replace(steps, web=web_of({"https://tarnpumps.example/": ABOUT + NEWS})))


async def test_news_is_what_the_pages_date_the_newest_first(
    ask: Any, tarn: ResearchAgent, snapshots: Snapshots
) -> None:
    (found,) = await ask(tarn, "find_news", {"company": "Tarn Pumps", "website": "tarnpumps.example"})
    assert [(one["dated"], one["quote"][:23]) for one in found["news"]] == [
        ("2026-03", "Tarn Pumps opened a sec"),
        ("2025-10", "In October 2025 we adde"),
    ]
    text = await snapshots.text(Snapshot.model_validate(found["snapshots"][0]))
    assert all(text[one["start"] : one["end"]] == one["quote"] for one in found["news"])
    assert {one["url"] for one in found["news"]} == {"https://tarnpumps.example/"}


@pytest.mark.parametrize(
    "company",
    [
        {"url": "https://tarnpumps.example/"},
        {"website": "tarnpumps.example"},
        {"company": "tarnpumps.example"},
        {"company": {"name": "Tarn Pumps", "url": "tarnpumps.example"}},
        {"lead": {"company": "Tarn Pumps", "website": "tarnpumps.example"}},
    ],
    ids=["url", "website", "domain", "object", "lead"],
)
async def test_a_company_is_read_by_whatever_leads_to_its_site(
    ask: Any, tarn: ResearchAgent, company: dict[str, Any], snapshots: Snapshots
) -> None:
    (found,) = await ask(tarn, "read_company", company)
    (page,) = found["pages"]
    assert (page["url"], page["title"], page["lang"]) == ("https://tarnpumps.example/", "Tarn Pumps", "en")
    assert page["beginning"].startswith("Pump works")
    assert page["characters"] == len(await snapshots.text(Snapshot.model_validate(found["snapshots"][0])))
    assert found["facts"]


@pytest.mark.parametrize("capability", ["read_company", "find_news"])
async def test_a_company_known_by_name_alone_gives_an_empty_marked_result(
    ask: Any, research: ResearchAgent, capability: str
) -> None:
    (found,) = await ask(research, capability, {"company": "Acme"})
    assert (found["found"], found["facts"], found["lead"]["company"]) == (False, [], "Acme")
    assert "no website" in found["why"]


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "lead"),
        ({"lead": {}}, "lead"),
        ({"lead": {"title": "CEO"}}, "lead"),
        ({"lead": {"email": "nobody"}}, "lead.email"),
        ({"leads": [{"email": "a@acme.example"}, {"email": 5}]}, "leads[1].email"),
        ({"leads": [{"email": "a@acme.example", "employees": []}]}, "leads[0].employees"),
        ({"leads": {"items": [{"email": "a@acme.example"}, 5]}}, "leads.items[1]"),
        ({"lead": {"email": "a@acme.example"}, "research": {"lead": {"email": "b@acme.example"}}}, "research"),
        ({"lead": {"email": "a@acme.example", "E-Mail": "b@acme.example"}}, "lead"),
        ({"lead": {"email": "a@acme.example"}, "facts": [{"id": "f1"}]}, "facts[0].snapshot_id"),
    ],
)
async def test_what_is_no_lead_is_refused_with_its_place(
    ask: Any, research: ResearchAgent, parameters: dict[str, Any], path: str
) -> None:
    with pytest.raises(Mistakes) as refused:
        await research.execute(Task("enrich_lead", parameters))
    assert refused.value.mistakes[0].path == path


async def test_more_leads_than_are_taken_at_a_time_are_refused(ask: Any, research: ResearchAgent) -> None:
    with pytest.raises((Mistakes, ValueError)):
        await research.execute(Task("enrich_lead", {"leads": [{"email": "a@acme.example"}] * 1_001}))
