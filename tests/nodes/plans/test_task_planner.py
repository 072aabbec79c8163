"""A task becomes a workflow: by its type's template, its query's parts, and what came with it."""

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import JsonValue

from memory.definitions import AgentTask, Definition
from memory.errors import Invalid, Unavailable
from memory.json_values import JsonObject
from memory.tasks import TaskAsked, TaskType
from nodes.agents.agent import Agent, Task
from nodes.plans.task_planner import TaskPlanner
from nodes.registry import AgentRegistry
from tools.engine import EngineStopped
from tools.offline.plan import OfflinePlanner
from tools.planning import OutOfScope, PlanBrief, Planned, Planner


class Idle(Agent):
    async def execute(self, task: Task) -> JsonObject:
        return {}


def registry(*without: str) -> AgentRegistry:
    actions = {
        "research": ["enrich_lead", "find_news"],
        "sales": ["qualify_lead", "score"],
        "copywriter": ["draft_email"],
        "recall": ["search"],
        "records": ["list"],
        "analyst": ["ask"],
        "echo": ["echo"],
    }
    return AgentRegistry(
        Idle(agent, agent.title(), [one for one in names if one not in without])
        for agent, names in actions.items()
        if set(names) - set(without)
    )


async def planned(
    kind: TaskType, query: str, given: JsonObject | None = None, *, without: tuple[str, ...] = (), by: Any = None
) -> Definition:
    planner: Planner = by or OfflinePlanner()
    return await TaskPlanner(planner, registry(*without)).plan(TaskAsked(type=kind, query=query, input=given or {}))


def told(definition: Definition) -> dict[str, tuple[str, list[str]]]:
    """What each step does, and what it waits for."""
    return {one.step_id: (one.asked, one.depends_on) for one in definition.steps if isinstance(one, AgentTask)}


def parameters(definition: Definition, step_id: str) -> JsonObject:
    step = next(one for one in definition.steps if one.step_id == step_id)
    assert isinstance(step, AgentTask)
    return step.parameters or {}


async def test_prospecting_lists_reads_judges_and_ranks() -> None:
    definition = await planned("prospect", "Find 20 fintech companies in Berlin")
    assert told(definition) == {
        "leads_1": ("list", []),
        "enrich_lead_1": ("enrich_lead", ["leads_1"]),
        "qualify_lead_1": ("qualify_lead", ["enrich_lead_1"]),
        "score_1": ("score", ["qualify_lead_1"]),
    }
    assert parameters(definition, "leads_1")["limit"] == 20
    assert definition.output == {"leads": "{{steps.score_1}}"}


async def test_a_query_with_two_parts_gives_two_chains_side_by_side() -> None:
    definition = await planned("prospect", "Find 5 CTOs in Berlin. Find 7 founders in Paris.")
    steps = told(definition)
    assert steps["score_1"] == ("score", ["qualify_lead_1"])
    assert steps["leads_2"] == ("list", [])
    assert [parameters(definition, f"leads_{n}")["limit"] for n in (1, 2)] == [5, 7]
    assert definition.output == {"leads_1": "{{steps.score_1}}", "leads_2": "{{steps.score_2}}"}


@pytest.mark.parametrize(
    ("given", "leads"),
    [
        ({"leads": [{"email": "a@kegel.example"}]}, "{{input.leads}}"),
        ({"lead": {"email": "a@kegel.example"}}, "{{input.lead}}"),
        ({"website": "https://kegel.example", "budget": 5}, "{{input}}"),
    ],
)
async def test_leads_that_came_with_the_task_are_those_that_are_meant(given: JsonObject, leads: str) -> None:
    definition = await planned("enrich", "Enrich all leads in Berlin", given)
    assert told(definition) == {"enrich_lead_1": ("enrich_lead", [])}
    assert parameters(definition, "enrich_lead_1") == {"leads": leads}


async def test_an_empty_list_of_leads_is_nobody_and_not_everybody() -> None:
    assert parameters(await planned("enrich", "Enrich them", {"leads": []}), "enrich_lead_1") == {
        "leads": "{{input.leads}}"
    }


@pytest.mark.parametrize("leads", ["all of them", [1, 2], 7], ids=str)
async def test_what_came_with_the_task_and_is_no_lead_is_refused_at_once(leads: JsonValue) -> None:
    with pytest.raises(Invalid, match=r"input\.leads: .*list of objects"):
        await planned("prospect", "Score them", {"leads": leads})


async def test_a_website_or_an_address_in_the_query_is_a_lead() -> None:
    definition = await planned("enrich", "Enrich kegel.example and ada@acme.example")
    assert parameters(definition, "enrich_lead_1") == {
        "leads": [{"email": "ada@acme.example"}, {"website": "https://kegel.example"}]
    }


async def test_research_answers_each_question_once_all_has_been_read() -> None:
    query = "Research kegel.example. How many leads are in Germany? How many were qualified last week?"
    definition = await planned("research_and_analyze", query)
    steps = told(definition)
    read = ["score_1", "find_news_1"]
    assert (steps["ask_1"], steps["ask_2"]) == (("ask", read), ("ask", read))
    assert parameters(definition, "ask_1") == {"question": "How many leads are in Germany?"}
    optional = {one.step_id for one in definition.steps if one.on_error == "continue"}
    assert optional == {"find_news_1", "past", "ask_1", "ask_2"}


async def test_what_no_agent_here_can_do_is_left_out_where_it_is_optional() -> None:
    definition = await planned("research_and_analyze", "Research kegel.example", without=("find_news", "search"))
    assert told(definition) == {"enrich_lead_1": ("enrich_lead", []), "score_1": ("score", ["enrich_lead_1"])}


async def test_a_simple_task_may_name_its_capability() -> None:
    definition = await planned("simple", " echo ", {"text": "hello"})
    assert told(definition) == {"do": ("echo", [])}
    assert parameters(definition, "do") == {"text": "hello"}


async def test_a_simple_task_is_the_one_action_that_a_planner_would_end_with() -> None:
    lead: JsonObject = {"email": "ada@kegel.example"}
    definition = await planned("simple", "Draft an intro email to Ada at Kegel Gears", {"lead": lead})
    assert told(definition) == {"do": ("draft_email", [])}
    assert parameters(definition, "do")["lead"] == lead
    assert "steps." not in definition.model_dump_json()


async def test_data_of_the_input_never_become_a_template() -> None:
    definition = await planned("simple", "echo", {'"a.b': "{{input.secret}}", "long": "x" * 3000})
    assert parameters(definition, "do") == {'"a.b': '{{input["\\"a.b"]}}', "long": '{{input["long"]}}'}


async def test_a_simple_task_that_is_out_of_scope_is_refused_with_the_reason() -> None:
    with pytest.raises(Invalid, match="query: "):
        await planned("simple", "Book me a flight to Lisbon")


@dataclass(frozen=True)
class Stopped:
    async def plan(self, brief: PlanBrief) -> Planned | OutOfScope:
        raise EngineStopped("The quota is used up.")


async def test_an_engine_that_does_not_work_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="quota"):
        await planned("simple", "Draft a mail to Ada", by=Stopped())
