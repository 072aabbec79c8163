"""Workflows that wait: for a person, or for a time."""

from datetime import timedelta
from typing import Any

import pytest
from langgraph.types import Command

from tests.graphs.workflows.steps import approval, definition, loop, parallel, sub, task, value, wait
from tests.graphs.workflows.trial import NOW, Trial


async def test_an_approval_is_a_request_as_inboxes_show_it_and_its_answer_the_output() -> None:
    asking = approval("ask", "Send {{input.n}}?", show={"to": "{{input.to}}"})
    trial = Trial(definition(asking, value("x", "{{steps.ask[0].type}}", depends_on=["ask"])))
    await trial.start(n=3, to="ada")
    request = (await trial.waiting())[0].value
    assert request["action_request"] == {"action": "ask", "args": {"question": "Send 3?", "show": {"to": "ada"}}}
    assert request["config"].keys() == {"allow_accept", "allow_edit", "allow_ignore", "allow_respond"}
    assert request["description"] == 'Send 3?\n\n{"to":"ada"}'
    assert trial.statuses == {"ask": "waiting"}
    done = await trial.go_on(Command(resume=[{"type": "accept", "args": None}]))
    assert done["output"] == {"ask": [{"type": "accept", "args": None}], "x": "accept"}


async def test_questions_in_loops_in_branches_are_asked_one_round_at_a_time_and_answered_one_by_one() -> None:
    def branch(name: str) -> list[Any]:
        asking = approval(f"ask_{name}", f"{name}{{{{index}}}}?", depends_on=[f"a_{name}"])
        return [loop(f"l_{name}", [1, 2], [task(f"a_{name}"), asking])]

    trial = Trial(definition(parallel("p", {"x": branch("x"), "y": branch("y")}, retry={"attempts": 2})))
    await trial.start(n=1)
    seen = []
    while waiting := await trial.waiting():
        last = max(waiting, key=lambda one: one.value["description"])  # one of two, and the other stays
        seen.append(sorted(one.value["description"] for one in waiting))
        await trial.go_on(Command(resume={last.id: last.value["description"]}))
    assert seen == [["x0?", "y0?"], ["x0?", "y1?"], ["x0?"], ["x1?"]]
    done = (await trial.graph.aget_state(trial.config)).values["output"]["p"]
    assert [one["ask_y"] for one in done["y"]["l_y"]] == ["y0?", "y1?"]
    assert [one["ask_x"] for one in done["x"]["l_x"]] == ["x0?", "x1?"]
    assert set(trial.agents.counts.values()) == {1}
    assert {record.attempts for record in trial.records.values()} == {1}


async def test_what_may_fail_does_not_take_a_question_for_a_failure() -> None:
    inner = approval("ask", on_error="continue", retry={"attempts": 2}, timeout=1)
    trial = Trial(definition(parallel("p", {"x": [inner]}, on_error="continue", timeout=1), sub("s", "inside")),
                  subworkflows={"inside": definition(approval("ask", "Inside?"))})  # fmt: skip
    await trial.start()
    assert len(await trial.waiting()) == 2
    done = await trial.answer()
    assert done["output"] == {
        "p": {"x": {"ask": {"said": "yes to Go on?"}}},
        "s": {"ask": {"said": "yes to Inside?"}},
    }


@pytest.mark.parametrize("given", [{"seconds": 30}, {"seconds": "{{input.n}}"}, {"until": "2026-11-26T09:00:30Z"}])
async def test_a_short_wait_is_slept(given: Any) -> None:
    trial = Trial(definition(wait("w", **given), value("x", ["{{steps.w}}"], depends_on=["w"])))
    assert await trial.run(n=30) == {"w": None, "x": [None]}
    assert trial.time.slept == [30]


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"seconds": 3600}, NOW + timedelta(hours=1)),
        ({"until": "2026-12-01"}, NOW.replace(month=12, day=1, hour=0)),
        ({"until": "2026-12-01T10:00:00+01:00"}, NOW.replace(month=12, day=1)),
    ],
)
async def test_a_long_wait_stops_the_run_with_its_time(given: Any, until: Any) -> None:
    trial = Trial(definition(loop("l", [1], [wait("w", **given)])))
    await trial.start()
    (asked,) = await trial.waiting()
    assert asked.value["kind"] == "wait"
    assert trial.time.now.fromisoformat(asked.value["until"]) == until
    assert trial.statuses["w"] == "waiting"
    trial.time.now = until
    assert (await trial.go_on(Command(resume={asked.id: None})))["output"] == {"l": [{"w": None}]}


async def test_a_wait_does_not_begin_anew_however_often_its_run_is_taken_up() -> None:
    trial = Trial(definition(wait("w", seconds=3600)))
    await trial.start()
    for _ in range(3):
        trial.time.pass_by(1000)
        await trial.go_on(Command(resume={one.id: None for one in await trial.waiting()}))
        assert (await trial.waiting())[0].value["until"] == (NOW + timedelta(hours=1)).isoformat()
    trial.time.pass_by(600)
    assert (await trial.go_on())["output"] == {"w": None}
    assert trial.records["w"].attempts == 1


async def test_a_time_that_has_passed_is_not_waited_for() -> None:
    trial = Trial(definition(wait("w", until="2020-01-01T00:00:00Z")))
    assert await trial.run() == {"w": None}
    assert trial.time.slept == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seconds": 400 * 86_400}, "366 days at most"),
        ({"seconds": "{{input.text}}"}, "number of seconds"),
        ({"seconds": "{{input.below}}"}, "0 or more"),
        ({"until": "{{input.text}}"}, "a time such as"),
        ({"until": "{{input.below}}"}, "a time such as"),
    ],
)
async def test_a_wait_that_makes_no_sense_fails(given: Any, said: str) -> None:
    failure = await Trial(definition(wait("w", **given))).run(text="soon", below=-1)
    assert (failure.step_id, said in failure.reason) == ("w", True)
