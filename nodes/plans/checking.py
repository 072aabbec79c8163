"""Whether a plan can be done: nobody, model or person, can invent an agent, an action or a parameter."""

from collections.abc import Iterator, Sequence

from memory.definitions import Definition
from memory.errors import Mistake, Mistakes
from nodes.plans.definition import definition_of
from nodes.registry import AgentRegistry
from tools.planning import MOST_STEPS, Action


def checked(objective: str, steps: Sequence[Action], registry: AgentRegistry) -> Definition:
    """The plan as a workflow that can run; `Mistakes` names all that is wrong, by its path in the plan."""
    mistakes = list(_mistakes(steps, registry))
    if mistakes:
        raise Mistakes(mistakes)
    return definition_of(objective, steps)


def _mistakes(steps: Sequence[Action], registry: AgentRegistry) -> Iterator[Mistake]:
    if not 1 <= len(steps) <= MOST_STEPS:
        yield Mistake("steps", f"A plan has 1 to {MOST_STEPS} steps, and this one {len(steps)}.")
        return
    for at, action in enumerate(steps):
        if action.agent not in registry:
            known = ", ".join(agent.agent_id for agent in registry)
            yield Mistake(f"steps[{at}].agent", f"There is no agent {action.agent[:100]!r}. There are: {known}.")
        elif registry.get(action.agent).can(action.action) is None:
            yield Mistake(f"steps[{at}].action", _cannot(action, registry))


def _cannot(action: Action, registry: AgentRegistry) -> str:
    agent = registry.get(action.agent)
    can = ", ".join(one if isinstance(one, str) else one.name for one in agent.capabilities)
    return f"The agent {agent.agent_id} has no action {action.action[:100]!r}. It has: {can}."
