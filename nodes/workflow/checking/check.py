"""Checking a definition whole, before it is kept or run."""

from collections.abc import Iterable, Iterator, Sequence

from memory.definitions import Definition
from memory.errors import Mistake, Mistakes
from nodes.agents.agent import Agent
from nodes.workflow.checking.agents import Agents, agent_faults
from nodes.workflow.checking.bounds import number_faults, size_faults, step_faults
from nodes.workflow.checking.expected import EXPECTED
from nodes.workflow.checking.order import Order, order_faults
from nodes.workflow.checking.output_schemas import Schemas
from nodes.workflow.checking.outputs import Outputs
from nodes.workflow.checking.places import Found, Outline, Table, in_document_order, outline, spelled
from nodes.workflow.checking.scopes import scope_faults
from nodes.workflow.checking.shapes import shape_faults
from nodes.workflow.checking.subworkflows import Reach, Workflows, circle_faults, round_faults
from tools.templates.values import kind

MOST_TOLD = 100  # mistakes at once


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
    if found := list(size_faults(given)):
        raise _mistakes(given, found)
    steps = outline(given)
    if found := list(step_faults(steps)):
        raise _mistakes(given, found)
    parts = {one.path: one for one in (*shape_faults(given, steps), *number_faults(given))}
    between = [*_between(given, steps, agents), *_beyond(steps, workflows, workflow_id)]
    if parts or between:
        raise _mistakes(given, [*parts.values(), *(one for one in between if one.path not in parts)])
    return Definition.model_validate(given)


def _between(given: Table, steps: Outline, agents: Iterable[Agent] | None) -> Iterator[Found]:
    """What is wrong between the parts, and with what they ask of agents."""
    order, known = Order(steps), Agents(agents or ())
    yield from order_faults(order)
    yield from scope_faults(given, order, Outputs(known, Schemas()))
    if agents is not None:
        yield from agent_faults(steps, known)


def _beyond(steps: Outline, workflows: Workflows | None, workflow_id: str | None) -> Iterator[Found]:
    """What is wrong once what other workflows do is counted in."""
    reach = Reach(workflows or {})
    yield from round_faults(steps, reach)
    if workflows is not None:
        yield from circle_faults(steps, reach, workflow_id)


def _mistakes(given: object, found: Sequence[Found]) -> Mistakes:
    ordered = in_document_order(given, list(dict.fromkeys(found)))
    told = [Mistake(spelled(one.path), one.message) for one in ordered[:MOST_TOLD]]
    if (more := len(ordered) - MOST_TOLD) and more > 0:
        told.append(Mistake("", f"There are {more:,} more mistakes. Correct these first."))
    return Mistakes(told)
