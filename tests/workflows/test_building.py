"""Definitions that are written in Python, and drawn."""

import pytest

from memory.definitions import Definition
from nodes.workflow.builder import Steps, Workflow
from nodes.workflow.checking import check_definition
from nodes.workflow.drawing import mermaid
from tests.workflows.definition_strategies import ALL, definition

WARM = {"op": "ge", "left": "{{steps.qualify_lead.score}}", "right": 60}


def test_the_usual_example_is_the_same_definition() -> None:
    built = (
        Workflow("Lead Processing")
        .step("qualify_lead", agent="sales", task="qualify_lead", parameters={"lead": "{{input}}"})
        .step("enrich_lead", agent="research", task="enrich_lead", depends_on=["qualify_lead"])
    )
    assert built.definition() == {
        "name": "Lead Processing",
        "steps": [
            {
                "step_id": "qualify_lead",
                "step_type": "agent_task",
                "agent_type": "sales",
                "task": "qualify_lead",
                "parameters": {"lead": "{{input}}"},
            },
            {
                "step_id": "enrich_lead",
                "step_type": "agent_task",
                "agent_type": "research",
                "task": "enrich_lead",
                "depends_on": ["qualify_lead"],
            },
        ],
    }


def every_type() -> Workflow:
    return (
        Workflow("All", description="Every type of step", output={"mail": "{{steps.both.left.draft}}"})
        .step("qualify_lead", capability="qualify_lead", retry={"attempts": 2, "wait": 1}, timeout=30)
        .call("look_up", "https://api.example/{{input.id}}", headers={"Accept": "text/plain"}, on_error="continue")
        .branch(
            "check",
            {"all": [WARM, {"not": {"op": "empty", "left": "{{input.email}}"}}]},
            then=Steps().transform("warm", {"warm": True}),
            otherwise=Steps().wait("later", seconds=5).wait("then", until="{{input.when}}", depends_on=["later"]),
            depends_on=["qualify_lead"],
        )
        .parallel(
            "both",
            {
                "left": Steps()
                .transform("draft", "Dear {{input.name}}")
                .approval("ask", "Send it?", show="{{input}}"),
                "right": Steps().subworkflow("other", "wf_1", given="{{steps.check}}"),
            },
            depends_on=("check", "look_up"),
            when={"op": "exists", "left": "{{input.go}}"},
        )
        .loop("each", Steps().transform("line", "{{item}}"), over="{{input.people}}", max_iterations=100)
        .loop(
            "again",
            Steps().transform("try", 1),
            while_={"op": "lt", "left": "{{index}}", "right": 3},
            max_iterations=5,
        )
        .transform("charge", 1, on_error="compensate", compensation="refund")
        .transform("refund", 2, name="Pay back")
    )


def test_every_type_of_step_can_be_built() -> None:
    checked = check_definition(every_type().definition(), agents=None)
    assert checked.model_dump(by_alias=True, exclude_unset=True) == every_type().definition()
    assert len(checked.steps) == 8


def test_what_was_built_is_a_copy() -> None:
    parameters: dict[str, object] = {"a": [1]}
    built = Workflow("x").step("a", agent="echo", task="echo", parameters=parameters)  # type: ignore[arg-type]
    parameters["a"] = 2
    first = built.definition()
    first["name"] = "changed"
    assert built.definition()["name"] == "x"
    assert built.definition()["steps"][0]["parameters"] == {"a": [1]}  # type: ignore[index, call-overload]


def test_a_drawing_shows_every_step_and_every_dependency() -> None:
    drawn = mermaid(check_definition(every_type().definition(), agents=None))
    for line in (
        's_qualify_lead["qualify_lead<br/>best agent: qualify_lead"]',
        's_look_up[["look_up<br/>GET https://api.example/{{input.id}}"]]',
        'subgraph s_check["check: if steps.qualify_lead.score ≥ 60 and (not input.email is em…"]',
        'subgraph s_check__else["else"]',
        's_later(["later<br/>wait 5 s"])',
        's_ask{{"ask<br/>Send it?"}}',
        's_other[["other<br/>workflow wf_1"]]',
        'subgraph s_each["each: for each of input.people"]',
        'subgraph s_again["again: while index &lt; 3"]'.replace("&lt;", "#60;"),
        's_refund("Pay back<br/>2")',
        "s_qualify_lead --> s_check",
        's_look_up -->|"when input.go exists"| s_both',
        "s_charge -. on failure .-> s_refund",
    ):
        assert line in drawn


def test_nothing_in_a_label_is_read_by_mermaid_or_a_browser() -> None:
    nasty = 'end"]\n%%{init: {}}%% <script>alert(1)</script> `x` #quot; &lt;'
    drawn = mermaid(check_definition(Workflow("x").transform("end", nasty, name=nasty).definition(), agents=None))
    (line,) = [line for line in drawn.splitlines() if line.strip().startswith("s_end")]
    label = line.strip().removeprefix('s_end("').removesuffix('")')
    assert not any(sign in label.replace("<br/>", "") for sign in '"<>`&%\n')


@pytest.mark.parametrize("seed", range(10))
def test_every_frame_of_a_drawing_is_closed(seed: int) -> None:
    lines = [line.strip() for line in mermaid(Definition.model_validate(definition(seed, 60, ALL))).splitlines()]
    assert sum(line.startswith("subgraph ") for line in lines) == lines.count("end")
