"""What streams tell: in each mode, in order, and again from where a reader left off."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONFIG = Path(__file__).parent / "graphs" / "runs.json"


@dataclass(frozen=True)
class Told:
    name: str
    data: Any
    id: str = ""


async def events(http: httpx.AsyncClient, method: str, path: str, **request: Any) -> AsyncIterator[Told]:
    async with http.stream(method, path, **request) as response:
        assert response.status_code == 200, await response.aread()
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            key, _, value = line.partition(": ")
            if line.startswith(":"):
                continue
            if line:
                fields[key] = value
            elif fields:
                yield Told(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
                fields = {}


async def run(
    http: httpx.AsyncClient, graph: str, modes: Any, thread: str | None = None, **body: Any
) -> list[Told]:
    path = f"/threads/{thread}/runs/stream" if thread else "/runs/stream"
    body = {"assistant_id": graph, "stream_mode": modes, **body}
    return [told async for told in events(http, "POST", path, json=body)]


def names(told: list[Told]) -> list[str]:
    return [one.name for one in told]


@pytest.fixture
def http(runs_http: httpx.AsyncClient) -> httpx.AsyncClient:
    return runs_http


async def thread_of(http: httpx.AsyncClient) -> str:
    return str((await http.post("/threads", json={})).json()["thread_id"])


ALL = ["values", "updates", "custom", "debug", "tasks", "checkpoints", "messages", "messages-tuple"]


@pytest.mark.parametrize("with_events", [False, True])
async def test_every_mode_tells_what_it_tells_alone_whatever_is_asked_beside_it(
    http: httpx.AsyncClient, with_events: bool
) -> None:
    alone = {mode: names(await run(http, "ticks", mode, input={"ticks": 3})) for mode in ALL}
    together = names(await run(http, "ticks", ALL + ["events"] * with_events, input={"ticks": 3}))
    for mode in ALL[:6]:
        assert [name for name in together if name == mode] == [name for name in alone[mode] if name != "metadata"]
        assert set(alone[mode]) == {"metadata", mode}
    assert together[0] == "metadata"


async def test_modes_come_in_the_order_in_which_things_happened(http: httpx.AsyncClient) -> None:
    told = await run(http, "ticks", ["values", "updates", "custom"], input={"ticks": 2})
    assert names(told) == ["metadata", "values", *(["custom", "updates", "values"] * 2)]


async def test_messages_grow_and_are_told_once_as_pairs(http: httpx.AsyncClient) -> None:
    told = await run(http, "talks", ["messages", "custom"], input={"messages": [{"role": "user", "content": "x"}]})
    assert (told[1].data, told[-1].data) == ("before", "after")
    assert names(told)[2:4] == ["messages/metadata", "messages/partial"]
    assert [one.data[0]["content"] for one in told if one.name == "messages/partial"][-1] == "a b c"
    assert told[-2].data[0]["type"] == "ai"


async def test_a_failure_is_the_last_event_and_keeps_what_was_told_before(http: httpx.AsyncClient) -> None:
    told = await run(http, "bad", ["updates", "custom"], input={"text": "x"})
    assert [(one.name, one.data) for one in told[1:]] == [
        ("updates", {"one": {"trail": ["one"]}}),
        ("custom", "about to fail"),
        ("error", {"error": "ValueError", "message": "no x"}),
    ]


@pytest.mark.parametrize(("modes", "where"), [("custom", "values"), ("values", "values"), ("updates", "updates")])
async def test_an_interrupt_is_seen_in_every_mode(http: httpx.AsyncClient, modes: str, where: str) -> None:
    told = await run(http, "asks", modes, thread=await thread_of(http), input={})
    assert told[-1].name == where
    assert told[-1].data["__interrupt__"][0]["value"] == "why?"
    assert set(told[-1].data["__interrupt__"][0]) == {"id", "value"}


async def test_inner_graphs_are_told_under_their_names_only_when_asked_for(http: httpx.AsyncClient) -> None:
    told = await run(http, "outer", ["updates", "values"], input={}, stream_subgraphs=True)
    inside = [one for one in told if one.name.startswith("updates|inner:")]
    assert [list(one.data) for one in inside] == [["one"], ["two"], ["three"]]
    told = await run(http, "outer", ["updates", "values"], input={})
    assert set(names(told)) == {"metadata", "updates", "values"}


async def test_a_reader_goes_on_after_any_event_without_loss_or_repeat(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    given = {"ticks": 4, "delay": 0.01}
    told = await run(http, "ticks", ["values", "custom"], thread=thread, input=given, stream_resumable=True)
    path = f"/threads/{thread}/runs/{told[0].data['run_id']}/stream"
    for number, one in enumerate(told):
        rest = [t async for t in events(http, "GET", path, headers={"Last-Event-ID": one.id})]
        assert rest == told[number + 1 :]
    for everything in ("-1", "0"):
        assert [t async for t in events(http, "GET", path, headers={"Last-Event-ID": everything})] == told
    for nothing in ({"Last-Event-ID": "99999999999999-0"}, {}):
        assert [t async for t in events(http, "GET", path, headers=nothing)] == []


async def test_readers_that_break_off_and_come_back_see_a_live_run_whole(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    body = {"assistant_id": "ticks", "input": {"ticks": 20, "delay": 0.01}, "stream_mode": "custom"}
    made = await http.post(f"/threads/{thread}/runs", json={**body, "stream_resumable": True})
    path = f"/threads/{thread}/runs/{made.json()['run_id']}/stream"

    async def reader(often: int) -> list[Told]:
        told: list[Told] = []
        while not told or told[-1].data != {"tick": 19}:
            count = 0
            cursor = told[-1].id if told else "-1"
            async for one in events(http, "GET", path, headers={"Last-Event-ID": cursor}):
                told.append(one)
                count += 1
                if count == often:
                    break
        return told

    seen = await asyncio.gather(*(reader(often) for often in (1, 2, 5, 100)))
    assert [one.data for one in seen[0][1:]] == [{"tick": n} for n in range(20)]
    assert all(one == seen[0] for one in seen)


async def test_one_who_joins_with_a_mode_sees_that_mode_alone(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    body = {"assistant_id": "ticks", "input": {"ticks": 10, "delay": 0.05}, "stream_mode": ["custom", "values"]}
    run_id = (await http.post(f"/threads/{thread}/runs", json=body)).json()["run_id"]
    path = f"/threads/{thread}/runs/{run_id}/stream"
    told = [t async for t in events(http, "GET", path, params={"stream_mode": '["custom"]'})]
    assert set(names(told)) <= {"metadata", "custom"}
    assert told[-1].data == {"tick": 9}
    assert {one.id for one in told} == {""}


async def test_a_reader_of_another_process_sees_the_same(serve: Any) -> None:
    body = {"assistant_id": "ticks", "input": {"ticks": 8, "delay": 0.05}, "stream_mode": "custom"}
    async with serve(CONFIG) as http, serve(CONFIG, concurrency=0) as other:
        thread = await thread_of(http)
        made = await http.post(f"/threads/{thread}/runs", json={**body, "stream_resumable": True})
        path = f"/threads/{thread}/runs/{made.json()['run_id']}/stream"
        there = [t async for t in events(other, "GET", path, headers={"Last-Event-ID": "-1"})]
        assert (await other.get(path.removesuffix("stream") + "join")).json()["done"] == 8
        assert there == [t async for t in events(http, "GET", path, headers={"Last-Event-ID": "-1"})]


async def test_a_threads_stream_tells_its_runs_in_turn_and_goes_on_after_an_event(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    seen: list[Told] = []

    async def follow(after: dict[str, str], done: int) -> list[Told]:
        told = []
        async for one in events(http, "GET", f"/threads/{thread}/stream", headers=after):
            told.append(one)
            seen.append(one)
            done -= one.data.get("status") == "run_done" if isinstance(one.data, dict) else 0
            if not done:
                break
        return told

    reader = asyncio.create_task(follow({}, 2))
    while not reader.done():
        await http.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "steps", "input": {}})
    told = await reader
    middle = [one for one in told if one.id][2]
    again = await follow({"Last-Event-ID": middle.id}, 2)
    assert again[: len(told) - told.index(middle) - 1] == told[told.index(middle) + 1 :]


async def test_a_run_with_too_many_events_ends_in_error(serve: Any) -> None:
    async with serve(CONFIG, run_events=20) as http:
        told = await run(http, "ticks", ["values", "custom", "updates"], input={"ticks": 50})
        assert len(told) <= 21
        assert (told[-1].name, told[-1].data["error"]) == ("error", "TooManyEvents")


async def test_a_long_silence_is_broken_by_comments(http: httpx.AsyncClient) -> None:
    body = {"assistant_id": "ticks", "input": {"ticks": 1, "delay": 5.5}, "stream_mode": "custom"}
    async with http.stream("POST", "/runs/stream", json=body) as response:
        lines = [line async for line in response.aiter_lines()]
    assert ": heartbeat" in lines
    assert response.headers["cache-control"] == "no-store"
