"""A plan as a workflow: step n is `step_n`, each after the one before it.

A sentence names its parts in an order that matters to who said it ("import the file, then score"), and one step may
change what the next one reads. So nothing runs side by side unless the plan is rewritten as a workflow.
"""

import json
import re
from collections.abc import Sequence

from memory.definitions import AgentTask, Definition
from tools.planning import Action

OPTIONAL = ("recall",)  # agents whose failure is noted and done without, where nobody uses what they found
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 2_000


def definition_of(objective: str, steps: Sequence[Action]) -> Definition:
    """The workflow that does these actions."""
    return Definition(
        name=objective[:LONGEST_NAME] or "Plan",
        description=objective[:LONGEST_DESCRIPTION],
        steps=[_step(at, action, steps[at:]) for at, action in enumerate(steps, start=1)],
    )


def step_id(number: int) -> str:
    """The id of a plan's step, counted from 1."""
    return f"step_{number}"


def _step(number: int, action: Action, later: Sequence[Action]) -> AgentTask:
    return AgentTask(
        step_id=step_id(number),
        name=f"{action.agent}: {action.action}",
        step_type="agent_task",
        agent_type=action.agent,
        task=action.action,
        parameters=action.parameters,
        depends_on=[step_id(number - 1)] if number > 1 else [],
        on_error="continue" if action.agent in OPTIONAL and later and not _is_used(number, later) else "fail",
    )


def _is_used(number: int, later: Sequence[Action]) -> bool:
    """Whether a later step has a template of what this one comes to."""
    return any(re.search(rf"\bsteps\.{step_id(number)}\b", json.dumps(one.parameters)) for one in later)
