"""Contexts over HTTP: every call of the page, what it answers, and what it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from memory.connection import connect
from memory.embedded import open_embedded
from server.app import create_app
from server.http.backend import open_backend
from server.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
JSON = {"Content-Type": "application/json"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(two_keys: dict[str, str]) -> AsyncIterator[httpx.ASGITransport]:
    """The app over one embedded Redis, for two keys."""
    with TemporaryDirectory(prefix="zigral-") as name:
        settings = Settings(data=Path(name), api_keys=",".join(f"{name}:{key}" for name, key in two_keys.items()))
        async with open_backend(settings, GRAPHS) as backend:
            yield httpx.ASGITransport(create_app(backend=backend))


async def made(http: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await http.post("/context", json={"job_type": "test", "context_data": {}} | given)
    assert answer.status_code == 201, answer.text
    context: dict[str, Any] = answer.json()
    return context


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail"} <= document.keys()
    return document


async def test_a_context_lives_through_every_call(ada: httpx.AsyncClient) -> None:
    context = await made(ada, job_type="prospect", context_data={"leads": [1]})
    path = f"/context/{context['job_id']}"
    assert context.keys() == {
        *("job_id", "job_type", "context_data", "created_at", "updated_at", "version", "error"),
    }
    assert (context["version"], context["error"]) == (1, None)
    assert datetime.fromisoformat(context["created_at"]).utcoffset() == timedelta(0)
    assert (await ada.get(path)).json() == context

    changed = {"job_type": "done", "context_data": {"leads": []}, "version": 1, "error": {"why": "none left"}}
    second = (await ada.put(path, json=changed)).json()
    assert second | changed | {"version": 2} == second
    assert (await ada.get(path)).json() == second
    assert (await ada.get(path, params={"version": 1})).json() == context
    assert (await ada.get(f"{path}/history")).json() == {"items": [second, context], "next_cursor": None}
    assert second in (await ada.get("/contexts", params={"job_type": "done"})).json()["items"]

    deleted = await ada.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for gone in (ada.get(path), ada.delete(path), ada.get(f"{path}/history"), ada.get(f"{path}/checkpoints")):
        problem(await gone, 404)


async def test_a_context_that_was_read_can_be_sent_back_whole(ada: httpx.AsyncClient) -> None:
    context = await made(ada)
    path = f"/context/{context['job_id']}"
    assert (await ada.put(path, json=context | {"context_data": {"n": 1}})).json()["version"] == 2
    problem(await ada.put(path, json=context | {"job_id": "another", "version": 2}), 409)


async def test_a_version_that_is_stale_is_a_conflict_and_none_is_accepted(ada: httpx.AsyncClient) -> None:
    path = f"/context/{(await made(ada))['job_id']}"
    changes = ({"job_type": "test", "context_data": {"n": n}, "version": 1} for n in range(6))
    answers = await asyncio.gather(*(ada.put(path, json=change) for change in changes))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]
    for answer in answers:
        if answer.status_code == 409:
            assert "version 2, not 1" in problem(answer, 409)["detail"]
    assert (await ada.put(path, json={"job_type": "test", "context_data": {}})).json()["version"] == 3


async def test_a_job_that_exists_is_a_conflict(ada: httpx.AsyncClient) -> None:
    await made(ada, job_id="twice")
    problem(await ada.post("/context", json={"job_id": "twice", "job_type": "t", "context_data": {}}), 409)


async def test_checkpoints_are_loaded_by_their_time_or_a_later_one(ada: httpx.AsyncClient) -> None:
    path = f"/context/{(await made(ada, context_data={'n': 0}))['job_id']}/checkpoints"
    first = (await ada.post(path)).json()
    second = (await ada.post(path, json={"context_data": {"n": 1}})).json()
    third = (await ada.post(path, json={})).json()
    assert [point["context_data"] for point in (first, second, third)] == [{"n": 0}, {"n": 1}, {"n": 0}]
    assert first.keys() == {"job_id", "timestamp", "context_data"}
    assert first["timestamp"] < second["timestamp"] < third["timestamp"]
    assert (await ada.get(path)).json() == {"items": [third, second, first], "next_cursor": None}
    for point in (first, second, third):
        assert (await ada.get(f"{path}/{quote(point['timestamp'], safe='')}")).json() == point
    time = datetime.fromisoformat(second["timestamp"])
    same = {
        time.astimezone(timezone(timedelta(hours=hours))).isoformat(timespec="microseconds") for hours in (2, -5, 0)
    } | {time.strftime("%Y%m%dT%H%M%S.%fZ"), second["timestamp"].replace("+00:00", "z")}
    for spelt in same:
        for written in (quote(spelt, safe=""), quote(spelt, safe="+:")):
            assert (await ada.get(f"{path}/{written}")).json() == second, spelt
    assert (await ada.get(f"{path}/9999-12-31T00:00:00Z")).json() == third
    assert "at or before" in problem(await ada.get(f"{path}/1999-12-31T00:00:00Z"), 404)["detail"]


@pytest.mark.parametrize(
    "time",
    ["2026-03-01T12:00:00", "2026-03-01", "yesterday", "1767225600", "2026-02-30T00:00:00Z", "%00", "a" * 9999],
)
async def test_what_is_no_time_with_an_offset_is_refused(ada: httpx.AsyncClient, time: str) -> None:
    path = f"/context/{(await made(ada))['job_id']}/checkpoints/{time}"
    assert problem(await ada.get(path), 422)["errors"][0]["path"] == "timestamp"


async def test_another_owners_context_is_not_there(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    await made(ada, job_id="mine", job_type="secret")
    body = {"job_type": "t", "context_data": {}}
    calls = [
        *(
            bob.get(f"/context/mine{rest}")
            for rest in ("", "/history", "/checkpoints", "/checkpoints/2999-01-01T00:00Z")
        ),
        bob.put("/context/mine", json=body),
        bob.delete("/context/mine"),
        bob.post("/context/mine/checkpoints"),
    ]
    for call in calls:
        theirs = problem(await call, 404)["detail"]
        assert "mine" in theirs
    nobodys = problem(await bob.get("/context/none"), 404)["detail"]
    assert problem(await bob.get("/context/mine"), 404)["detail"] == nobodys.replace("none", "mine")
    assert (await bob.get("/contexts", params={"job_type": "secret"})).json()["items"] == []
    assert (await made(bob, job_id="mine"))["version"] == 1


async def test_a_key_is_asked_for(door: httpx.ASGITransport) -> None:
    async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as stranger:
        problem(await stranger.get("/contexts"), 401)
        problem(await stranger.get("/contexts", headers={"X-Api-Key": "guess"}), 401)


HOSTILE = ["..%2f..%2fetc", "%00", "*", "%7B%7D", "a%0Ab", "a" * 10_000, "%C3%A9", "%ff", "a%2Fb", "-a", "a%20b"]


@pytest.mark.parametrize("job_id", HOSTILE)
async def test_an_id_that_no_job_can_have_is_not_found(ada: httpx.AsyncClient, job_id: str) -> None:
    body = {"job_type": "t", "context_data": {}}
    problem(await ada.get(f"/context/{job_id}"), 404)
    problem(await ada.put(f"/context/{job_id}", json=body), 404)
    problem(await ada.delete(f"/context/{job_id}"), 404)
    problem(await ada.post(f"/context/{job_id}/checkpoints"), 404)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"context_data": {}}, "job_type"),
        ({"job_type": "t"}, "context_data"),
        ({"job_type": "", "context_data": {}}, "job_type"),
        ({"job_type": "t" * 201, "context_data": {}}, "job_type"),
        ({"job_type": 1, "context_data": {}}, "job_type"),
        ({"job_type": "t", "context_data": []}, "context_data"),
        ({"job_type": "t", "context_data": None}, "context_data"),
        ({"job_type": "t", "context_data": {}, "job_id": "../x"}, "job_id"),
        ({"job_type": "t", "context_data": {}, "job_id": "x\n"}, "job_id"),
        ({"job_type": "t", "context_data": {}, "job_id": ""}, "job_id"),
        ({"job_type": "t", "context_data": {}, "jobid": "x"}, "jobid"),
        ([], ""),
        ("text", ""),
    ],
)
async def test_a_body_that_is_wrong_is_refused_by_its_path(ada: httpx.AsyncClient, body: Any, where: str) -> None:
    assert where in [fault["path"] for fault in problem(await ada.post("/context", json=body), 422)["errors"]]


@pytest.mark.parametrize("version", [0, -1, 1.5, "1", True, 10**30])
async def test_a_version_that_is_no_count_is_refused(ada: httpx.AsyncClient, version: Any) -> None:
    path = f"/context/{(await made(ada))['job_id']}"
    problem(await ada.put(path, json={"job_type": "t", "context_data": {}, "version": version}), 422)
    assert (await ada.get(path)).json()["version"] == 1


async def test_everything_that_is_wrong_is_said_at_once(ada: httpx.AsyncClient) -> None:
    faults = problem(await ada.post("/context", json={"job_id": "*", "context_data": 1, "more": 1}), 422)["errors"]
    assert {fault["path"] for fault in faults} == {"job_id", "job_type", "context_data", "more"}


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "query.limit"),
        ("limit=1001", "query.limit"),
        ("limit=x", "query.limit"),
        ("cursor=x", "query.cursor"),
        ("cursor=", "query.cursor"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(ada: httpx.AsyncClient, query: str, where: str) -> None:
    assert problem(await ada.get(f"/contexts?{query}"), 422)["errors"][0]["path"] == where


async def test_an_integer_that_nobody_counts_to_is_refused_in_our_own_words(ada: httpx.AsyncClient) -> None:
    body = '{"job_type": "t", "context_data": {"n": ' + "9" * 5000 + "}}"
    answer = await ada.post("/context", content=body, headers={"Content-Type": "application/json"})
    assert "more than 4000 digits" in problem(answer, 422)["detail"]


async def test_json_comes_back_as_it_went(ada: httpx.AsyncClient) -> None:
    deep = "[" * 150 + "]" * 150
    sent = (
        '{"big": 123456789012345678901234567890, "digits": ' + "9" * 3000 + ', "small": -0.0, "tiny": 5e-324,'
        ' "odd": "\\u0000\\u2028\\ud83d\\ude00\x7f/\\/", "": {"\\u0000": null}, "one": 1.0, "deep": ' + deep + "}"
    )
    body = f'{{"job_type": "t\\u0000", "context_data": {sent}, "error": [1e308, {{}}]}}'
    answer = await ada.post("/context", content=body, headers=JSON)
    assert answer.status_code == 201, answer.text
    for found in (answer, await ada.get(f"/context/{answer.json()['job_id']}")):
        read = json.loads(found.content)
        assert repr([read["context_data"], read["error"]]) == repr([json.loads(sent), [1e308, {}]])
        assert read["job_type"] == "t\0"


UNFIT = ["1e400", "-1e400", "NaN", "Infinity", '"\\ud800"', '{"\\udfff": 1}', "[1,", "'x'"]
ENDLESS = ["9" * 5_000, "[" * 10_000 + "]" * 10_000, "[" * 100_000, '{"a":' * 10_000 + "1" + "}" * 10_000]


@pytest.mark.parametrize("value", [*UNFIT, *ENDLESS], ids=lambda value: value[:12])
async def test_json_that_would_not_come_back_is_refused(ada: httpx.AsyncClient, value: str) -> None:
    body = f'{{"job_type": "t", "context_data": {{"a": {value}}}}}'
    answer = await ada.post("/context", content=body, headers=JSON)
    assert answer.status_code in {400, 422}
    problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe{\x00}\x00", b"\xc3\x28", b'{"job_type": "t\xed\xa0\x80", "context_data": {}}', b""]
)
async def test_bytes_that_are_no_json_text_are_refused(ada: httpx.AsyncClient, body: bytes) -> None:
    problem(await ada.post("/context", content=body, headers=JSON), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
async def test_a_body_of_another_type_is_refused(ada: httpx.AsyncClient, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    body = b'{"job_type": "t", "context_data": {}}'
    problem(await ada.post("/context", content=body, headers=headers), 415)


async def test_a_context_of_too_many_bytes_is_too_large(ada: httpx.AsyncClient) -> None:
    body = {"job_type": "t", "context_data": {"text": "x" * 4_000_000}}
    assert problem(await ada.post("/context", json=body), 413)["errors"][0]["path"] == "context_data"


async def test_paths_answer_with_a_slash_at_their_end(ada: httpx.AsyncClient) -> None:
    context = (await ada.post("/context/", json={"job_type": "t", "context_data": {}})).json()
    path = f"/context/{context['job_id']}/"
    assert (await ada.get(path)).json() == context
    assert (await ada.post(f"{path}checkpoints/")).status_code == 201
    for there in (
        "/contexts/",
        f"{path}history/",
        f"{path}checkpoints/",
        f"{path}checkpoints/2999-01-01T00:00:00Z/",
    ):
        answer = await ada.get(there)
        assert (answer.status_code, answer.history) == (200, [])
    assert (await ada.delete(path)).status_code == 204


async def test_a_method_that_a_path_has_not_is_refused(ada: httpx.AsyncClient) -> None:
    problem(await ada.get("/context"), 405)
    problem(await ada.patch("/context/x"), 405)


async def test_pages_go_on_where_they_ended_while_others_insert(bob: httpx.AsyncClient) -> None:
    for n in range(5):
        await made(bob, job_id=f"p{n}", job_type="paged")
    first = (await bob.get("/contexts", params={"job_type": "paged", "limit": 2})).json()
    await made(bob, job_id="late", job_type="paged")
    query = {"job_type": "paged", "cursor": first["next_cursor"]}
    rest = (await bob.get("/contexts", params=query)).json()
    assert [context["job_id"] for context in first["items"] + rest["items"]] == ["p4", "p3", "p2", "p1", "p0"]
    assert rest["next_cursor"] is None


async def test_over_a_real_port_a_server_without_its_redis_says_so_and_recovers(
    serve: Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]], short_folder: Path
) -> None:
    async with serve() as http:
        context = await made(http)
        path = f"/context/{context['job_id']}"
        async with connect(f"unix://{short_folder / 'redis' / 'redis.sock'}") as redis:
            await redis.shutdown()
        away = await http.get(path)
        assert problem(away, 503)["detail"]
        assert int(away.headers["retry-after"]) > 0
        problem(await http.put(path, json={"job_type": "t", "context_data": {}}), 503)
        async with open_embedded(short_folder / "redis"):
            assert (await http.get(path)).json() == context
