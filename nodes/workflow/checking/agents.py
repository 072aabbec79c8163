"""Whether the agents that a definition names are there, can do what is asked, and take what they are given."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from nodes.agents.agent import Agent, Capability
from nodes.workflow.checking.details import nearest
from nodes.workflow.checking.parameters import parameter_faults
from nodes.workflow.checking.places import Found, Outline, Place, Reason
from tools.templates.values import short


@dataclass(frozen=True)
class Agents:
    """The agents that there are."""

    known: Iterable[Agent]

    @cached_property
    def by_id(self) -> Mapping[str, Agent]:
        """The agents by their ids."""
        return {agent.agent_id: agent for agent in self.known}

    @cached_property
    def capabilities(self) -> Mapping[str, list[Agent]]:
        """Who can do what."""
        found: dict[str, list[Agent]] = {}
        for agent in self.by_id.values():
            for name in names_of(agent):
                found.setdefault(name, []).append(agent)
        return found

    def capability_of(self, step: Place) -> Capability | None:
        """What is asked of a named agent, where it can do that."""
        agent_type, task = step.given.get("agent_type"), step.given.get("task")
        agent = self.by_id.get(agent_type) if isinstance(agent_type, str) else None
        return agent.can(task) if agent is not None and isinstance(task, str) else None

    def asked_of(self, step: Place) -> list[Capability]:
        """What is asked, of each agent that may be chosen."""
        if step.given.get("agent_type") is not None:
            one = self.capability_of(step)
            return [one] if one else []
        capability, task = step.given.get("capability"), step.given.get("task")
        if not isinstance(capability, str):
            return []
        asked = task if isinstance(task, str) else capability
        return [found for agent in self.capabilities.get(capability, ()) if (found := agent.can(asked))]


def names_of(agent: Agent) -> list[str]:
    """What an agent can do, by name."""
    return [one.name if isinstance(one, Capability) else one for one in agent.capabilities]


def agent_faults(steps: Outline, agents: Agents) -> Iterator[Found]:
    """What is wrong with the steps that call agents."""
    for place in steps.places:
        if place.step_type == "agent_task":
            yield from _who(place, agents)
            yield from _parameters(place, agents)


def _who(place: Place, agents: Agents) -> Iterator[Found]:
    named = {key: place.given.get(key) for key in ("agent_type", "capability", "task")}
    templates = [key for key, name in named.items() if isinstance(name, str) and "{{" in name]
    for key in templates:
        yield Found((*place.path, key), f"{key} is never a template. Write out which one it is.")
    if not templates:
        yield from _unknown(place, agents, *named.values())


def _unknown(place: Place, agents: Agents, agent_type: object, capability: object, task: object) -> Iterator[Found]:
    if isinstance(agent_type, str) and agent_type:
        agent = agents.by_id.get(agent_type)
        if agent is None:
            yield Found(
                (*place.path, "agent_type"), _none(f"no agent {short(agent_type)}", agent_type, agents.by_id)
            )
        elif isinstance(task, str) and task and agent.can(task) is None:
            sentence = _none(f"nothing called {short(task)} that {agent_type} can do", task, names_of(agent))
            yield Found((*place.path, "task"), sentence)
    elif isinstance(capability, str) and capability:
        able = agents.capabilities.get(capability)
        if able is None:
            sentence = _none(f"no agent that can do {short(capability)}", capability, agents.capabilities)
            yield Found((*place.path, "capability"), sentence)
        elif isinstance(task, str) and task and not agents.asked_of(place):
            names = [name for agent in able for name in names_of(agent)]
            sentence = _none(f"nothing called {short(task)} that an agent for {capability} can do", task, names)
            yield Found((*place.path, "task"), sentence)


def _none(what: str, name: str, there: Iterable[str]) -> Reason:
    return Reason(f"There is {what}.", lambda: nearest(name.lower(), there))


def _parameters(place: Place, agents: Agents) -> Iterator[Found]:
    """Parameters are right where one of the agents that may be chosen takes them."""
    parameters = place.given.get("parameters")
    if not isinstance(parameters, dict):
        return
    refusals = [list(parameter_faults(parameters, one.input)) for one in agents.asked_of(place)]
    if refusals and all(refusals):
        for found in refusals[0]:
            yield Found((*place.path, "parameters", *found.path), found.reason)
