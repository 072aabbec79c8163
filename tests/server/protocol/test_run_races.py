"""Several clients at one thread, and runs that are stopped: what holds whoever comes first."""

import asyncio
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
SLOW = {"ticks": 40, "delay": 0.05, "text": "a"}
QUICK = {"ticks": 1, "text": "b"}


@pytest.fixture
def http(runs_http: httpx.AsyncClient) -> httpx.AsyncClient:
    return runs_http


async def thread_of(http: httpx.AsyncClient) -> str:
    return str((await http.post("/threads", json={})).json()["thread_id"])


async def begin(http: httpx.AsyncClient, thread: str, graph: str = "ticks", **body: Any) -> httpx.Response:
    return await http.post(f"/threads/{thread}/runs", json={"assistant_id": graph, **body})


async def wait(http: httpx.AsyncClient, thread: str, graph: str, **body: Any) -> Any:
    answer = await http.post(f"/threads/{thread}/runs/wait", json={"assistant_id": graph, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def join(http: httpx.AsyncClient, thread: str, run: str) -> Any:
    return (await http.get(f"/threads/{thread}/runs/{run}/join")).json()


async def status(http: httpx.AsyncClient, thread: str, run: str = "") -> str:
    path = f"/threads/{thread}/runs/{run}" if run else f"/threads/{thread}"
    return str((await http.get(path)).json().get("status"))


async def ticking(http: httpx.AsyncClient, thread: str, **body: Any) -> str:
    """A slow run that has done two steps."""
    run = str((await begin(http, thread, input=SLOW, **body)).json()["run_id"])
    await many_steps(http, thread, 2)
    return run


async def many_steps(http: httpx.AsyncClient, thread: str, count: int) -> None:
    """Return when the thread's state has so many."""
    for _ in range(1000):
        if len(await steps(http, thread)) >= count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {count} steps")


async def steps(http: httpx.AsyncClient, thread: str) -> list[str]:
    return list((await http.get(f"/threads/{thread}/state")).json()["values"].get("trail", []))


async def test_of_many_rejecting_runs_at_once_exactly_one_runs(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    many = [begin(http, thread, input=QUICK, multitask_strategy="reject") for _ in range(20)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*many))
    assert codes == [200, *[409] * 19]
    assert len((await http.get(f"/threads/{thread}/runs")).json()) == 1


async def test_runs_that_wait_run_one_by_one_in_order(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    made = [(await begin(http, thread, input={"ticks": n + 1, "text": f"{n}-"})).json()["run_id"] for n in range(6)]
    await join(http, thread, made[-1])
    assert await steps(http, thread) == [f"{n}-{n}" for n in range(6)]
    assert await status(http, thread) == "idle"


async def test_two_answers_to_one_question_at_once_let_what_follows_run_once(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    assert (await wait(http, thread, "asks", input={}))["__interrupt__"][0]["value"] == "why?"
    await asyncio.gather(*(wait(http, thread, "asks", command={"resume": word}) for word in ("x", "y")))
    trail = await steps(http, thread)
    assert len(trail) == 2
    assert trail[1] in ("asked x", "asked y")
    state = (await http.get(f"/threads/{thread}/state")).json()
    assert [one["value"] for one in state["interrupts"]] == ["really?"]  # the second answer was not for this one
    assert await status(http, thread) == "interrupted"


async def test_an_answer_where_nothing_waits_does_nothing(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    assert await wait(http, thread, "asks", command={"resume": "x"}) in (None, {})
    assert await status(http, thread) == "idle"
    await wait(http, thread, "steps", input={})
    before = (await http.post(f"/threads/{thread}/history", json={"limit": 50})).json()
    assert (await wait(http, thread, "steps", command={"resume": "x"}))["trail"] == ["one", "two", "three"]
    assert (await http.post(f"/threads/{thread}/history", json={"limit": 50})).json() == before


async def test_questions_at_once_are_answered_one_by_one_by_their_ids(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    asked = (await wait(http, thread, "asks_two", input={}))["__interrupt__"]
    ids = {one["value"]: one["id"] for one in asked}
    rest = await wait(http, thread, "asks_two", command={"resume": {ids["left?"]: "l"}})
    assert [one["value"] for one in rest["__interrupt__"]] == ["right?"]
    assert await status(http, thread) == "interrupted"
    done = await wait(http, thread, "asks_two", command={"resume": {ids["right?"]: "r"}})
    assert sorted(done["trail"]) == ["join", "left l", "right r"]


@pytest.mark.parametrize("wait_for_it", [0, 1])
async def test_a_run_that_is_cancelled_keeps_its_finished_steps(http: httpx.AsyncClient, wait_for_it: int) -> None:
    thread = await thread_of(http)
    run = await ticking(http, thread)
    answer = await http.post(f"/threads/{thread}/runs/{run}/cancel?wait={wait_for_it}")
    assert answer.status_code == (200 if wait_for_it else 202)
    assert len((await join(http, thread, run))["trail"]) < 40
    assert [await status(http, thread, run), await status(http, thread)] == ["interrupted", "interrupted"]
    assert len(await steps(http, thread)) >= 2
    assert (await http.post(f"/threads/{thread}/runs/{run}/cancel")).status_code == 404


async def test_a_node_that_awaits_is_stopped_at_once(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    run = (await begin(http, thread, input={"ticks": 1, "delay": 600})).json()["run_id"]
    for _ in range(1000):
        if await status(http, thread, run) == "running":
            break
        await asyncio.sleep(0.02)
    assert (await http.post(f"/threads/{thread}/runs/{run}/cancel?wait=1")).status_code == 200
    assert await status(http, thread, run) == "interrupted"


async def test_a_waiting_run_that_is_cancelled_never_starts(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    first = await ticking(http, thread)
    second = (await begin(http, thread, input=QUICK)).json()["run_id"]
    assert (await http.post(f"/threads/{thread}/runs/{second}/cancel?wait=1")).status_code == 200
    await http.post(f"/threads/{thread}/runs/{first}/cancel?wait=1")
    assert [await status(http, thread, second), await status(http, thread)] == ["interrupted", "interrupted"]
    assert "b" not in "".join(await steps(http, thread))


async def test_a_rolled_back_run_leaves_what_was_before(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    await wait(http, thread, "ticks", input=QUICK)
    before = (await http.post(f"/threads/{thread}/history", json={"limit": 50})).json()
    run = (await begin(http, thread, input={**SLOW, "ticks": 40})).json()["run_id"]
    await many_steps(http, thread, 3)
    assert (await http.post(f"/threads/{thread}/runs/{run}/cancel?wait=1&action=rollback")).status_code == 200
    assert (await http.get(f"/threads/{thread}/runs/{run}")).status_code == 404
    assert (await http.post(f"/threads/{thread}/history", json={"limit": 50})).json() == before
    final = (await http.get(f"/threads/{thread}")).json()
    assert (final["status"], final["values"]["trail"]) == ("idle", ["b0"])


async def test_an_answer_that_is_rolled_back_leaves_the_question_open(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    await wait(http, thread, "asks_slowly", input={"delay": 60})
    before = (await http.get(f"/threads/{thread}/state")).json()
    run = (await begin(http, thread, "asks_slowly", command={"resume": "x"})).json()["run_id"]
    await many_steps(http, thread, 2)
    assert (await http.post(f"/threads/{thread}/runs/{run}/cancel?wait=1&action=rollback")).status_code == 200
    assert (await http.get(f"/threads/{thread}/state")).json() == before
    assert (await http.get(f"/threads/{thread}")).json()["status"] == "interrupted"
    await wait(http, thread, "asks_slowly", command={"resume": "y", "update": {"delay": 0}})
    assert await steps(http, thread) == ["one", "asked y", "dawdled", "two"]


async def test_an_answer_to_a_graph_inside_is_undone_there_too(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    asked = await wait(http, thread, "outer_asks", input={"delay": 60})
    assert [one["value"] for one in asked["__interrupt__"]] == ["why?"]
    path = f"/threads/{thread}/state?subgraphs=true"
    before = (await http.get(path)).json()
    run = (await begin(http, thread, "outer_asks", command={"resume": "x"})).json()["run_id"]
    for _ in range(1000):
        inside = (await http.get(path)).json()["tasks"][0]["state"]
        if inside and inside["next"] == ["dawdle"]:
            break
        await asyncio.sleep(0.02)
    assert (await http.post(f"/threads/{thread}/runs/{run}/cancel?wait=1&action=rollback")).status_code == 200
    assert (await http.get(path)).json() == before
    run = (await begin(http, thread, "outer_asks", command={"resume": "y"})).json()["run_id"]
    for _ in range(1000):
        inside = (await http.get(path)).json()["tasks"][0]["state"]
        if inside and inside["next"] == ["dawdle"]:
            break
        await asyncio.sleep(0.02)
    assert (await http.post(f"/threads/{thread}/runs/{run}/cancel?wait=1")).status_code == 200
    assert (await http.get(path)).json()["tasks"][0]["state"]["values"]["trail"] == ["one", "asked y"]
    assert await status(http, thread) == "interrupted"


@pytest.mark.parametrize("strategy", ["interrupt", "rollback"])
async def test_a_later_run_takes_the_place_of_those_before_it(http: httpx.AsyncClient, strategy: str) -> None:
    thread = await thread_of(http)
    first = await ticking(http, thread)
    second = (await begin(http, thread, input=QUICK)).json()["run_id"]
    last = (await begin(http, thread, input={"ticks": 50, "text": "c"}, multitask_strategy=strategy)).json()[
        "run_id"
    ]
    trail = (await join(http, thread, last))["trail"]
    gone = [await status(http, thread, run) for run in (first, second)]
    assert "b" not in "".join(trail)
    if strategy == "rollback":
        assert gone == ["None", "None"]
        assert trail[0] == "c0"
    else:
        assert gone == ["interrupted", "interrupted"]
        assert trail[:2] == ["a0", "a1"]
    assert await status(http, thread) == "idle"


async def test_cancelling_an_answer_while_it_is_worked_on_ends_it_once(http: httpx.AsyncClient) -> None:
    for _ in range(5):
        thread = await thread_of(http)
        await wait(http, thread, "asks", input={})
        run = (await begin(http, thread, "asks", command={"resume": "x"})).json()["run_id"]
        cancelled = await http.post(f"/threads/{thread}/runs/{run}/cancel?wait=1")
        ended = await status(http, thread, run)
        assert (cancelled.status_code, ended) in [(200, "interrupted"), (404, "success"), (200, "success")]
        assert await status(http, thread) == "interrupted"
        assert len([one for one in await steps(http, thread) if one.startswith("asked")]) <= 1


async def test_no_reader_sees_an_idle_thread_with_a_run_that_has_not_ended(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    going = True
    seen: set[tuple[str, str]] = set()

    async def look() -> None:
        while going:
            runs = (await http.get(f"/threads/{thread}/runs?limit=1")).json()
            before = await status(http, thread)
            again = (await http.get(f"/threads/{thread}/runs?limit=1")).json()
            if runs and runs == again:
                seen.add((before, runs[0]["status"]))

    looking = asyncio.create_task(look())
    for _ in range(10):
        await wait(http, thread, "ticks", input={"ticks": 1})
    going = False
    await looking
    assert seen <= {("busy", "pending"), ("busy", "running"), ("idle", "success")}


async def test_a_copy_of_a_thread_with_a_run_under_way_says_what_its_states_say(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    run = await ticking(http, thread)
    copy = (await http.post(f"/threads/{thread}/copy")).json()
    state = (await http.get(f"/threads/{copy['thread_id']}/state")).json()
    assert (copy["status"], copy["values"]) == ("interrupted", state["values"])
    assert len(state["values"]["trail"]) >= 2
    await http.post(f"/threads/{thread}/runs/{run}/cancel", params={"wait": 1})


async def test_a_thread_that_is_deleted_stops_its_run(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    run = await ticking(http, thread)
    assert (await http.delete(f"/threads/{thread}")).status_code == 204
    assert (await http.get(f"/threads/{thread}/runs/{run}")).status_code == 404
    again = await http.post("/threads", json={"thread_id": thread})
    assert again.status_code == 200
    await asyncio.sleep(0.3)
    assert (await http.get(f"/threads/{thread}/state")).json()["values"] == {}


@pytest.mark.parametrize(("mode", "ending"), [("cancel", "interrupted"), ("continue", "success")])
@pytest.mark.parametrize("route", ["stream", "wait"])
async def test_a_client_that_goes_away_stops_its_run_only_if_it_said_so(
    http: httpx.AsyncClient, mode: str, ending: str, route: str
) -> None:
    thread = await thread_of(http)
    body = {"assistant_id": "ticks", "input": {"ticks": 6, "delay": 0.1}, "on_disconnect": mode}
    async with http.stream("POST", f"/threads/{thread}/runs/{route}", json=body) as response:
        run = response.headers["content-location"].split("/")[-1]
    await join(http, thread, run)
    assert await status(http, thread, run) == ending


async def test_a_delayed_run_waits_and_holds_up_nobody(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    later = (await begin(http, thread, input=QUICK, after_seconds=1)).json()
    assert (later["status"], await status(http, thread)) == ("pending", "busy")
    await wait(http, thread, "ticks", input={"ticks": 1, "text": "now"})
    assert await status(http, thread) == "busy"
    await join(http, thread, later["run_id"])
    assert await steps(http, thread) == ["now0", "b1"]


async def test_a_run_goes_on_past_a_breakpoint_only_when_told_to(http: httpx.AsyncClient) -> None:
    thread = await thread_of(http)
    stopped = await wait(http, thread, "steps", input={}, interrupt_before=["two"])
    assert stopped["trail"] == ["one"]
    assert (await http.get(f"/threads/{thread}")).json()["interrupts"] == {}
    assert (await wait(http, thread, "steps", input=None, interrupt_after="two"))["trail"] == ["one", "two"]
    assert (await wait(http, thread, "steps"))["trail"] == ["one", "two", "three"]
