"""Checking a definition whole, before it is kept or run."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from memory.definitions import Definition
from memory.errors import Mistake, Mistakes
from nodes.agents.agent import Agent
from nodes.workflow.checking.agents import Agents, agent_faults
from nodes.workflow.checking.bounds import (
    exact_size_faults,
    number_faults,
    pattern_faults,
    size_faults,
    step_faults,
)
from nodes.workflow.checking.compensations import compensation_faults
from nodes.workflow.checking.dependencies import dependency_faults
from nodes.workflow.checking.document import DocumentOrder, spelled
from nodes.workflow.checking.expected import EXPECTED
from nodes.workflow.checking.order import Order
from nodes.workflow.checking.output_schemas import Schemas
from nodes.workflow.checking.outputs import Outputs
from nodes.workflow.checking.places import Found, Outline, Table, outline
from nodes.workflow.checking.scopes import scope_faults
from nodes.workflow.checking.shapes import shape_faults
from nodes.workflow.checking.subworkflows import Reach, Workflows, circle_faults, round_faults
from tools.templates.values import kind

MOST_TOLD = 100  # mistakes at once
MOST_FOUND = 1_000  # of one sort; then it is not looked for any further


def check_definition(
    given: object,
    *,
    agents: Iterable[Agent] | None,
    workflows: Workflows | None = None,
    workflow_id: str | None = None,
) -> Definition:
    """The definition that a JSON value says; `Mistakes` with all that is wrong in it, in the document's order.

    `agents` are those it may call; None: anything goes, and is found out when it runs. `workflows` are the other
    ones, by their ids, at least those that this one reaches; None likewise. `workflow_id` is its own, where it has
    one already: so it is found out whether it reaches itself.
    """
    if not isinstance(given, dict):
        raise Mistakes([Mistake("", f"{EXPECTED['']} This is {kind(given)}.")])
    if found := list(size_faults(given)) or list(exact_size_faults(given)):
        raise _mistakes(given, found)
    steps = outline(given)
    if found := [*step_faults(steps), *pattern_faults(steps)]:
        raise _mistakes(given, found)
    parts = {one.path: one for faults in _within(given, steps) for one in islice(faults, MOST_FOUND)}
    between = [
        one
        for faults in (*_between(given, steps, agents), *_beyond(steps, workflows, workflow_id))
        for one in islice(faults, MOST_FOUND)
    ]
    if parts or between:
        raise _mistakes(given, [*parts.values(), *(one for one in between if one.path not in parts)])
    return Definition.model_validate(given)


def _within(given: Table, steps: Outline) -> Iterator[Iterator[Found]]:
    """What is wrong with the parts, each by itself; what is said last of a place holds."""
    yield number_faults(given)
    yield shape_faults(given, steps)


def _between(given: Table, steps: Outline, agents: Iterable[Agent] | None) -> Iterator[Iterator[Found]]:
    """What is wrong between the parts, and with what they ask of agents."""
    order, known = Order(steps), Agents(agents or ())
    yield dependency_faults(order)
    yield compensation_faults(order)
    yield scope_faults(given, order, Outputs(known, Schemas()))
    if agents is not None:
        yield agent_faults(steps, known)


def _beyond(steps: Outline, workflows: Workflows | None, workflow_id: str | None) -> Iterator[Iterator[Found]]:
    """What is wrong once what other workflows do is counted in."""
    reach = Reach(workflows or {})
    yield round_faults(steps, reach)
    if workflows is not None:
        yield circle_faults(steps, reach, workflow_id)


def _mistakes(given: object, found: Sequence[Found]) -> Mistakes:
    ordered = sorted(dict.fromkeys(found), key=DocumentOrder(given))
    told = [Mistake(spelled(one.path), one.sentence) for one in ordered[:MOST_TOLD]]
    if len(ordered) > MOST_TOLD:
        told.append(Mistake("", f"There are {len(ordered) - MOST_TOLD:,} more mistakes. Correct these first."))
    return Mistakes(told)
