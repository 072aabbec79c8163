"""To anybody but its owner a thing does not exist, on every route that names one."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADA, BOB = {"X-Api-Key": "ada-key"}, {"X-Api-Key": "bob-key"}
RUN = {"assistant_id": "asking", "input": {"text": "x"}}
SENDING = ("post", "put", "patch")
HOSTILE = ("..%2f..%2fetc", "%00", "*", "{}", "{zigral}", "[a-z]", "a%0ab", "%ff", "a:b", "%25s", "x" * 10_000)
BODIES: dict[str, Any] = {  # for the routes that want one, by the end of their path
    "/runs": RUN,
    "/stream": RUN,
    "/wait": RUN,
    "/state": {"values": {"text": "stolen"}},
    "/state/checkpoint": {"checkpoint": {"checkpoint_id": str(uuid4())}},
    "/latest": {"version": 1},
    "/context/{job_id}": {"job_type": "t", "context_data": {}},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(module_serve: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with module_serve(api_keys="ada:ada-key,bob:bob-key") as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(http: httpx.AsyncClient) -> dict[str, str]:
    """One of each thing, all Ada's."""
    thread = (await http.post("/threads", json={"metadata": {"whose": "ada"}}, headers=ADA)).json()["thread_id"]
    waited = await http.post(f"/threads/{thread}/runs/wait", json=RUN, headers=ADA)
    made = await http.post("/assistants", json={"graph_id": "steps", "name": "ada's"}, headers=ADA)
    state = (await http.get(f"/threads/{thread}/state", headers=ADA)).json()
    job = {"job_id": "adas-job", "job_type": "t", "context_data": {"a": 1}}
    assert (await http.post("/context", json=job, headers=ADA)).status_code == 201
    workflow = {"name": "Ada's", "steps": [{"step_id": "one", "step_type": "transform", "value": 1}]}
    kept = await http.post("/api/v1/workflows", json=workflow, headers=ADA)
    workflow_id = kept.json()["workflow_id"]
    executed = await http.post(f"/api/v1/workflows/{workflow_id}/execute", headers=ADA)
    wanted = {"type": "simple", "query": "List my leads.", "execute": False}
    task = await http.post("/api/v1/tasks", json=wanted, headers=ADA)
    return {
        "task_id": task.json()["task_id"],
        "workflow_id": workflow_id,
        "execution_id": executed.json()["execution_id"],
        "thread_id": thread,
        "run_id": waited.headers["content-location"].split("/")[-1],
        "assistant_id": made.json()["assistant_id"],
        "checkpoint_id": state["checkpoint"]["checkpoint_id"],
        "job_id": "adas-job",
        "namespace": "inner",
        "timestamp": "2026-01-01T00:00:00Z",
    }


