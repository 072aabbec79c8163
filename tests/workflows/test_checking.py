"""Definitions are taken or refused whole, with every mistake at its place."""

from typing import Any

from hypothesis import given, settings

from memory.definitions import Definition
from nodes.agents.echo import Echo
from nodes.workflow.checking import check_definition
from tests.workflows.definition_strategies import ALL, WORKFLOW_ID, definitions

OTHERS = {
    WORKFLOW_ID: Definition.model_validate(
        {"name": "Another", "steps": [{"step_id": "a", "step_type": "transform", "value": 1}]}
    )
}


def check(made: object) -> Definition:
    return check_definition(made, agents=[Echo()], workflows=OTHERS)


@given(definitions(kinds=ALL))
@settings(max_examples=100, deadline=None)
def test_every_definition_that_is_right_is_taken_as_it_is(made: dict[str, Any]) -> None:
    assert check(made).model_dump(by_alias=True, exclude_unset=True) == made
