"""A plan as a workflow: step n is `step_n`, each after the one before it.

A sentence names its parts in an order that matters to who said it ("import the file, then score"), and one step may
change what the next one reads. So nothing runs side by side unless the plan is rewritten as a workflow.
"""

import json
import re
from collections.abc import Sequence

from memory.definitions import Definition
from memory.json_values import JsonObject
from tools.planning import Action

OPTIONAL = ("recall",)  # agents whose failure is noted and done without, where nobody uses what they found
LONGEST_NAME = 200


def definition_of(objective: str, steps: Sequence[Action]) -> Definition:
    """The workflow that does these actions, which were checked."""
    return Definition.model_validate(given_form(objective, steps))


def given_form(objective: str, steps: Sequence[Action]) -> JsonObject:
    """The same as JSON, whatever the actions say."""
    listed = [_step(at, action, steps[at:]) for at, action in enumerate(steps, start=1)]
    return {"name": objective.strip()[:LONGEST_NAME] or "Plan", "steps": [*listed]}


def step_id(number: int) -> str:
    """The id of a plan's step, counted from 1."""
    return f"step_{number}"


def _step(number: int, action: Action, later: Sequence[Action]) -> JsonObject:
    step: JsonObject = {
        "step_id": step_id(number),
        "step_type": "agent_task",
        "agent_type": action.agent,
        "task": action.action,
        "parameters": action.parameters,
    }
    if number > 1:
        step["depends_on"] = [step_id(number - 1)]
    if action.agent in OPTIONAL and later and not _is_used(number, later):
        step["on_error"] = "continue"
    return step


def _is_used(number: int, later: Sequence[Action]) -> bool:
    """Whether a later step has a template of what this one comes to."""
    return any(re.search(rf"\bsteps\.{step_id(number)}\b", json.dumps(one.parameters)) for one in later)
