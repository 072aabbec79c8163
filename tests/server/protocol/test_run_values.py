"""What goes into a run and what comes out of it: any JSON, any value of a graph, and what a request may ask."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONFIG = Path(__file__).parent / "graphs" / "runs.json"


@pytest.fixture
def http(runs_http: httpx.AsyncClient) -> httpx.AsyncClient:
    return runs_http


async def thread_of(http: httpx.AsyncClient) -> str:
    return str((await http.post("/threads", json={})).json()["thread_id"])


async def wait(http: httpx.AsyncClient, graph: str, thread: str | None = None, **body: Any) -> Any:
    path = f"/threads/{thread}/runs/wait" if thread else "/runs/wait"
    answer = await http.post(path, json={"assistant_id": graph, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "value",
    [
        "\u2028\u2029\x00 é 😀",
        2**53 + 1,
        {"": {"": []}},
        [[[[[None, True, 1.5]]]]],
        "x" * 5_000_000,
        {"lc": 1, "type": "constructor", "id": ["builtins", "eval"], "kwargs": {}},
        {"__send__": {"node": "three"}},
        {"type": "human", "content": "no message"},
    ],
    ids=["text", "integer", "keys", "lists", "5 MB", "lc", "send", "message"],
)
async def test_any_json_comes_back_as_it_went(http: httpx.AsyncClient, value: Any) -> None:
    thread = await thread_of(http)
    assert (await wait(http, "steps", thread, input={"text": value}))["text"] == value
    assert (await http.get(f"/threads/{thread}")).json()["values"]["text"] == value
    assert (await http.get(f"/threads/{thread}/state")).json()["values"]["text"] == value
    found = (await http.get(f"/threads/{thread}/runs")).json()[0]
    assert found["kwargs"]["input"] == {"text": value}


async def test_what_is_no_json_in_a_state_has_a_form_in_it(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    wanted = {
        "at": "2026-01-02T00:00:00+00:00",
        "id": "00000000-0000-0000-0000-000000000007",
        "price": "0.10",
        "bytes": "/w==",
        "nan": None,
        "set": [1],
        "tuple": [1, 2],
        "point": {"x": 1},
        "model": {"price": "2.50"},
    }
    assert (await wait(http, "odd", thread, input={}))["text"] == wanted
    assert (await http.get(f"/threads/{thread}")).json()["values"]["text"] == wanted


async def test_a_state_keeps_the_types_of_its_graph_between_runs(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    await wait(http, "typed", thread, input={})
    done = await wait(http, "typed", thread, command={"resume": "yes"})
    assert done["trail"] == ["NoneType", "Priced", "yes", "Priced"]


async def test_context_and_configurable_are_the_same_to_any_graph(
    http: httpx.AsyncClient,
) -> None:
    for given in ({"context": {"tone": "loud"}}, {"config": {"configurable": {"tone": "loud"}}}):
        assert (await wait(http, "echo", input={}, **given))["trail"] == ["loud loud"]


async def test_a_client_cannot_reach_another_thread_through_its_config(http: httpx.AsyncClient) -> None:
    victim, thread = await thread_of(http), await thread_of(http)
    await wait(http, "steps", victim, input={"text": "mine"})
    before = (await http.get(f"/threads/{victim}/state")).json()
    for sly in ({"thread_id": victim}, {"__pregel_checkpointer": None}, {"checkpoint_ns": "x"}):
        await wait(http, "steps", thread, input={"text": "yours"}, config={"configurable": sly})
    assert (await http.get(f"/threads/{victim}/state")).json() == before
    assert (await http.get(f"/threads/{thread}/state")).json()["values"]["text"] == "yours"


async def test_commands_update_and_go_to_nodes_with_inputs_of_their_own(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    await wait(http, "steps", thread, input={})
    went = await wait(http, "steps", thread, command={"update": [["text", "y"]], "goto": ["three"]})
    assert (went["text"], went["trail"][3:]) == ("y", ["three"])
    went = await wait(http, "steps", thread, command={"goto": {"node": "two", "input": {"text": "z"}}})
    assert went["trail"][4:] == ["two", "three"]


async def test_a_fresh_thread_without_input_fails_as_a_run(http: httpx.AsyncClient) -> None:
    out = await wait(http, "steps", await thread_of(http), input=None)
    assert out["__error__"]["error"] == "EmptyInputError"


async def test_a_run_from_an_older_checkpoint_forks_and_keeps_what_was(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    await wait(http, "steps", thread, input={"text": "a"})
    history = (await http.post(f"/threads/{thread}/history", json={"limit": 50})).json()
    old = history[2]["checkpoint"]
    for place in ({"checkpoint": {**old, "checkpoint_map": None}}, {"checkpoint_id": old["checkpoint_id"]}):
        assert (await wait(http, "steps", thread, **place))["trail"] == ["one", "two", "three"]
    after = (await http.post(f"/threads/{thread}/history", json={"limit": 50})).json()
    assert after[-len(history) :] == history
    forks = [state for state in after if state["parent_checkpoint"] == old]
    assert len(forks) == 3
    gone = await http.post(
        f"/threads/{thread}/runs",
        json={"assistant_id": "steps", "checkpoint_id": "1f000000-0000-6000-8000-000000000000"},
    )
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"assistant_id": "nothing"}, 422),
        ({"assistant_id": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"assistant_id": "steps", "stream_mode": "lifecycle"}, 422),
        ({"assistant_id": "steps", "stream_mode": []}, 422),
        ({"assistant_id": "steps", "multitask_strategy": "perhaps"}, 422),
        ({"assistant_id": "steps", "command": {"resume": 1}}, 400),
        ({"assistant_id": "steps", "command": []}, 422),
        ({"assistant_id": "steps", "config": {"recursion_limit": 0}}, 422),
        ({"assistant_id": "steps", "context": {"a": 1}, "config": {"configurable": {"b": 1}}}, 400),
        ({"assistant_id": "steps", "after_seconds": -1}, 422),
        ({"assistant_id": "steps", "webhook": "http://127.0.0.1:1/"}, 422),
        ({"assistant_id": "steps", "webhook": "nonsense"}, 422),
        ({"assistant_id": "steps", "checkpoint_id": "x"}, 422),
        ({"input": {}}, 422),
        ([], 422),
    ],
)
async def test_a_bad_request_is_told_in_one_sentence_and_begins_nothing(
    http: httpx.AsyncClient, body: Any, status: int
) -> None:
    for route in ("/runs", "/runs/wait", "/runs/stream"):
        answer = await http.post(route, json=body)
        assert (answer.status_code, type(answer.json()["detail"])) == (status, str), answer.text


async def test_an_unknown_field_is_no_error(http: httpx.AsyncClient) -> None:
    body = {"feedback_keys": ["a"], "langsmith_tracer": {}, "strict_resume": True, "of_next_year": 1}
    assert (await wait(http, "steps", input={}, **body))["trail"] == ["one", "two", "three"]


async def test_a_recursion_limit_and_a_failure_are_told_where_one_waits(http: httpx.AsyncClient) -> None:
    out = await wait(http, "ticks", input={"ticks": 9}, config={"recursion_limit": 3})
    assert out["__error__"]["error"] == "GraphRecursionError"
    thread = await thread_of(http)
    assert await wait(http, "bad", thread, input={"text": "x"}) == {
        "__error__": {"error": "ValueError", "message": "no x"}
    }
    found = (await http.get(f"/threads/{thread}")).json()
    assert (found["status"], found["error"]) == ("error", {"error": "ValueError", "message": "no x"})


async def test_a_run_that_leaves_no_thread_can_be_followed_after_its_end(http: httpx.AsyncClient) -> None:
    body = {"assistant_id": "steps", "input": {}, "stream_resumable": True}
    answer = await http.post("/runs/stream", json=body)
    thread = answer.headers["content-location"].split("/")[2]
    assert (await http.get(f"/threads/{thread}")).status_code == 404
    again = await http.get(answer.headers["location"], headers={"Last-Event-ID": "-1"})
    assert again.text == answer.text
    found = await http.post("/threads/search", json={"ids": [thread]})
    assert found.json() == []


async def test_a_run_is_another_owners_to_nobody(serve: Any) -> None:
    keys = {"ada": "a" * 20, "bob": "b" * 20}
    async with serve(CONFIG, api_keys=",".join(f"{n}:{k}" for n, k in keys.items())) as http:
        ada, bob = ({"x-api-key": key} for key in keys.values())
        thread = (await http.post("/threads", json={}, headers=ada)).json()["thread_id"]
        body = {"assistant_id": "steps", "input": {}}
        run = (await http.post(f"/threads/{thread}/runs", json=body, headers=ada)).json()["run_id"]
        one = f"/threads/{thread}/runs/{run}"
        for method, path in (
            *(("GET", one), ("GET", f"{one}/join"), ("GET", f"{one}/stream"), ("GET", f"/runs/{run}/stream")),
            *(("POST", f"{one}/cancel"), ("DELETE", one), ("GET", f"/threads/{thread}/runs")),
            *(("GET", f"/threads/{thread}/stream"), ("POST", f"/threads/{thread}/runs")),
        ):
            given = json.dumps(body) if method == "POST" else None
            answer = await http.request(
                method,
                path,
                content=given,
                headers={**bob, "content-type": "application/json", "Last-Event-ID": "-1"},
            )
            assert answer.status_code == 404, (method, path, answer.status_code)
        made = {**body, "if_not_exists": "create"}
        assert (await http.post(f"/threads/{thread}/runs", json=made, headers=bob)).status_code == 404
        await http.post("/runs/cancel", json={"status": "all"}, headers=bob)
        assert (await http.get(f"{one}/join", headers=ada)).json()["trail"] == ["one", "two", "three"]
