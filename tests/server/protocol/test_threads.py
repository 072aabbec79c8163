"""Threads, states and history beyond what every client does: pages under inserts, forks, filters, bad updates."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from langgraph_sdk.client import LangGraphClient

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(module_serve: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with module_serve() as client:
        yield client


@pytest.fixture
def sdk(http: httpx.AsyncClient) -> Any:
    return LangGraphClient(http)


async def ran(sdk: Any, **given: Any) -> str:
    thread = str((await sdk.threads.create())["thread_id"])
    await sdk.runs.wait(thread, "steps", input={"text": "x", **given})
    return thread


async def test_pages_by_creation_show_each_thread_once_while_others_are_made(sdk: Any) -> None:
    tag = {"tag": uuid4().hex}
    for _ in range(12):
        await sdk.threads.create(metadata=tag)
    seen: list[str] = []
    for page in range(0, 20, 4):
        found = await sdk.threads.search(metadata=tag, limit=4, offset=page, sort_by="created_at", sort_order="asc")
        seen += [thread["thread_id"] for thread in found]
        await asyncio.gather(*(sdk.threads.create(metadata=tag) for _ in range(2)))
    assert len(seen) == len(set(seen)) == 20


async def test_metadata_and_values_match_by_containment_at_any_depth(sdk: Any) -> None:
    tag = uuid4().hex
    metadata = {"tag": tag, "deep": {"list": [1, {"a": 1, "b": 2}], "kept": None}, "flag": True}
    thread = str((await sdk.threads.create(metadata=metadata))["thread_id"])
    await sdk.runs.wait(thread, "steps", input={"payload": {"k": [{"x": 1, "y": 2}]}})
    for wanted, hits in (
        ({"deep": {"list": [{"b": 2}]}}, 1),
        ({"deep": {"list": [{"a": 1}, 1]}}, 1),
        ({"deep": {"kept": None}}, 1),
        ({"deep": {"list": [2]}}, 0),
        ({"deep": {"absent": None}}, 0),
        ({"flag": 1}, 0),
    ):
        assert await sdk.threads.count(metadata={"tag": tag, **wanted}) == hits, wanted
    for wanted, hits in (({"payload": {"k": [{"y": 2}]}}, 1), ({"payload": {"k": [{"y": 3}]}}, 0)):
        assert len(await sdk.threads.search(metadata={"tag": tag}, values=wanted)) == hits


async def test_a_fork_is_the_child_of_where_it_began_and_the_old_branch_stays(sdk: Any) -> None:
    thread = await ran(sdk)
    states = await sdk.threads.get_history(thread, limit=50)
    middle = states[1]["checkpoint"]
    forked = await sdk.threads.update_state(thread, {"text": "y"}, checkpoint=middle)
    fork = await sdk.threads.get_state(thread, checkpoint=forked["checkpoint"])
    assert fork["parent_checkpoint"] == middle
    await sdk.runs.wait(thread, "steps", input=None, checkpoint=forked["checkpoint"])
    after = await sdk.threads.get_history(thread, limit=50)
    ids = {state["checkpoint"]["checkpoint_id"]: state for state in after}
    assert {state["checkpoint"]["checkpoint_id"] for state in states} < ids.keys()
    assert (after[0]["values"]["text"], after[0]["next"]) == ("y", [])
    walked, state = [], after[0]
    while state["parent_checkpoint"]:
        state = ids[state["parent_checkpoint"]["checkpoint_id"]]
        walked.append(state["checkpoint"]["checkpoint_id"])
    assert walked[:2] == [forked["checkpoint"]["checkpoint_id"], middle["checkpoint_id"]]


async def test_history_is_filtered_by_what_its_metadata_contain(sdk: Any) -> None:
    thread = await ran(sdk)
    loops = await sdk.threads.get_history(thread, metadata={"source": "loop", "step": 1}, limit=10)
    assert [state["metadata"]["step"] for state in loops] == [1]
    assert await sdk.threads.get_history(thread, metadata={"step": {"deep": 1}}, limit=10) == []


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"trail": 7}},
        {"values": {"text": "y"}, "as_node": "nobody"},
        {"values": [1, 2]},
        {"values": "text"},
        {"values": {"text": "y"}, "checkpoint_id": "no-uuid"},
        {"values": {"text": "y"}, "checkpoint": {"checkpoint_ns": "no:such|graph:inside"}},
        {"values": {"text": "y"}, "checkpoint": 7},
    ],
)
async def test_an_update_that_the_graph_does_not_take_is_refused_and_changes_nothing(
    http: httpx.AsyncClient, sdk: Any, change: dict[str, Any]
) -> None:
    thread = await ran(sdk)
    before = await sdk.threads.get_state(thread)
    answer = await http.post(f"/threads/{thread}/state", json=change)
    assert answer.status_code in {404, 422}, answer.text
    assert isinstance(answer.json()["detail"], str)
    assert await sdk.threads.get_state(thread) == before
    assert (await sdk.threads.get(thread))["status"] == "idle"


@pytest.mark.parametrize("wanted", ["state", "history"])
async def test_a_checkpoint_that_is_nowhere_is_404_or_nothing(
    http: httpx.AsyncClient, sdk: Any, wanted: str
) -> None:
    thread = await ran(sdk)
    if wanted == "state":
        assert (await http.get(f"/threads/{thread}/state/{uuid4()}")).status_code == 404
        for place in ({"checkpoint_id": str(uuid4())}, {"checkpoint_ns": "no:where", "checkpoint_id": None}):
            answer = await http.post(f"/threads/{thread}/state/checkpoint", json={"checkpoint": place})
            assert answer.status_code == 404, answer.text
    else:
        for path in ("abc", "..%2f..%2fx", "%00"):
            assert (await http.get(f"/threads/{thread}/state/{path}")).status_code in {404, 422}
        assert (await http.post(f"/threads/{thread}/history", json={"limit": 0})).status_code == 422


async def test_an_update_of_a_checkpoint_that_is_nowhere_changes_nothing(http: httpx.AsyncClient, sdk: Any) -> None:
    thread = await ran(sdk)
    before = await sdk.threads.get_history(thread, limit=20)
    for nowhere in ("00000000-0000-6000-8000-000000000000", str(uuid4())):
        change = {"values": {"text": "y"}, "checkpoint_id": nowhere}
        assert (await http.post(f"/threads/{thread}/state", json=change)).status_code == 404
    assert await sdk.threads.get_history(thread, limit=20) == before


async def test_a_state_is_the_threads_own_whatever_its_runs_were_configured_with(sdk: Any) -> None:
    thread = str((await sdk.threads.create())["thread_id"])
    wrong = {"thread_id": str(uuid4()), "checkpoint_id": str(uuid4()), "checkpoint_ns": "inner", "__pregel_read": 1}
    await sdk.runs.wait(thread, "steps", input={"text": "x"}, config={"configurable": wrong})
    assert (await sdk.threads.get_state(thread))["values"]["text"] == "x"
    assert await sdk.threads.get_history(thread)


async def test_an_assistant_that_no_run_could_be_called_with_is_refused(http: httpx.AsyncClient) -> None:
    for wrong in ({"tags": 5}, {"recursion_limit": "many"}, {"max_concurrency": 0}, {"metadata": []}):
        refused = await http.post("/assistants", json={"graph_id": "steps", "config": wrong})
        assert refused.status_code == 422
        assert next(iter(wrong)) in refused.json()["detail"]


async def test_a_copy_of_a_thread_that_waits_waits_too_and_is_answered_alone(sdk: Any) -> None:
    thread = str((await sdk.threads.create())["thread_id"])
    await sdk.runs.wait(thread, "asking", input={"text": "x"})
    copy = await sdk.threads.copy(thread)
    assert (copy["status"], copy["interrupts"]) == ("interrupted", (await sdk.threads.get(thread))["interrupts"])
    out = await sdk.runs.wait(copy["thread_id"], "asking", command={"resume": "yes"})
    assert out["answer"] == "yes"
    assert (await sdk.threads.get(thread))["status"] == "interrupted"


async def test_extracted_values_are_found_by_path_and_a_path_to_nowhere_is_null(
    http: httpx.AsyncClient, sdk: Any
) -> None:
    thread = await ran(sdk, payload={"list": [{"n": 1}, {"n": 2}]})
    paths = {"last": "values.payload.list[-1].n", "none": "values.payload.list[7].n", "meta": "metadata.graph_id"}
    found = await http.post("/threads/search", json={"ids": [thread], "extract": paths, "select": ["status"]})
    assert found.json() == [{"status": "idle", "extracted": {"last": 2, "none": None, "meta": "steps"}}]
    for path in ("", "owner", "values..a", "values[", "a" * 1000):
        answer = await http.post("/threads/search", json={"ids": [thread], "extract": {"a": path}})
        assert answer.status_code == 422, path


async def test_values_come_back_as_they_went(http: httpx.AsyncClient, sdk: Any) -> None:
    payload = {"": "", "sep": "\u2028\0\u0085", "big": 2**53 + 1, "bigger": 2**70, "float": 1e308, "deep": [[{}]]}
    thread = str((await sdk.threads.create())["thread_id"])
    run = {"assistant_id": "steps", "input": {"payload": payload}}
    assert (await http.post(f"/threads/{thread}/runs/wait", json=run)).json()["payload"] == payload
    for path in ("", "/state"):
        assert (await http.get(f"/threads/{thread}{path}")).json()["values"]["payload"] == payload
    update = {"values": {"payload": ["x" * 5_000_000]}}
    assert (await http.post(f"/threads/{thread}/state", json=update)).status_code == 200
    assert (await http.get(f"/threads/{thread}/state")).json()["values"]["payload"] == update["values"]["payload"]


async def test_half_a_character_as_browsers_send_it_comes_back_as_it_went(http: httpx.AsyncClient) -> None:
    half = b'{"metadata": {"cut": "a\\ud83d", "graph_id": "\\ud83d"}}'
    made = await http.post("/threads", content=half, headers={"Content-Type": "application/json"})
    assert made.json()["metadata"] == {"cut": "a\ud83d", "graph_id": "\ud83d"}
    found = await http.post("/threads/search", content=half, headers={"Content-Type": "application/json"})
    assert [thread["thread_id"] for thread in found.json()] == [made.json()["thread_id"]]
    assert (await http.get(f"/threads/{made.json()['thread_id']}/state")).status_code == 404


async def test_a_graph_that_makes_values_without_a_form_in_json_is_answered(sdk: Any) -> None:
    thread = str((await sdk.threads.create())["thread_id"])
    out = await sdk.runs.wait(thread, "odd", input={})
    wanted = {
        "when": "2026-01-02T03:04:05+00:00",
        "decimal": "1.10",
        "bytes": "AAE=",
        "set": [1],
        "nan": None,
        "model": {"name": "a", "inner": {"n": 1}},
        "kind": "red",
    }
    assert out["payload"] == wanted
    assert (await sdk.threads.get_state(thread))["values"]["payload"] == wanted
    assert (await sdk.threads.get(thread))["values"]["payload"] == wanted


@pytest.mark.parametrize("bad", ["..%2fx", "%00", "*{}", "x" * 10_000, "a%0ab%ff"])
async def test_an_id_that_is_no_uuid_is_refused_on_every_route(http: httpx.AsyncClient, bad: str) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        if not path.startswith(("/threads/{", "/assistants/{", "/runs/{")):
            continue
        for method in operations:
            url = path
            for name in ("thread_id", "assistant_id", "run_id", "checkpoint_id", "namespace"):
                url = url.replace(f"{{{name}}}", bad)
            body = {"json": {}} if method in {"post", "put", "patch"} else {}
            answer = await http.request(method, url, **body)
            assert answer.status_code in {404, 422}, f"{method} {url[:80]}: {answer.status_code}"
            assert isinstance(answer.json()["detail"], str)
            assert len(answer.content) < 2000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000 + b"]" * 10_000,
        b'{"metadata":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b'{"metadata": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}",
        b"{",
        b"",
        b"\xff\xfe",
        b'{"metadata": {"a": NaN}}',
        b'{"metadata": {"a": ' + b"9" * 5000 + b"}}",
        b"null",
        b"[]",
        b'"text"',
        b'{"metadata": []}',
        b'{"metadata": {"a": 1}, "limit": "10"}',
        b'{"limit": 1.5}',
        b'{"limit": true}',
        b'{"offset": 99999999999999999999}',
        b'{"status": "x"}',
        b'{"select": ["owner"]}',
        b'{"ids": ["abc"]}',
    ],
)
async def test_a_body_that_makes_no_sense_is_422_with_one_sentence(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post("/threads/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert isinstance(answer.json()["detail"], str)
    assert len(answer.json()["detail"]) < 600


async def test_a_field_that_nobody_knows_is_no_error(http: httpx.AsyncClient) -> None:
    for path, body in (("/threads", {}), ("/threads/search", {}), ("/assistants", {"graph_id": "steps"})):
        assert (await http.post(path, json={**body, "from_the_future": {"a": 1}})).status_code == 200


async def test_a_thread_more_than_the_limit_is_refused(serve: Any) -> None:
    async with serve(max_threads=2) as http:
        codes = [(await http.post("/threads", json={})).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert (await http.post("/runs/wait", json={"assistant_id": "steps", "input": {}})).status_code == 429


async def test_threads_states_and_assistants_outlive_the_server(serve: Any) -> None:
    async with serve() as http:
        thread = (await http.post("/threads", json={"metadata": {"a": 1}})).json()["thread_id"]
        await http.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "steps", "input": {"text": "x"}})
        await http.post("/assistants", json={"graph_id": "steps", "name": "mine"})
        before = (await http.post("/assistants/search", json={"limit": 100})).json()
    async with serve() as http:
        assert (await http.get(f"/threads/{thread}/state")).json()["values"]["text"] == "x"
        assert (await http.post("/assistants/search", json={"limit": 100})).json() == before
