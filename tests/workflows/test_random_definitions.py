"""Random definitions: those that are right are taken, those with one thing wrong are refused at that place."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from memory.definitions import Definition
from memory.errors import Mistakes
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.echo import Echo
from nodes.workflow.checking import check_definition
from tests.workflows.definition_mutations import MUTATIONS, mutate
from tests.workflows.definition_strategies import ALL, WORKFLOW_ID, definition, definitions


class Lead(BaseModel):
    email: str


class Counted(BaseModel):
    """What `Typed` takes."""

    model_config = {"extra": "forbid"}

    lead: Lead
    count: int
    tags: list[str] = []


class Typed(Agent):
    agent_id = "typed"
    name = "Typed"
    capabilities = (Capability("count", input=Counted),)

    async def execute(self, task: Task) -> Made:
        return task.parameters


ONE_STEP = {"name": "Another", "steps": [{"step_id": "a", "step_type": "transform", "value": 1}]}
OTHERS = {WORKFLOW_ID: Definition.model_validate(ONE_STEP)}


def check(made: object) -> Definition:
    return check_definition(made, agents=[Echo(), Typed()], workflows=OTHERS)


@given(definitions(kinds=ALL))
@settings(max_examples=100, deadline=None)
def test_every_definition_that_is_right_is_taken_as_it_is(made: dict[str, Any]) -> None:
    assert check(made).model_dump(by_alias=True, exclude_unset=True) == made


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_thing_that_is_wrong_is_found_at_its_own_place(name: str) -> None:
    tried = 0
    for seed in range(16):
        mutated = mutate(name, definition(seed, 5 + 6 * seed, ALL), seed)
        if mutated is None:
            continue
        tried += 1
        with pytest.raises(Mistakes) as caught:
            check(mutated.definition)
        found = [mistake.path for mistake in caught.value.mistakes]
        assert mutated.path in found, caught.value.mistakes
        assert not mutated.is_alone or found == [mutated.path], caught.value.mistakes
        assert all(mistake.message for mistake in caught.value.mistakes)
    assert tried >= 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("{{steps.a_1}}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.integers(0, 10_000), st.integers(1, 30), JSON)
@settings(max_examples=400, deadline=None)
def test_whatever_stands_anywhere_is_taken_or_refused_with_a_path(seed: int, size: int, value: Any) -> None:
    made = definition(seed, size, ALL)
    chance = random.Random(seed)
    part: Any = made
    while True:
        key = chance.choice(list(part) if isinstance(part, dict) else range(len(part)))
        if chance.random() < 0.4 or not isinstance(part[key], dict | list) or not part[key]:
            break
        part = part[key]
    part[key] = value
    try:
        assert check(made).name
    except Mistakes as error:
        assert error.mistakes
