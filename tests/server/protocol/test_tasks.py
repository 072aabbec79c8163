"""Tasks over HTTP: planned, estimated, done in the order of their priority, and watched."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.app import create_app
from server.http.backend import open_backend
from server.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
ENDED = {"completed", "failed", "cancelled"}
Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(two_keys: dict[str, str]) -> AsyncIterator[httpx.ASGITransport]:
    with TemporaryDirectory(prefix="zigral-") as name:
        keys = ",".join(f"{name}:{key}" for name, key in two_keys.items())
        async with open_backend(Settings(data=Path(name), api_keys=keys), GRAPHS) as backend:
            yield httpx.ASGITransport(create_app(backend=backend))


async def asked(http: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    body = {"type": "simple", "query": "echo", "input": {"text": "hello"}} | given
    answer = await http.post("/api/v1/tasks", json=body)
    assert answer.status_code == 202, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def status(http: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    answer = await http.get(f"/api/v1/tasks/{task_id}/status")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ended(http: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """The task's status, once it is over."""
    while True:
        found = await status(http, task_id)
        if found["status"] in ENDED:
            return found
        await asyncio.sleep(0.02)


async def begun(http: httpx.AsyncClient, execution_id: str) -> None:
    """Returns once a worker has the execution."""
    while True:
        if (await http.get(f"/api/v1/workflows/executions/{execution_id}")).json()["status"] != "pending":
            return
        await asyncio.sleep(0.01)


async def events(http: httpx.AsyncClient, task_id: str, **headers: str) -> list[dict[str, Any]]:
    """All that is told of a task until its stream ends."""
    answer = await http.get(f"/api/v1/tasks/{task_id}/events", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block for block in answer.text.split("\n\n") if block and not block.startswith(":")]
    assert all(block.startswith("event: status\ndata: ") for block in blocks)
    return [json.loads(block.partition("data: ")[2]) for block in blocks]


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    return document


async def test_a_task_is_planned_estimated_and_done(ada: httpx.AsyncClient) -> None:
    task = await asked(ada)
    assert task.keys() == {"task_id", "status", "plan", "estimate", "execution_id"}
    assert task["status"] in {"pending", "running"}
    assert task["plan"]["steps"][0]["capability"] == "echo"
    assert task["estimate"].keys() == {"steps", "pages", "tokens", "usd", "mails", "seconds"}
    found = await ended(ada, task["task_id"])
    assert found.keys() == {"task_id", "status", "progress", "steps", "result", "error"}
    assert (found["status"], found["progress"], found["error"]) == ("completed", 1, None)
    assert found["steps"]["do"]["status"] == "completed"
    assert "hello" in str(found["result"])
    execution = (await ada.get(f"/api/v1/workflows/executions/{task['execution_id']}")).json()
    assert (execution["output"], execution["workflow_id"]) == (found["result"], None)


async def test_a_task_can_be_read_again_and_is_listed(ada: httpx.AsyncClient) -> None:
    task = await asked(ada, priority=9, execute=False)
    read = (await ada.get(f"/api/v1/tasks/{task['task_id']}")).json()
    assert read | task == read
    assert (read["type"], read["query"], read["input"], read["priority"]) == (
        "simple",
        "echo",
        {"text": "hello"},
        9,
    )
    listed = (await ada.get("/api/v1/tasks", params={"limit": 1})).json()
    assert listed["items"] == [read]
    assert listed["next_cursor"]


async def test_a_task_may_be_planned_only(ada: httpx.AsyncClient) -> None:
    task = await asked(ada, execute=False)
    assert (task["status"], task["execution_id"]) == ("pending", None)
    found = await status(ada, task["task_id"])
    assert (found["status"], found["progress"], found["steps"], found["result"]) == ("pending", 0, {}, None)
    assert await events(ada, task["task_id"]) == [found]


async def test_a_plan_can_be_made_a_workflow(ada: httpx.AsyncClient) -> None:
    task = await asked(ada, execute=False)
    kept = await ada.post("/api/v1/workflows", json=task["plan"])
    assert kept.status_code == 201, kept.text


@pytest.mark.parametrize("kind", ["research_and_analyze", "prospect", "enrich"])
async def test_each_template_gives_a_plan_that_runs(ada: httpx.AsyncClient, kind: str) -> None:
    lead = {"email": "ines.falk@quillfeather.example", "website": "https://quillfeather.example/", "employees": 64}
    task = await asked(ada, type=kind, query="Look at them. How many leads are there?", input={"leads": [lead]})
    assert task["estimate"]["pages"] > 0
    found = await ended(ada, task["task_id"])
    assert (found["status"], found["progress"]) == ("completed", 1), found["error"]
    assert "quillfeather.example" in str(found["result"])


