"""`POST /command` with a language model: what it plans is checked, and what goes wrong there is a sentence here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from graphs.command import CommandState, command
from memory.contexts import Contexts
from memory.definitions import Definition
from memory.interactions import NoInteractions
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability, Task
from nodes.agents.echo import Echo
from nodes.agents.record_inputs import ListInput
from nodes.plans.estimate import Estimator
from nodes.plans.running import Ran
from nodes.registry import AgentRegistry
from server.app import create_app
from server.engines import open_planner
from server.http.backend import open_backend
from server.settings import Settings

GRAPHS = Path(__file__).parents[2] / "server" / "protocol" / "graphs" / "langgraph.json"


class Idle(Agent):
    async def execute(self, task: Task) -> JsonObject:
        return {}


REGISTRY = AgentRegistry([Echo(), Idle("records", "Records", [Capability("list", input=ListInput)])])
ECHO = {"action": "echo.echo", "parameters": '{"text": "hello"}'}


def settings(kit: Any, folder: Path) -> Settings:
    """A model on the fake server, which is given a quarter of a second."""
    return Settings(
        data=folder,
        openai_api_key=SecretStr(kit.KEY),
        openai_base_url=kit.fake.url,
        model="fake",
        model_price=(1, 2),
        model_patience=0.25,
        model_seconds=5,
        rate_limit="off",
    )


@dataclass(frozen=True)
class Nothing:
    """What is known, kept and run where nothing is to be."""

    async def count(self) -> int:
        return 0

    async def of(self, owner: str) -> tuple[str, ...]:
        return ()

    async def run(self, job_id: str, definition: Definition, given: JsonObject, *, owner: str) -> Ran:
        raise AssertionError("nothing is to run")


async def asked(kit: Any, redis: Redis) -> CommandState:
    """What comes of a command that is to run at once, where the model gives no plan that could."""
    nothing = Nothing()
    async with open_planner("openai", settings(kit, Path())) as planner:
        graph = command(
            interactions=NoInteractions(),
            planner=planner,
            estimator=Estimator(REGISTRY, nothing),
            contexts=lambda owner: Contexts(redis, owner),
            plans=nothing,
            known=nothing,
        ).compile()
        state = CommandState.model_validate(await graph.ainvoke({"command": "Say hello", "execute": True}))
    assert (state.job_id, (await Contexts(redis, "").page()).items) == (None, ())
    return state


def plan(*steps: Any, **more: Any) -> dict[str, Any]:
    return {"out_of_scope": "", "kind": "context", "objective": "Say hello.", "steps": list(steps), **more}


async def test_over_http_a_models_plan_is_a_plan_and_its_failure_is_an_error_and_no_failure_of_ours(
    kit: Any, short_folder: Path
) -> None:
    async with open_backend(settings(kit, short_folder), GRAPHS) as backend:
        transport = httpx.ASGITransport(create_app(backend=backend))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            kit.fake.answers = lambda request: plan(ECHO)
            planned = await http.post("/command", json={"command": "Say hello"})
            assert planned.json()["steps"] == [{"agent": "echo", "action": "echo", "parameters": {"text": "hello"}}]
            for code in ("insufficient_quota", "rate_limit_exceeded"):
                kit.fake.answers = lambda request, code=code: kit.error(429, "no", code)
                failed = await http.post("/command", json={"command": "Say hello", "execute": True})
                assert (failed.status_code, failed.json().keys()) == (200, {"error"})


FAULTS = {
    "rate": (lambda kit: kit.error(429, "slow down", "rate_limit_exceeded"), "429"),
    "quota": (lambda kit: kit.error(429, "no credit", "insufficient_quota"), "quota"),
    "key": (lambda kit: kit.error(401), "401"),
    "server": (lambda kit: kit.error(500), "500"),
    "refusal": (lambda kit: kit.completion(None, refusal="I will not."), "refuse"),
    "cut off": (lambda kit: kit.completion('{"out_of', finish="length"), "cut off"),
    "no json": (lambda kit: kit.completion("Sure! Here is your plan."), "JSON"),
    "no plan": (lambda kit: kit.completion('{"steps": 7}'), ""),
    "dropped": (lambda kit: kit.Answer(drop=True), "connection"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_model_that_gives_no_plan_is_told_of_in_a_sentence(
    fault: str, kit: Any, redis_client: Redis
) -> None:
    answer, word = FAULTS[fault]
    kit.fake.answers = lambda request: answer(kit)
    error = (await asked(kit, redis_client)).error
    assert error
    assert word in error
    assert kit.KEY not in error


async def test_what_a_model_finds_out_of_scope_is_refused_with_its_reason(kit: Any, redis_client: Redis) -> None:
    kit.fake.answers = lambda request: plan(out_of_scope="Zigral books no flights.", kind="none")
    assert (await asked(kit, redis_client)).error == "Zigral books no flights."


@pytest.mark.parametrize(
    "step",
    [
        {"action": "delivery.send", "parameters": "{}"},
        {"action": "echo.fly", "parameters": "{}"},
        {"action": "records.list", "parameters": '{"limit": "many"}'},
        {"action": "echo.echo", "parameters": '{"text": "{{steps.step_1}}"}'},
        {"action": "echo.echo", "parameters": '{"text": "{{env.OPENAI_API_KEY}}"}'},
        {"action": "echo.echo", "parameters": '{"text": "{{x.__class__}}"}'},
    ],
    ids=lambda step: f"{step['action']} {step['parameters']}",
)
async def test_a_model_cannot_invent_what_there_is_not(step: Any, kit: Any, redis_client: Redis) -> None:
    kit.fake.answers = lambda request: plan(step)
    assert (await asked(kit, redis_client)).error
