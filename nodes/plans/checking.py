"""Whether a plan can be done: nobody, model or person, can invent an agent, an action or a parameter."""

import re
from collections.abc import Sequence

from memory.definitions import Definition
from memory.errors import Mistake, Mistakes
from nodes.plans.definition import given_form
from nodes.registry import AgentRegistry
from nodes.workflow.checking import check_definition
from tools.planning import MOST_STEPS, Action

OF_PLAN = {"agent_type": "agent", "task": "action"}  # what a plan calls what a workflow's step calls so
PLACE = re.compile(r"^(steps\[\d+\]\.)(agent_type|task)\b")


def checked(objective: str, steps: Sequence[Action], registry: AgentRegistry) -> Definition:
    """The plan as a workflow that can run; `Mistakes` names all that is wrong, by its path in the plan."""
    if not 1 <= len(steps) <= MOST_STEPS:
        raise Mistakes([Mistake("steps", f"A plan has 1 to {MOST_STEPS} steps, and this one {len(steps)}.")])
    try:
        return check_definition(given_form(objective, steps), agents=registry)
    except Mistakes as error:
        raise Mistakes([Mistake(_path(one.path), one.message) for one in error.mistakes]) from None


def _path(path: str) -> str:
    return PLACE.sub(lambda found: found[1] + OF_PLAN[found[2]], path)
