"""Random definitions: those that are right are taken, those with one thing wrong are refused at that place."""

import random
from collections.abc import Iterator
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


def before(steps: list[dict[str, Any]], step: dict[str, Any]) -> set[str]:
    """All that must have ended in a step's own list."""
    by_id = {one["step_id"]: one for one in steps}
    found: set[str] = set()
    waiting = list(step.get("depends_on", []))
    while waiting:
        one = waiting.pop()
        if one in by_id and one not in found:
            found.add(one)
            waiting += by_id[one].get("depends_on", [])
    return found


def seen_by_each(steps: list[dict[str, Any]], path: str, outside: set[str]) -> Iterator[tuple[str, Any, set[str]]]:
    """Every step with its path and the steps that it sees."""
    undone = {one.get("compensation") for one in steps}
    for number, step in enumerate(steps):
        seen = outside | before(steps, step)
        if step["step_id"] not in undone:
            yield f"{path}[{number}]", step, seen
            for key in ("then", "else", "steps"):
                yield from seen_by_each(step.get(key, []), f"{path}[{number}].{key}", seen)
            for name, branch in step.get("branches", {}).items():
                yield from seen_by_each(branch, f"{path}[{number}].branches.{name}", seen)


@pytest.mark.parametrize("seed", range(60))
def test_a_template_reads_the_steps_that_must_have_ended_and_no_others(seed: int) -> None:
    made, chance = definition(seed, 5 + seed // 2, ALL), random.Random(seed)
    every = list(seen_by_each(made["steps"], "steps", set()))
    path, step, seen = chance.choice(every)
    other = chance.choice([one["step_id"] for _, one, _ in every])
    if chance.random() < 0.5 and seen:
        other = chance.choice(sorted(seen))
    step["when"] = {"op": "ne", "left": f"{{{{steps.{other} | default(1)}}}}", "right": None}
    try:
        check(made)
    except Mistakes as error:
        assert other not in seen
        assert [mistake.path for mistake in error.mistakes] == [f"{path}.when.left"]
    else:
        assert other in seen


@pytest.mark.parametrize("seed", range(60))
def test_a_step_waits_for_steps_beside_it_or_for_what_comes_before_those_around_it(seed: int) -> None:
    made, chance = definition(seed, 5 + seed // 2, ALL), random.Random(seed)
    every = list(seen_by_each(made["steps"], "steps", set()))
    path, step, seen = chance.choice(every)
    other = chance.choice([one["step_id"] for _, one, _ in every])
    step.setdefault("depends_on", []).append(other)
    beside = path.rpartition("[")[0]
    here = {one["step_id"] for place, one, _ in every if place.rpartition("[")[0] == beside}
    try:
        check(made)
    except Mistakes as error:
        assert other not in seen
        assert all(".depends_on[" in mistake.path for mistake in error.mistakes)
    else:
        assert other in seen | here


KEYS = (
    *("step_id", "step_type", "depends_on", "when", "then", "else", "steps", "branches", "over", "while", "if"),
    *("max_iterations", "parameters", "agent_type", "capability", "compensation", "on_error", "retry", "value"),
    *("op", "left", "right", "all", "not", "seconds", "until", "url", "headers", "workflow_id", "output"),
)
ODD = st.sampled_from(
    ["{{steps.a_1}}", "{{item}}", "{{input", "\ud800", 10**400, 1e308, "compensate", "loop", "parallel", "a_1", "("]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | ODD,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=3)
    ),
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
    if isinstance(part, dict) and chance.random() < 0.4:
        key = chance.choice(KEYS)
    part[key] = value
    try:
        assert check(made).name
    except Mistakes as error:
        assert error.mistakes
