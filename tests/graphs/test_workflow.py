"""A workflow's graph, driven as Studio and HTTP drive it: what its steps come to, and in which order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver

from memory.errors import Invalid, NotFound
from tests.graphs.workflows.steps import (
    FALSE,
    TRUE,
    choice,
    definition,
    loop,
    loop_while,
    parallel,
    sub,
    task,
    value,
)
from tests.graphs.workflows.trial import Trial


async def test_a_step_sees_the_input_and_what_it_depends_on() -> None:
    trial = Trial(definition(task("a"), value("b", "{{steps.a.v}} of {{input.name}}", depends_on=["a"])))
    assert await trial.run(n=3, name="Ada") == {"a": {"v": 3}, "b": "3 of Ada"}


async def test_without_parameters_an_agent_is_given_the_input() -> None:
    step = {"step_id": "a", "step_type": "agent_task", "capability": "do"}
    trial = Trial(definition(step))
    assert await trial.run(n=3) == {"a": {"n": 3}}
    call = trial.agents.calls[0]
    assert (call.capability, call.agent, call.run_id, call.step_id, call.owner) == ("do", None, "one", "a", "ada")


async def test_the_output_is_what_the_definition_says() -> None:
    steps = [task("a"), value("b", "{{steps.a.v}}", depends_on=["a"])]
    assert await Trial(definition(*steps, output={"sum": "{{steps.b}}"})).run(n=3) == {"sum": 3}


async def test_an_output_that_names_what_is_missing_is_told() -> None:
    with pytest.raises(Invalid, match=r"steps\.a"):
        await Trial(definition(task("a", when=FALSE), output="{{steps.a}}")).start(n=1)


@pytest.mark.parametrize("given", [[], "x", 3])
async def test_an_input_that_is_no_object_is_refused(given: Any) -> None:
    with pytest.raises(Invalid, match="input"):
        await Trial(definition(task("a"))).go_on({"input": given})


async def test_a_step_of_a_skipped_one_is_skipped_and_of_a_skipped_and_a_completed_one_is_not() -> None:
    trial = Trial(
        definition(
            task("no", when=FALSE),
            task("yes", when=TRUE),
            value("after_no", 1, depends_on=["no"]),
            value("after_both", "{{steps.no | default('none')}}", depends_on=["no", "yes"]),
        )
    )
    assert await trial.run(n=3) == {"yes": {"v": 3}, "after_both": "none"}
    assert trial.statuses == {"no": "skipped", "yes": "completed", "after_no": "skipped", "after_both": "completed"}


async def test_the_branch_that_is_not_taken_and_all_in_a_skipped_container_are_skipped() -> None:
    inner = parallel("in", {"b": [task("deep")]})
    trial = Trial(
        definition(choice("if", TRUE, [task("a")], [inner]), loop("never", [1], [task("round")], when=FALSE))
    )
    assert await trial.run(n=3) == {"if": {"a": {"v": 3}}}
    skipped = {name for name, status in trial.statuses.items() if status == "skipped"}
    assert skipped == {"in", "deep", "never", "round"}


async def test_a_branch_without_steps_comes_to_nothing() -> None:
    trial = Trial(definition(choice("if", FALSE, [task("a")], []), parallel("p", {"x": [], "y": [task("b")]})))
    assert await trial.run(n=3) == {"if": {}, "p": {"x": {}, "y": {"b": {"v": 3}}}}


async def test_a_step_inside_may_depend_on_one_before_its_container_and_is_skipped_with_it() -> None:
    trial = Trial(
        definition(
            task("no", when=FALSE),
            task("yes"),
            parallel(
                "p", {"x": [task("a", depends_on=["no"]), task("b", depends_on=["yes"])]}, depends_on=["no", "yes"]
            ),
        )
    )
    assert await trial.run(n=3) == {"yes": {"v": 3}, "p": {"x": {"b": {"v": 3}}}}
    assert trial.statuses["a"] == "skipped"


async def test_the_innermost_item_and_index_are_seen() -> None:
    inner = loop_while("w", {"op": "lt", "left": "{{index}}", "right": 1}, [value("x", ["{{item}}", "{{index}}"])])
    trial = Trial(definition(loop("l", ["a", "b"], [value("y", "{{item}}{{index}}"), inner])))
    assert await trial.run() == {
        "l": [{"y": "a0", "w": [{"x": ["a", 0]}]}, {"y": "b1", "w": [{"x": ["b", 0]}]}],
    }


async def test_a_while_sees_what_its_last_round_came_to() -> None:
    goes_on = {"op": "lt", "left": "{{steps.count | default(0)}}", "right": 3}
    trial = Trial(definition(loop_while("l", goes_on, [value("count", "{{index}}")])))
    assert await trial.run() == {"l": [{"count": 0}, {"count": 1}, {"count": 2}, {"count": 3}]}


async def test_a_loop_without_rounds_comes_to_an_empty_list() -> None:
    trial = Trial(definition(loop("l", [], [task("a")])))
    assert await trial.run(n=1) == {"l": []}
    assert trial.statuses == {"l": "completed", "a": "skipped"}


async def test_every_round_has_a_place_of_its_own_and_the_record_is_the_latest_round_s() -> None:
    trial = Trial(definition(loop("l", [1, 2], [loop("m", [1, 2], [task("a", "{{item}}")])])))
    await trial.run()
    assert trial.agents.order == ["a[0][0]", "a[0][1]", "a[1][0]", "a[1][1]"]
    assert trial.records["a"].round == (1, 1)


@pytest.mark.parametrize("step_id", ["input", "output", "attempt", "failures", "failure", "until"])
async def test_a_step_may_be_called_as_something_in_the_graph_is(step_id: str) -> None:
    guarded = {"on_error": "compensate", "compensation": f"un{step_id}", "retry": {"attempts": 2}}
    trial = Trial(
        definition(
            task(step_id, **guarded),
            task(f"un{step_id}"),
            value("x", f"{{{{steps.{step_id}.v}}}}", depends_on=[step_id]),
        )
    )
    assert (await trial.run(n=3))["x"] == 3


async def test_a_compensation_may_be_called_as_something_in_the_graph_is() -> None:
    guarded = {"on_error": "compensate", "compensation": "outcome"}
    trial = Trial(definition(task("a", agent="broken", **guarded), task("outcome")))
    await trial.run(n=3)
    assert trial.statuses == {"a": "failed", "outcome": "completed"}


async def test_a_subworkflow_sees_its_own_input_alone_and_its_steps_are_recorded_under_it() -> None:
    inside = definition(
        task("a", "{{input.k}}"), value("b", "{{steps.a.v}}!", depends_on=["a"]), output="{{steps.b}}"
    )
    trial = Trial(
        definition(
            task("a"),
            loop("l", [1, 2], [sub("s", "inside", input={"k": "{{item}}{{steps.a.v}}"})], depends_on=["a"]),
        ),
        subworkflows={"inside": inside},
    )
    assert (await trial.run(n=3))["l"] == [{"s": "13!"}, {"s": "23!"}]
    assert trial.records["s.a"].round == (1,)
    assert trial.agents.order == ["a", "s.a[0]", "s.a[1]"]


async def test_a_subworkflow_without_an_input_is_given_the_workflow_s() -> None:
    trial = Trial(definition(sub("s", "inside")), subworkflows={"inside": definition(task("a"))})
    assert await trial.run(n=3) == {"s": {"a": {"v": 3}}}


async def test_workflows_that_call_the_next_twice_are_not_made_twice_at_each_level() -> None:
    levels = {f"w{n}": definition(sub("a", f"w{n + 1}"), sub("b", f"w{n + 1}")) for n in range(40)}
    levels["w40"] = definition(value("end", 1, when=FALSE))
    Trial(definition(sub("s", "w0", when=FALSE)), subworkflows=levels)


async def test_an_address_is_called_with_what_the_templates_say_and_its_headers_are_not_recorded() -> None:
    step = {
        "step_id": "call",
        "step_type": "api_call",
        "method": "POST",
        "url": "https://x.example/{{input.n}}",
        "headers": {"Authorization": "Bearer {{input.key}}", "X-Number": "{{input.n}}"},
        "json": {"n": "{{input.n}}"},
    }
    trial = Trial(definition(step))
    done = await trial.run(n=3, key="sesame")
    made = trial.calls.made[0]
    assert (made.url, made.method, made.json) == ("https://x.example/3", "POST", {"n": 3})
    assert made.headers == {"Authorization": "Bearer sesame", "X-Number": "3"}
    assert done["call"] == {"status": 200, "headers": {"content-type": "application/json"}, "json": {"n": 3}}
    assert "sesame" not in trial.records["call"].model_dump_json()


async def test_a_record_says_what_went_in_and_came_out_and_where_it_is_from() -> None:
    trial = Trial(definition(task("a")))
    await trial.run(n=3)
    record = trial.records["a"]
    assert (record.input, record.output, record.agent, record.attempts) == ({"v": 3}, {"v": 3}, "echo", 1)
    assert record.started_at == record.ended_at == trial.time.now
    assert [one.source for one in record.provenance] == ["agent:echo"]


async def test_a_thread_that_is_given_another_input_runs_all_anew() -> None:
    trial = Trial(definition(task("a"), loop("l", "{{input.xs}}", [task("b")])))
    assert await trial.run(n=3, xs=[1]) == {"a": {"v": 3}, "l": [{"b": {"v": 3}}]}
    assert await trial.run(n=4, xs=[]) == {"a": {"v": 4}, "l": []}


async def test_a_fork_at_an_earlier_checkpoint_runs_what_comes_after_it_once_more() -> None:
    trial = Trial(
        definition(task("a"), loop("l", [1, 2], [task("b")], depends_on=["a"]), task("c", depends_on=["l"]))
    )
    await trial.run(n=3)
    states = [state async for state in trial.graph.aget_state_history(trial.config)]
    before = next(state for state in states if state.next == ("l",))
    trial.agents.calls.clear()
    await trial.graph.ainvoke(None, before.config)
    assert trial.agents.order == ["b[0]", "b[1]", "c"]


async def test_studio_sees_the_steps_inside() -> None:
    trial = Trial(
        definition(
            choice("if", TRUE, [task("a")], [loop("l", [1], [task("b")])]), parallel("p", {"x": [task("c")]})
        )
    )
    assert {"if:then:a", "if:else:l:b", "p:x:c"} <= trial.graph.get_graph(xray=True).nodes.keys()


async def test_the_state_of_steps_inside_can_be_read() -> None:
    stops = {"step_id": "ask", "step_type": "approval", "question": "?"}
    trial = Trial(definition(choice("if", FALSE, [task("a")], [task("b"), stops | {"depends_on": ["b"]}])))
    await trial.start(n=3)
    state = await trial.graph.aget_state(trial.config, subgraphs=True)
    inside = state.tasks[0].state.tasks[0].state
    assert inside.values == {"steps.b": {"status": "completed", "output": {"v": 3}}}
    assert inside.next == ("ask",)


async def test_steps_are_streamed_as_they_end_those_inside_too() -> None:
    trial = Trial(definition(task("a"), loop("l", [1, 2], [task("b")], depends_on=["a"])))
    stream = trial.graph.astream({"input": {"n": 1}}, trial.config, stream_mode="updates", subgraphs=True)
    ended = [(place and place[0].partition(":")[0], name) async for place, update in stream for name in update]
    assert ended == [((), "a"), ("l", "b"), ("l", "b"), ((), "l"), ((), "Output")]


async def test_a_workflow_that_is_called_and_not_given_is_named() -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        Trial(definition(sub("s", "nobody")))


@given(names=st.lists(st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z"), min_size=1, max_size=8, unique=True))
async def test_outputs_stand_in_the_order_of_the_definition(names: list[str]) -> None:
    done = await Trial(definition(*(value(name, 1) for name in names)), saver=InMemorySaver()).run()
    assert list(done) == names


async def test_branches_may_have_names_that_people_give_them() -> None:
    branches = {"Branch A": [value("a", 1)], "Zürich, 2.": [value("b", 2)]}
    last = value("c", '{{steps.p["Branch A"].a}}', depends_on=["p"])
    trial = Trial(definition(parallel("p", branches), last))
    assert await trial.run(n=1) == {"p": {"Branch A": {"a": 1}, "Zürich, 2.": {"b": 2}}, "c": 1}
