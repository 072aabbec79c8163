"""A plan as a workflow: step n is `step_n`, each after the one before it.

A sentence names its parts in an order that matters to who said it ("import the file, then score"), and one step may
change what the next one reads. So nothing runs side by side unless the plan is rewritten as a workflow.
"""

from collections.abc import Sequence

from memory.definitions import AgentTask, Definition
from tools.planning import Action

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 2_000


def definition_of(objective: str, steps: Sequence[Action]) -> Definition:
    """The workflow that does these actions."""
    return Definition(
        name=objective[:LONGEST_NAME] or "Plan",
        description=objective[:LONGEST_DESCRIPTION],
        steps=[_step(at, action) for at, action in enumerate(steps, start=1)],
    )


def step_id(number: int) -> str:
    """The id of a plan's step, counted from 1."""
    return f"step_{number}"


def _step(number: int, action: Action) -> AgentTask:
    return AgentTask(
        step_id=step_id(number),
        name=f"{action.agent}: {action.action}",
        step_type="agent_task",
        agent_type=action.agent,
        task=action.action,
        parameters=action.parameters,
        depends_on=[step_id(number - 1)] if number > 1 else [],
    )
