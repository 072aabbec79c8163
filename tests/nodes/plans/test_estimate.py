"""What a plan would take: by what its actions declare, how many leads each is about, and the engine."""

from dataclasses import dataclass
from typing import Any

import pytest

from memory.definitions import Definition
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability, Task
from nodes.plans.definition import definition_of
from nodes.plans.estimate import Estimator, ModelCosts
from nodes.registry import AgentRegistry
from tools.planning import Action


class Idle(Agent):
    async def execute(self, task: Task) -> JsonObject:
        return {}


REPLY = Capability("reply", mails=1)
REGISTRY = AgentRegistry(
    [
        Idle("records", "Records", ["list", "write"]),
        Idle("research", "Research", [Capability("enrich_lead", pages=4, tokens=1000, seconds=3)]),
        Idle(
            "copywriter", "Copywriter", [Capability("draft_email", tokens=500, mails=1, seconds=2, usd=0.01), REPLY]
        ),
        Idle("recall", "Recall", ["search", "history"]),
        Idle("sales", "Sales", ["score"]),
    ]
)


@dataclass(frozen=True)
class Kept:
    number: int

    async def count(self) -> int:
        return self.number


def action(agent: str, name: str, /, **parameters: Any) -> Action:
    return Action(agent=agent, action=name, parameters=parameters)


OUTREACH = [
    action("records", "list", limit=20),
    action("research", "enrich_lead", leads="{{steps.step_1}}"),
    action("copywriter", "draft_email", leads="{{ steps.step_2.items }}"),
]


async def test_each_step_counts_the_leads_that_the_list_would_give() -> None:
    estimate = await Estimator(REGISTRY, Kept(7)).of(definition_of("Write to all.", OUTREACH))
    assert (estimate.steps, estimate.pages, estimate.mails) == (3, 28, 7)
    assert estimate.seconds == pytest.approx(0.1 + 3 + 2)


async def test_a_list_gives_no_more_than_its_limit() -> None:
    estimate = await Estimator(REGISTRY, Kept(5000)).of(definition_of("Write to all.", OUTREACH))
    assert (estimate.pages, estimate.mails) == (80, 20)
    assert estimate.seconds == pytest.approx(0.1 + 3 * (3 + 2))  # eight leads at a time


async def test_of_the_best_no_more_are_written_to_than_were_asked_for() -> None:
    best = [*OUTREACH[:2], action("sales", "score", leads="{{steps.step_2}}", best=3)]
    mails = [*best, action("copywriter", "draft_email", leads="{{steps.step_3}}")]
    estimate = await Estimator(REGISTRY, Kept(7)).of(definition_of("Write to the best.", mails))
    assert (estimate.pages, estimate.mails) == (28, 3)


async def test_where_there_is_no_lead_nothing_is_read_or_written() -> None:
    estimate = await Estimator(REGISTRY, Kept(0)).of(definition_of("Write to all.", OUTREACH))
    assert (estimate.steps, estimate.pages, estimate.mails) == (3, 0, 0)


async def test_the_offline_engine_uses_no_tokens_and_what_a_service_costs_is_said_all_the_same() -> None:
    estimate = await Estimator(REGISTRY, Kept(7)).of(definition_of("Write to all.", OUTREACH))
    assert (estimate.tokens, estimate.usd) == (0, pytest.approx(0.07))


async def test_a_model_costs_what_its_price_says() -> None:
    costs = ModelCosts(counts_tokens=True, price=(1.0, 6.0))
    estimate = await Estimator(REGISTRY, Kept(10), costs).of(definition_of("Write to all.", OUTREACH))
    assert estimate.tokens == 15_000
    assert estimate.usd == pytest.approx(15_000 * 2.0 / 1e6 + 0.1)


async def test_tokens_of_unknown_price_cost_nobody_knows_what() -> None:
    costs = ModelCosts(counts_tokens=True)
    assert (await Estimator(REGISTRY, Kept(1), costs).of(definition_of("Write.", OUTREACH))).usd is None


async def test_a_measured_latency_counts_for_more_than_the_declared_one() -> None:
    measured = Estimator(REGISTRY, Kept(1), latency=lambda agent: 10.0 if agent == "research" else None)
    assert (await measured.of(definition_of("Write.", OUTREACH))).seconds == pytest.approx(0.1 + 10 + 2)


async def test_leads_that_stand_in_the_plan_or_in_the_input_are_counted() -> None:
    lead: JsonObject = {"email": "ada@kegel.example"}
    one = [action("research", "enrich_lead", lead=lead), action("research", "enrich_lead", leads=[lead, lead])]
    assert (await Estimator(REGISTRY, Kept(50)).of(definition_of("Read.", one))).pages == 4 + 8
    given = definition_of("Read.", [action("research", "enrich_lead", leads="{{input.leads}}")])
    assert (await Estimator(REGISTRY, Kept(50)).of(given, {"leads": [lead] * 3})).pages == 12


@pytest.mark.parametrize(
    ("found", "mails"),
    [
        (action("recall", "history", kinds=["mail_sent"], limit=50), 50),
        (action("recall", "history"), 20),
        (action("recall", "search", query="pricing", name="Tom"), 5),
        (action("recall", "history", person="tom@kegel.example", limit=50), 1),
    ],
    ids=["all", "newest", "named", "one"],
)
async def test_whoever_may_be_remembered_may_get_an_answer(found: Action, mails: int) -> None:
    answered = [found, action("copywriter", "reply", interactions="{{steps.step_1}}")]
    assert (await Estimator(REGISTRY, Kept(0)).of(definition_of("Answer them.", answered))).mails == mails


async def test_a_workflow_is_estimated_by_its_longest_way() -> None:
    step = {"step_type": "agent_task", "agent_type": "research", "task": "enrich_lead", "parameters": {}}
    definition = Definition.model_validate(
        {
            "name": "Both",
            "steps": [
                {"step_id": "a", **step},
                {"step_id": "b", **step},
                {"step_id": "c", **step, "depends_on": ["a"]},
                {"step_id": "nap", "step_type": "wait", "seconds": 5},
                {
                    "step_id": "each",
                    "step_type": "loop",
                    "over": "{{input.leads}}",
                    "max_iterations": 3,
                    "steps": [{"step_id": "d", **step}],
                    "depends_on": ["c"],
                },
            ],
        }
    )
    estimate = await Estimator(REGISTRY, Kept(0)).of(definition, {"leads": [1, 2, 3, 4, 5]})
    assert estimate.pages == 4 * (3 + 3)
    assert estimate.seconds == pytest.approx(3 + 3 + 3 * 3)


async def test_a_step_that_refers_to_itself_or_to_nothing_is_counted_once() -> None:
    plan = [action("research", "enrich_lead", leads="{{steps.step_1}}{{steps.none}}")]
    assert (await Estimator(REGISTRY, Kept(9)).of(definition_of("Read.", plan))).pages == 4


async def test_pages_that_a_step_before_has_read_are_not_read_again() -> None:
    reads = action("research", "enrich_lead", leads="{{steps.step_1}}")
    again = action("research", "enrich_lead", leads="{{steps.step_2}}")
    others = action("research", "enrich_lead", leads=[{"email": "ada@kegel.example"}])
    plan = [action("records", "list"), reads, again, again, others]
    estimate = await Estimator(REGISTRY, Kept(5)).of(definition_of("Read.", plan))
    assert (estimate.steps, estimate.pages) == (5, 4 * 5 + 4)
