"""The sales agent: verdicts with quotations, and what it says where nobody can know."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from memory.errors import Invalid, Mistakes
from memory.snapshots import Snapshots
from nodes.agents.agent import Task
from nodes.agents.checking import taken
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.research import ResearchAgent
from nodes.agents.sales import SCORE, SalesAgent


@pytest.fixture
def sales(steps: LeadSteps) -> SalesAgent:
    return SalesAgent(steps=steps)


async def test_a_yes_to_a_question_cites_quotations_that_the_record_has(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    (found,) = await ask(sales, "qualify_lead", {"lead": demo_leads["Brindlecombe Pumps"]})
    known = {fact["id"] for fact in (*found["facts"], *found["evidence"])}
    assert (found["qualification"]["status"], found["qualification"]["score"]) == ("qualified", 100)
    for criterion in found["qualification"]["criteria"]:
        assert set(criterion["fact_ids"]) <= known
        assert criterion["fact_ids"] or criterion["basis"] == "rule" or criterion["verdict"] == "unknown"


async def test_a_lead_of_whom_no_page_is_saved_is_for_a_person_to_review(
    ask: Any, sales: SalesAgent, usual_lead: dict[str, Any]
) -> None:
    (found,) = await ask(sales, "qualify_lead", {"lead": usual_lead})
    assert found["qualification"]["status"] == "review"
    assert {one["verdict"] for one in found["qualification"]["criteria"]} == {"unknown"}
    assert "not among the saved pages" in found["qualification"]["doubt"]


async def test_a_rule_settles_a_lead_without_a_page(
    ask: Any, sales: SalesAgent, usual_lead: dict[str, Any]
) -> None:
    (found,) = await ask(sales, "qualify_lead", {"lead": {**usual_lead, "employees": 3}})
    assert found["qualification"]["status"] == "not_qualified"


async def test_a_site_that_does_not_answer_leaves_its_questions_open(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    (found,) = await ask(sales, "qualify_lead", {"lead": demo_leads["Stellmark Gearworks"]})
    assert found["qualification"]["status"] == "review"
    assert "did not answer" in found["why"]


async def test_what_research_found_is_judged_as_if_sales_had_read_it(
    ask: Any, sales: SalesAgent, steps: LeadSteps, demo_leads: dict[str, Any]
) -> None:
    leads = [lead for company, lead in demo_leads.items() if company != "Stellmark Gearworks"]
    found = await ask(ResearchAgent(steps=steps), "enrich_lead", {"leads": leads})
    after = await ask(sales, "qualify_lead", {"leads": found})
    alone = await ask(sales, "qualify_lead", {"leads": leads})
    for one in (*after, *alone):
        one["qualification"].pop("at")
    assert after == alone


async def test_pages_that_were_read_on_another_machine_are_read_here(
    ask: Any, sales: SalesAgent, steps: LeadSteps, demo_leads: dict[str, Any], tmp_path: Path
) -> None:
    elsewhere = replace(steps, snapshots=Snapshots(tmp_path / "elsewhere"))
    (read,) = await ask(ResearchAgent(elsewhere), "enrich_lead", {"lead": demo_leads["Lipnica Instruments"]})
    (found,) = await ask(sales, "qualify_lead", {"lead": read})
    assert found["facts"] == read["facts"]
    assert (found["qualification"]["status"], found["qualification"]["score"]) == ("qualified", 90)


async def test_a_profile_given_with_the_lead_takes_the_place_of_the_default(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    criterion = {"id": "tiny", "kind": "must", "rule": "employees < 3", "weight": 1}
    icp = {"name": "Tiny", "threshold": 50, "criteria": [criterion]}
    lead = demo_leads["Brindlecombe Pumps"]
    (found,) = await ask(sales, "qualify_lead", {"lead": lead, "icp": icp})
    assert [one["id"] for one in found["qualification"]["criteria"]] == ["tiny"]
    assert found["qualification"]["status"] == "not_qualified"


async def test_a_rule_that_does_not_parse_is_named(ask: Any, sales: SalesAgent, usual_lead: dict[str, Any]) -> None:
    icp = {"name": "T", "threshold": 50, "criteria": [{"id": "a", "kind": "must", "rule": "a <> 3", "weight": 1}]}
    with pytest.raises(Invalid, match=r"criteria\[0\]\.rule"):
        await sales.execute(Task("qualify_lead", {"lead": usual_lead, "icp": icp}))


@pytest.mark.parametrize("leads", ["all of them", [1], 7], ids=str)
async def test_what_are_no_leads_is_named_as_people_write_it(leads: JsonValue) -> None:
    with pytest.raises(Mistakes) as mistakes:
        taken(SCORE, {"leads": leads})
    assert {one.path for one in mistakes.value.mistakes} <= {"parameters.leads", "parameters.leads[0]"}


async def test_several_leads_are_ranked_by_their_score(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    found = await ask(sales, "score", {"leads": list(demo_leads.values())})
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)
    assert [one["rank"] for one in found] == [1 + sum(other > score for other in scores) for score in scores]


async def test_the_best_of_several_are_given_alone_where_that_is_asked(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    every = await ask(sales, "score", {"leads": list(demo_leads.values())})
    best = await ask(sales, "score", {"leads": list(demo_leads.values()), "best": 2})
    assert [(one["lead"], one["rank"]) for one in best] == [(one["lead"], one["rank"]) for one in every[:2]]


async def test_the_points_of_the_reasons_add_up_to_the_score(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    for one in await ask(sales, "score", {"leads": list(demo_leads.values())}):
        assert round(sum(reason["points"] for reason in one["reasons"])) == one["score"]
        assert round(sum(reason["most"] for reason in one["reasons"])) == 100


async def test_the_score_is_that_of_the_qualification_handed_on(
    ask: Any, sales: SalesAgent, demo_leads: dict[str, Any]
) -> None:
    (judged,) = await ask(sales, "qualify_lead", {"lead": demo_leads["Lipnica Instruments"]})
    (scored,) = await ask(sales, "score", {"lead": judged})
    assert scored["score"] == judged["qualification"]["score"]
    assert scored["qualification"] == judged["qualification"]
