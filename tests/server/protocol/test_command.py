"""Commands over HTTP: planned, looked at, edited, run, refused, and not too often."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn

from memory.connection import connect
from memory.contexts import Contexts
from memory.leads import Leads
from memory.records import Lead
from nodes.plans.definition import definition_of
from server.app import create_app
from server.http.backend import open_backend
from server.settings import Settings
from tools.planning import Action

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
OURS = Path(__file__).resolve().parents[3] / "langgraph.json"
SENTENCE = "Find 3 makers in Germany and score them"
ENDED = {"completed", "failed", "cancelled"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(two_keys: dict[str, str]) -> AsyncIterator[httpx.ASGITransport]:
    """The app over one embedded Redis, for two keys, that may be asked as often as they like."""
    with TemporaryDirectory(prefix="zigral-") as name:
        keys = ",".join(f"{name}:{key}" for name, key in two_keys.items())
        settings = Settings(data=Path(name), api_keys=keys, rate_limit="off")
        async with open_backend(settings, GRAPHS) as backend:
            await Leads(backend.redis).add([lead(n) for n in range(5)])
            yield httpx.ASGITransport(create_app(backend=backend))


def lead(number: int) -> Lead:
    return Lead(lead_id="", email=f"p{number}@kegel{number}.example", company=f"Kegel {number}", country="DE")


async def planned(http: httpx.AsyncClient, command: str = SENTENCE, **more: Any) -> dict[str, Any]:
    answer = await http.post("/command", json={"command": command, **more})
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def ended(http: httpx.AsyncClient, execution_id: str) -> dict[str, Any]:
    """The execution, once it is over."""
    while True:
        answer = await http.get(f"/api/v1/workflows/executions/{execution_id}")
        assert answer.status_code == 200, answer.text
        execution: dict[str, Any] = answer.json()
        if execution["status"] in ENDED:
            return execution
        await asyncio.sleep(0.02)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    return document


async def test_a_sentence_becomes_a_plan_with_its_estimate(ada: httpx.AsyncClient) -> None:
    plan = await planned(ada)
    assert plan.keys() == {"job_id", "kind", "objective", "steps", "estimate"}
    assert plan["kind"] == "prospect"
    assert (plan["steps"][0]["agent"], plan["steps"][0]["action"]) == ("records", "list")
    assert all(step.keys() == {"agent", "action", "parameters"} for step in plan["steps"])
    assert plan["estimate"].keys() == {"steps", "pages", "tokens", "usd", "mails", "seconds"}
    assert plan["estimate"]["steps"] == len(plan["steps"])
    assert (plan["estimate"]["tokens"], plan["estimate"]["usd"]) == (0, 0)
    assert plan["estimate"]["pages"] > 0


async def test_the_plan_is_kept_as_a_context_of_whoever_asked(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    plan = await planned(ada, context={"for": "the fair"})
    kept = (await ada.get(f"/context/{plan['job_id']}")).json()
    assert (kept["job_type"], kept["version"]) == ("command", 1)
    data = kept["context_data"]
    assert (data["command"], data["context"]) == (SENTENCE, {"for": "the fair"})
    assert {name: data[name] for name in ("kind", "objective", "steps", "estimate")} == {
        name: plan[name] for name in ("kind", "objective", "steps", "estimate")
    }
    problem(await bob.get(f"/context/{plan['job_id']}"), 404)
    problem(await bob.post(f"/command/{plan['job_id']}/execute"), 404)


async def test_with_execute_the_plan_runs_at_once(ada: httpx.AsyncClient) -> None:
    plan = await planned(ada, execute=True)
    execution = await ended(ada, plan["execution_id"])
    assert execution["status"] == "completed", execution
    assert set(execution["steps"]) == {f"step_{n}" for n in range(1, len(plan["steps"]) + 1)}
    kept = (await ada.get(f"/context/{plan['job_id']}")).json()
    assert kept["context_data"]["execution_id"] == plan["execution_id"]


async def test_an_edited_plan_is_what_runs(ada: httpx.AsyncClient) -> None:
    plan = await planned(ada)
    path = f"/context/{plan['job_id']}"
    kept = (await ada.get(path)).json()
    kept["context_data"]["steps"] = [{"agent": "echo", "action": "echo", "parameters": {"text": "{{input.say}}"}}]
    kept["context_data"]["context"] = {"say": "hello"}
    assert (await ada.put(path, json=kept)).status_code == 200
    answer = await ada.post(f"/command/{plan['job_id']}/execute")
    assert answer.status_code == 200, answer.text
    executed = answer.json()
    assert executed.keys() == {"job_id", "kind", "objective", "steps", "estimate", "execution_id"}
    assert (executed["estimate"]["steps"], executed["estimate"]["pages"]) == (1, 0)
    execution = await ended(ada, executed["execution_id"])
    assert execution["status"] == "completed", execution
    assert "hello" in str(execution["output"]["step_1"])
    kept = (await ada.get(path)).json()
    assert kept["context_data"]["execution_id"] == executed["execution_id"]
    assert kept["context_data"]["estimate"] == executed["estimate"]


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ({"agent": "delivery", "action": "send"}, "steps[0].agent"),
        ({"agent": "echo", "action": "fly"}, "steps[0].action"),
        ({"agent": "records", "action": "list", "parameters": {"limit": "many"}}, "steps[0].parameters.limit"),
        ({"agent": "echo", "action": "echo", "parameters": {"a": "{{steps.step_2}}"}}, "steps[0].parameters.a"),
        ({"agent": "echo", "action": "echo", "parameters": {"a": "{{env.HOME}}"}}, "steps[0].parameters.a"),
        ({"agent": "", "action": "echo"}, "steps[0].agent"),
        ({"agent": "echo"}, "steps[0].action"),
        ({"agent": "echo", "action": "echo", "params": {}}, "steps[0].params"),
    ],
)
async def test_an_edited_plan_that_cannot_be_done_is_refused_by_its_path(
    ada: httpx.AsyncClient, step: dict[str, Any], path: str
) -> None:
    plan = await planned(ada)
    kept = (await ada.get(f"/context/{plan['job_id']}")).json()
    kept["context_data"]["steps"] = [step]
    await ada.put(f"/context/{plan['job_id']}", json=kept)
    refused = problem(await ada.post(f"/command/{plan['job_id']}/execute"), 422)
    assert path in [error["path"] for error in refused["errors"]]


@pytest.mark.parametrize("count", [0, 1000])
async def test_a_plan_of_no_steps_or_of_a_thousand_is_refused(ada: httpx.AsyncClient, count: int) -> None:
    plan = await planned(ada)
    kept = (await ada.get(f"/context/{plan['job_id']}")).json()
    kept["context_data"]["steps"] = [{"agent": "echo", "action": "echo", "parameters": {}}] * count
    await ada.put(f"/context/{plan['job_id']}", json=kept)
    refused = problem(await ada.post(f"/command/{plan['job_id']}/execute"), 422)
    assert [error["path"] for error in refused["errors"]] == ["steps"]


async def test_only_a_command_that_is_there_can_be_executed(ada: httpx.AsyncClient) -> None:
    for job_id in ("none", "*", "a%2Fb", "%00", "x" * 10_000):
        problem(await ada.post(f"/command/{job_id}/execute"), 404)
    await ada.post("/context", json={"job_id": "other", "job_type": "import", "context_data": {}})
    assert "job_type" in problem(await ada.post("/command/other/execute"), 409)["detail"]


@pytest.mark.parametrize(
    "command", ["What is the capital of France?", "Book me a flight to Lisbon", "How do I bake sourdough bread?"]
)
async def test_what_is_out_of_scope_is_refused_with_a_reason(ada: httpx.AsyncClient, command: str) -> None:
    before = (await ada.get("/contexts", params={"job_type": "command"})).json()["items"]
    answer = await ada.post("/command", json={"command": command, "execute": True})
    assert answer.status_code == 200
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"].endswith(".")
    assert (await ada.get("/contexts", params={"job_type": "command"})).json()["items"] == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"command": ""}, "command"),
        ({"command": " \n\t"}, "command"),
        ({"command": "x" * 10_001}, "command"),
        ({"command": None}, "command"),
        ({"command": 7}, "command"),
        ({"command": ["Find leads"]}, "command"),
        ({}, "command"),
        ({"command": "Find leads", "execute": "yes"}, "execute"),
        ({"command": "Find leads", "execute": 1}, "execute"),
        ({"command": "Find leads", "context": "a fair"}, "context"),
        ({"command": "Find leads", "context": []}, "context"),
        ({"command": "Find leads", "exceute": True}, "exceute"),
    ],
)
async def test_what_is_no_command_is_refused_by_its_path(
    ada: httpx.AsyncClient, body: dict[str, Any], path: str
) -> None:
    refused = problem(await ada.post("/command", json=body), 422)
    assert [error["path"] for error in refused["errors"]] == [path]
    assert "Value error" not in json.dumps(refused)


async def test_ten_thousand_characters_are_a_command(ada: httpx.AsyncClient) -> None:
    assert (await ada.post("/command", json={"command": ("Find leads. " * 1000)[:10_000]})).status_code == 200


async def test_paths_answer_with_a_slash_at_their_end(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/command/", json={"command": SENTENCE})
    assert (answer.status_code, answer.history) == (200, [])
    executed = await ada.post(f"/command/{answer.json()['job_id']}/execute/")
    assert (executed.status_code, executed.history) == (200, [])
    await ended(ada, executed.json()["execution_id"])


Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def test_the_sixth_command_of_a_minute_waits_whatever_it_says_of_itself(serve: Serve) -> None:
    """Refused ones cost nothing, and neither does running a plan."""
    body = {"command": "What is the capital of France?"}
    async with serve() as http:
        problem(await http.post("/command", json={"command": ""}), 422)
        for _ in range(5):
            assert (await http.post("/command", json=body)).status_code == 200
        for forged in ("", "1.2.3.4", "127.0.0.9, 8.8.8.8"):
            refused = await http.post("/command", json=body, headers={"X-Forwarded-For": forged})
            problem(refused, 429)
            assert 1 <= int(refused.headers["retry-after"]) <= 60
        problem(await http.post("/command/none/execute"), 404)
        problem(await http.post("/command", json={"command": ""}), 422)


async def test_a_window_that_is_over_lets_everybody_in_again(serve: Serve, short_folder: Path) -> None:
    body = {"command": "What is the capital of France?"}
    async with serve(rate_limit="2/hour") as http:
        answers = [await http.post("/command", json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        async with connect(f"unix://{short_folder / 'redis' / 'redis.sock'}") as redis:
            (key,) = await redis.keys("{zigral}:rate:*")
            await redis.pexpire(key, 1)
            await asyncio.sleep(0.05)
        assert (await http.post("/command", json=body)).status_code == 200


async def test_without_its_redis_a_server_plans_nothing_and_says_so(serve: Serve, short_folder: Path) -> None:
    async with serve(rate_limit="off") as http:
        async with connect(f"unix://{short_folder / 'redis' / 'redis.sock'}") as redis:
            await redis.shutdown(nosave=True)
        for path in ("/command", "/command/x/execute"):
            away = await http.post(path, json={"command": SENTENCE} if path == "/command" else None)
            problem(away, 503)
            assert int(away.headers["retry-after"]) > 0


async def test_a_run_of_the_graph_is_whose_key_began_it_whatever_it_says(
    serve: Serve, two_keys: dict[str, str]
) -> None:
    keys = ",".join(f"{name}:{key}" for name, key in two_keys.items())
    async with serve(OURS, api_keys=keys) as http:
        ada, bob = ({"X-Api-Key": key} for key in two_keys.values())
        body = {
            "assistant_id": "command",
            "input": {"command": "Remember that we never write to competitors", "execute": True},
            "config": {"configurable": {"langgraph_auth_user_id": "bob"}},
        }
        answer = await http.post("/runs/wait", json=body, headers=ada)
        assert answer.status_code == 200, answer.text
        done = answer.json()
        execution = f"/api/v1/workflows/executions/{done['execution_id']}"
        for path in (f"/context/{done['job_id']}", execution):
            assert (await http.get(path, headers=ada)).status_code == 200
            problem(await http.get(path, headers=bob), 404)


async def test_under_another_uvicorn_a_forged_header_changes_no_client(short_folder: Path) -> None:
    """It believes its own machine, where nobody tells it otherwise."""
    app = create_app(Settings(data=short_folder, rate_limit="2/hour"), GRAPHS)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        body = {"command": "What is the capital of France?"}
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            forged = ("1.2.3.4", "5.6.7.8:99", "", "2001:db8::1")
            statuses = [
                (await http.post("/command", json=body, headers={"X-Forwarded-For": one})).status_code
                for one in forged
            ]
        server.should_exit = True
        await serving
    assert statuses == [200, 200, 429, 429]


async def test_a_run_that_was_killed_begins_no_plan_twice(short_folder: Path) -> None:
    async with open_backend(Settings(data=short_folder), GRAPHS) as backend:
        plans, contexts = backend.planning.commands.plans, Contexts(backend.redis, "")
        kept = await contexts.create("command", {"steps": []})
        echo = Action(agent="echo", action="echo", parameters={"text": "hello"})
        ran = [await plans.run(kept.job_id, definition_of("Say hello.", [echo]), {}, owner="") for _ in range(2)]
        assert ran[0].execution_id
        assert ran[0] == ran[1]