async def test_all_changes_are_told_until_the_task_is_over(ada: httpx.AsyncClient) -> None:
    task = await asked(
        ada, type="enrich", query="Enrich", input={"leads": [{"website": "https://nowhere.example"}]}
    )
    told = await events(ada, task["task_id"])
    assert told[-1] == await ended(ada, task["task_id"])
    assert [one["progress"] for one in told] == sorted(one["progress"] for one in told)
    assert all(one["status"] not in ENDED for one in told[:-1])
    assert all(before != after for before, after in pairwise(told))


async def test_a_last_event_id_changes_nothing_and_gives_no_access(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    task = await asked(ada)
    whole = await ended(ada, task["task_id"])
    for last in ("1-0", "-1", "x" * 1000, task["execution_id"]):
        assert await events(ada, task["task_id"], **{"Last-Event-ID": last}) == [whole]
        problem(await bob.get(f"/api/v1/tasks/{task['task_id']}/events", headers={"Last-Event-ID": last}), 404)


async def test_another_owners_task_is_not_there(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    task = await asked(ada, execute=False)
    for rest in ("", "/status", "/events"):
        problem(await bob.get(f"/api/v1/tasks/{task['task_id']}{rest}"), 404)
    assert task["task_id"] not in str((await bob.get("/api/v1/tasks")).json())


@pytest.mark.parametrize("task_id", ["none", "*", "%00", "..%2fx", "x" * 10_000])
async def test_an_id_that_no_task_can_have_is_not_found(ada: httpx.AsyncClient, task_id: str) -> None:
    for rest in ("", "/status", "/events"):
        problem(await ada.get(f"/api/v1/tasks/{task_id}{rest}"), 404)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"type": "party"}, "type"),
        ({"type": None}, "type"),
        ({"query": ""}, "query"),
        ({"query": "  "}, "query"),
        ({"query": "x" * 10_001}, "query"),
        ({"query": 7}, "query"),
        ({"input": []}, "input"),
        ({"input": "lead"}, "input"),
        ({"priority": 10}, "priority"),
        ({"priority": -1}, "priority"),
        ({"priority": "5"}, "priority"),
        ({"priority": True}, "priority"),
        ({"execute": "no"}, "execute"),
        ({"when": "now"}, "when"),
        ({"query": "What is the capital of France?"}, "query"),
        ({"type": "simple", "query": "list", "input": {"limit": "many"}}, "input.limit"),
    ],
)
async def test_what_is_no_task_is_refused_by_its_path(
    ada: httpx.AsyncClient, given: dict[str, Any], path: str
) -> None:
    body = {"type": "simple", "query": "echo", "input": {}} | given
    refused = problem(await ada.post("/api/v1/tasks", json=body), 422)
    assert [error["path"] for error in refused["errors"]] == [path]


async def test_a_task_that_fails_says_why(ada: httpx.AsyncClient) -> None:
    task = await asked(ada, type="enrich", query="Enrich", input={"leads": [{"note": "nobody"}]})
    found = await ended(ada, task["task_id"])
    assert found["status"] == "failed"
    assert found["error"]
    assert found["steps"]["enrich_lead_1"]["error"]


async def test_a_higher_priority_overtakes(serve: Serve) -> None:
    """One worker, which is busy while the others queue: the last ones asked for are done first."""
    async with serve(concurrency=1) as http:
        busy = {"name": "Busy", "steps": [{"step_id": "nap", "step_type": "wait", "seconds": 1}]}
        workflow = (await http.post("/api/v1/workflows", json=busy)).json()
        path = f"/api/v1/workflows/{workflow['workflow_id']}/execute"
        held = (await http.post(path, json={"async_execution": True})).json()
        await begun(http, held["execution_id"])
        tasks = [await asked(http, priority=priority) for priority in (0, 1, 5, 9)]
        for task in tasks:
            await ended(http, task["task_id"])
        executions = [
            (await http.get(f"/api/v1/workflows/executions/{task['execution_id']}")).json() for task in tasks
        ]
        started = [execution["started_at"] for execution in executions]
        assert started == sorted(started, reverse=True)


async def test_paths_answer_with_a_slash_at_their_end(ada: httpx.AsyncClient) -> None:
    made = await ada.post("/api/v1/tasks/", json={"type": "simple", "query": "echo"})
    assert made.status_code == 202
    for rest in ("/", "/status/", "/events/"):
        answer = await ada.get(f"/api/v1/tasks/{made.json()['task_id']}{rest}")
        assert (answer.status_code, answer.history) == (200, [])
