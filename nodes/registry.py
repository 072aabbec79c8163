"""The agents that there are, by id and by what they can do."""

from collections.abc import Iterable, Iterator
from inspect import iscoroutinefunction

from memory.errors import Conflict, Invalid, NotFound
from memory.near_names import instead
from nodes.agents.agent import NAME, WHAT_NAMES_ARE, Agent, Capability, Limits


class AgentRegistry:
    """Agents, in the order in which they were registered."""

    def __init__(self, agents: Iterable[Agent] = ()) -> None:
        self._agents: dict[str, Agent] = {}
        for agent in agents:
            self.register(agent)

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def __len__(self) -> int:
        return len(self._agents)

    def __contains__(self, agent_id: object) -> bool:
        return agent_id in self._agents

    def register(self, agent: Agent) -> None:
        """Add an agent. `Conflict` where its id is taken, `Invalid` where it does not say what it is."""
        _check(agent)
        if agent.agent_id in self._agents:
            raise Conflict(f"There is an agent {agent.agent_id} already. Give this one another id.")
        self._agents[agent.agent_id] = agent

    def get(self, agent_id: str) -> Agent:
        """The agent of this id; `NotFound` names those that there are."""
        if agent_id not in self._agents:
            raise NotFound(f"There is no agent {agent_id[:100]!r}. {instead(agent_id, self._agents)}")
        return self._agents[agent_id]

    @property
    def capabilities(self) -> list[str]:
        """What they can do between them, by name, in order."""
        return sorted({one.name for agent in self for one in agent.abilities})

    def with_capability(self, capability: str) -> list[Agent]:
        """All that have it."""
        return [agent for agent in self if agent.can(capability)]

    def able(self, capability: str) -> list[tuple[Agent, Capability]]:
        """All that have it; `NotFound`, with names that are near, where none has."""
        if found := [(agent, ability) for agent in self if (ability := agent.can(capability))]:
            return found
        raise NotFound(f"No agent can {capability[:100]!r}. {instead(capability, self.capabilities)}")

    def ability(self, agent_id: str, capability: str) -> tuple[Agent, Capability]:
        """The agent of this id and its capability; `NotFound` says what it can where it cannot do that."""
        agent = self.get(agent_id)
        found = agent.can(capability)
        if found is None:
            names = ", ".join(one.name for one in agent.abilities)
            raise NotFound(f"The agent {agent_id} cannot {capability[:100]!r}. It can {names}.")
        return agent, found


def _check(agent: Agent) -> None:
    kind = type(agent).__name__
    if not NAME.fullmatch(agent.agent_id):
        raise Invalid(f"An agent of the class {kind} has no id, or not a good one. {WHAT_NAMES_ARE}")
    if isinstance(agent.capabilities, str) or not agent.capabilities:
        raise Invalid(f'The agent {agent.agent_id} says not what it can do. Give it capabilities = ("…",).')
    if not iscoroutinefunction(agent.execute):
        raise Invalid(f"The execute of the agent {agent.agent_id} cannot be awaited. Write async def execute(…).")
    if not isinstance(agent.limits, Limits):
        raise Invalid(f"The agent {agent.agent_id} has no good limits. Write limits = Limits(timeout=…).")
    names = [one.name for one in agent.abilities]
    if len(set(names)) < len(names):
        raise Invalid(f"The agent {agent.agent_id} has a capability twice.")