async def routes_with_ids(http: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path, and what is sent."""
    paths = (await http.get("/openapi.json", headers=BOB)).json()["paths"]
    found = [(method, path) for path, operations in paths.items() for method in operations if "{" in path]
    bodies = {path: next((body for end, body in BODIES.items() if path.endswith(end)), {}) for _, path in found}
    return [(method, path, {"json": bodies[path]} if method in SENDING else {}) for method, path in found]


async def test_every_route_with_an_id_answers_another_owner_as_if_there_were_nothing(
    http: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    asked = 0
    for method, path, request in await routes_with_ids(http):
        answer = await http.request(method, path.format(**ids), headers=BOB, **request)
        assert answer.status_code == 404, f"{method} {path}: {answer.status_code} {answer.text}"
        nobodys = {name: str(uuid4()) for name in ids} | {"timestamp": ids["timestamp"]}
        missing = await http.request(method, path.format(**nobodys), headers=BOB, **request)
        told = (missing.status_code, _without_ids(missing.text, nobodys))
        assert told == (404, _without_ids(answer.text, ids)), f"{method} {path}"
        asked += 1
    assert asked > 25
    kept = (await http.get(f"/threads/{ids['thread_id']}", headers=ADA)).json()
    assert (kept["status"], kept["metadata"]["whose"]) == ("interrupted", "ada")


def _without_ids(text: str, ids: dict[str, str]) -> str:
    for one in ids.values():
        text = text.replace(one, "ID")
    return text


async def test_every_route_but_those_of_health_wants_a_key(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json", headers=BOB)).json()["paths"]
    open_to_all = {"/ok", "/health", "/ready", "/metrics"}  # the last one to this machine alone
    assert open_to_all < set(paths)
    for path, operations in paths.items():
        for method in operations if path not in open_to_all else ():
            for headers in ({}, {"X-Api-Key": "ada-keys"}, {"Authorization": "Bearer ada"}):
                url = re.sub(r"\{\w+\}", "x", path)
                answer = await http.request(method, url, params={"api_key": "ada-key"}, headers=headers)
                assert answer.status_code == 401, f"{method} {path}"


async def test_every_route_refuses_an_id_that_nothing_can_have_in_a_few_words(http: httpx.AsyncClient) -> None:
    for method, path, request in await routes_with_ids(http):
        for hostile in HOSTILE:
            url = re.sub(r"\{\w+\}", hostile, path)
            answer = await http.request(method, url, headers=BOB, **request)
            assert answer.status_code in {404, 422}, f"{method} {url[:80]}: {answer.text}"
            assert len(answer.text) < 2_000
    assert (await http.post("/threads/count", json={}, headers=BOB)).json() == 0


async def test_a_workflow_cannot_call_another_owners(http: httpx.AsyncClient, ids: dict[str, str]) -> None:
    told = []
    for workflow_id in (ids["workflow_id"], str(uuid4())):
        calls = {"step_id": "one", "step_type": "subworkflow", "workflow_id": workflow_id}
        made = await http.post("/api/v1/workflows", json={"name": "Bob's", "steps": [calls]}, headers=BOB)
        told.append((made.status_code, made.text.replace(workflow_id, "ID")))
    assert told[0] == told[1]
    assert told[0][0] == 422


async def test_lists_counts_and_searches_show_ones_own_things_alone(
    http: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    for headers, own in ((ADA, 1), (BOB, 0)):
        whose = {"metadata": {"whose": "ada"}}
        assert (await http.post("/threads/count", json=whose, headers=headers)).json() == own
        assert len((await http.post("/threads/search", json=whose, headers=headers)).json()) == own
        found = (await http.post("/threads/search", json={"ids": [ids["thread_id"]]}, headers=headers)).json()
        assert len(found) == own
        mine = await http.post("/assistants/count", json={"name": "ada's"}, headers=headers)
        assert mine.json() == own
        for path in ("/contexts", "/api/v1/workflows", "/api/v1/tasks"):
            assert len((await http.get(path, headers=headers)).json()["items"]) == own


async def test_an_id_that_is_taken_by_somebody_else_is_taken(http: httpx.AsyncClient, ids: dict[str, str]) -> None:
    for if_exists in ("raise", "do_nothing"):
        thread = {"thread_id": ids["thread_id"], "if_exists": if_exists}
        assert (await http.post("/threads", json=thread, headers=BOB)).status_code == 409
        assistant = {"graph_id": "steps", "assistant_id": ids["assistant_id"], "if_exists": if_exists}
        assert (await http.post("/assistants", json=assistant, headers=BOB)).status_code == 409


async def test_somebody_elses_assistant_and_thread_cannot_be_run(
    http: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    run = {"assistant_id": ids["assistant_id"], "input": {}}
    assert (await http.post("/runs/wait", json=run, headers=BOB)).status_code == 404
    created = {**RUN, "if_not_exists": "create"}
    answer = await http.post(f"/threads/{ids['thread_id']}/runs", json=created, headers=BOB)
    assert answer.status_code in {404, 409}
    stop = {"thread_id": ids["thread_id"], "run_ids": [ids["run_id"]]}
    assert (await http.post("/runs/cancel", json=stop, headers=BOB)).status_code == 404


async def test_each_owner_has_a_store_of_their_own_that_their_graphs_share(http: httpx.AsyncClient) -> None:
    for headers, text in ((ADA, "ada's"), (BOB, "bob's")):
        run = {"assistant_id": "noting", "input": {"text": text}}
        assert (await http.post("/runs/wait", json=run, headers=headers)).json()["answer"] == {"text": text}
    for headers, text in ((ADA, "ada's"), (BOB, "bob's")):
        query = {"namespace": "notes.own", "key": "k"}
        assert (await http.get("/store/items", params=query, headers=headers)).json()["value"] == {"text": text}
        listed = (await http.post("/store/items/search", json={}, headers=headers)).json()["items"]
        assert [item["value"] for item in listed] == [{"text": text}]


async def test_the_servers_own_assistants_are_everybodys_and_nobodys_to_change(http: httpx.AsyncClient) -> None:
    found = (await http.post("/assistants/search", json={"graph_id": "steps", "name": "steps"}, headers=BOB)).json()
    (system,) = (one["assistant_id"] for one in found)
    assert (await http.get(f"/assistants/{system}", headers=ADA)).status_code == 200
    assert (await http.patch(f"/assistants/{system}", json={"name": "mine"}, headers=ADA)).status_code == 403
    assert (await http.delete(f"/assistants/{system}", headers=ADA)).status_code == 403
