"""A sentence becomes a plan that is checked, costed, kept and run, or a sentence that says why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from redis.asyncio import Redis

from graphs.command import CommandState, command
from memory.contexts import Contexts
from memory.definitions import Definition
from memory.errors import Conflict, Malformed, Refused
from memory.interactions import ANYWHERE, NoInteractions, Recalled, Where
from memory.json_values import JsonObject
from memory.records import Interaction
from nodes.agents.agent import Agent, Capability, Task
from nodes.plans.estimate import Estimator
from nodes.plans.running import Ran
from nodes.registry import AgentRegistry
from tools.engine import EngineStopped, EngineUnavailable
from tools.planning import Action, OutOfScope, PlanBrief, Planned


class Idle(Agent):
    async def execute(self, task: Task) -> JsonObject:
        return {}


REGISTRY = AgentRegistry([Idle("research", "Research", [Capability("enrich_lead", "Reads its pages.", pages=4)])])
ACTION = Action(agent="research", action="enrich_lead", parameters={"lead": {"company": "Kegel"}})
PLAN = Planned(kind="prospect", objective="Read about Kegel.", steps=(ACTION,))


NOTE = Interaction(
    id="n1",
    account="kegel.example",
    person="ada@kegel.example",
    kind="note",
    at=datetime(2026, 3, 1, tzinfo=UTC),
    text="Ada asked for a call in spring.",
)


@dataclass
class Scripted:
    """A planner with one answer, or one error."""

    answer: Planned | OutOfScope | Exception = PLAN
    briefs: list[PlanBrief] = field(default_factory=list)

    async def plan(self, brief: PlanBrief) -> Planned | OutOfScope:
        self.briefs.append(brief)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Noting:
    """Runs nothing, and notes what it was to run."""

    ran: list[tuple[str, Definition, str]] = field(default_factory=list)

    async def run(self, job_id: str, definition: Definition, given: JsonObject, *, owner: str) -> Ran:
        self.ran.append((job_id, definition, owner))
        return Ran("x1")


@dataclass(frozen=True)
class Pumps:
    async def of(self, owner: str) -> tuple[str, ...]:
        return (f"{owner} sells pumps.",)


@dataclass(frozen=True)
class NoLeads:
    async def count(self) -> int:
        return 0


@dataclass(frozen=True)
class Closed(NoInteractions):
    async def history(
        self, where: Where = ANYWHERE, limit: int = 50, before: datetime | None = None
    ) -> list[Interaction]:
        return [NOTE]

    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:
        raise Conflict("Another process has the index open.")


@dataclass(frozen=True)
class Open(Closed):
    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:
        return [Recalled(NOTE, 0.9)]


async def asked(
    redis: Redis, planner: Scripted, plans: Noting | None = None, *, memory: Any = None, **given: Any
) -> CommandState:
    graph = command(
        interactions=memory or NoInteractions(),
        planner=planner,
        estimator=Estimator(REGISTRY, NoLeads()),
        contexts=lambda owner: Contexts(redis, owner),
        plans=plans or Noting(),
        known=Pumps(),
    ).compile()
    config = {"configurable": {"langgraph_auth_user_id": "ada"}}
    return CommandState.model_validate(await graph.ainvoke({"command": "Read about Kegel", **given}, config))


async def test_a_plan_is_checked_costed_and_kept_for_whoever_asked(redis_client: Redis) -> None:
    state = await asked(redis_client, Scripted(), context={"for": "a fair"})
    assert (state.kind, state.objective, state.error) == ("prospect", "Read about Kegel.", None)
    assert state.estimate
    assert (state.estimate.steps, state.estimate.pages) == (1, 4)
    assert state.job_id
    kept = await Contexts(redis_client, "ada").get(state.job_id)
    assert kept.job_type == "command"
    assert kept.context_data == {
        "command": "Read about Kegel",
        "kind": "prospect",
        "objective": "Read about Kegel.",
        "steps": [ACTION.model_dump(mode="json")],
        "estimate": state.estimate.model_dump(mode="json"),
        "context": {"for": "a fair"},
    }


async def test_a_planner_is_told_all_that_it_may_use(redis_client: Redis) -> None:
    planner = Scripted()
    await asked(redis_client, planner, context={"for": "a fair"})
    (brief,) = planner.briefs
    assert (brief.command, brief.context, brief.known) == (
        "Read about Kegel",
        {"for": "a fair"},
        ("ada sells pumps.",),
    )
    (offer,) = brief.actions
    assert (offer.agent, offer.action, offer.description) == ("research", "enrich_lead", "Reads its pages.")


async def test_a_plan_runs_only_where_that_was_asked_for(redis_client: Redis) -> None:
    plans = Noting()
    assert (await asked(redis_client, Scripted(), plans)).execution_id is None
    assert plans.ran == []
    state = await asked(redis_client, Scripted(), plans, execute=True)
    assert state.execution_id == "x1"
    ((job_id, definition, owner),) = plans.ran
    assert (job_id, owner) == (state.job_id, "ada")
    (step,) = definition.model_dump(mode="json")["steps"]
    assert step["step_id"] == "step_1"
    assert (step["agent_type"], step["task"], step["parameters"]) == (
        "research",
        "enrich_lead",
        {"lead": {"company": "Kegel"}},
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (OutOfScope("Zigral does not book flights."), "Zigral does not book flights."),
        (EngineUnavailable("The model answers too many at once."), "The model answers too many at once."),
        (EngineStopped("The quota is used up."), "The quota is used up."),
        (Malformed("The model's answer is not valid JSON."), "The model's answer is not valid JSON."),
        (Refused("The model refused."), "The model refused."),
    ],
)
async def test_where_there_is_no_plan_a_sentence_says_why_and_nothing_is_kept(
    answer: OutOfScope | Exception, why: str, redis_client: Redis
) -> None:
    plans = Noting()
    state = await asked(redis_client, Scripted(answer), plans, execute=True)
    assert (state.error, state.job_id, state.execution_id, plans.ran) == (why, None, None, [])
    assert (await Contexts(redis_client, "ada").page()).items == ()


def plan_of(*steps: Action) -> Planned:
    return Planned(kind="prospect", objective="Read.", steps=steps)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([ACTION, Action(agent="delivery", action="send")], ["steps[1].agent", "There is research"]),
        ([Action(agent="research", action="fly")], ["steps[0].action", "There is enrich_lead"]),
        ([], ["steps", "1 to 30"]),
        ([ACTION] * 1000, ["steps", "1000"]),
    ],
    ids=["agent", "action", "none", "thousand"],
)
async def test_what_a_planner_made_up_is_never_kept_nor_run(
    steps: Sequence[Action], told: list[str], redis_client: Redis
) -> None:
    plans = Noting()
    state = await asked(redis_client, Scripted(plan_of(*steps)), plans, execute=True)
    assert state.error
    assert all(part in state.error for part in told), state.error
    assert (state.job_id, plans.ran) == (None, [])


async def test_what_the_words_bring_to_mind_is_told_to_the_planner(redis_client: Redis) -> None:
    planner = Scripted()
    state = await asked(redis_client, planner, memory=Open())
    assert (state.past, planner.briefs[0].past) == ((NOTE,), (NOTE,))


async def test_a_memory_that_does_not_answer_is_noted_and_done_without(redis_client: Redis) -> None:
    state = await asked(redis_client, Scripted(), memory=Closed())
    assert state.job_id
    assert state.notes == ("Nothing was recalled: Another process has the index open.",)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001, None, 7, ["Find leads"]])
async def test_what_is_no_command_is_refused(text: Any, redis_client: Redis) -> None:
    with pytest.raises(ValidationError, match="command"):
        await asked(redis_client, Scripted(), command=text)
