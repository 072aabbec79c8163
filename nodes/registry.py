"""The agents that there are, by id and by what they can do."""

from collections.abc import Iterable, Iterator

from memory.errors import Conflict, NotFound
from nodes.agents.agent import Agent


class AgentRegistry:
    """Agents, in the order in which they were registered."""

    def __init__(self, agents: Iterable[Agent] = ()) -> None:
        self._agents: dict[str, Agent] = {}
        for agent in agents:
            self.register(agent)

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def __contains__(self, agent_id: object) -> bool:
        return agent_id in self._agents

    def register(self, agent: Agent) -> None:
        """Add an agent; `Conflict` where its id is taken."""
        if agent.agent_id in self._agents:
            raise Conflict(f"There is an agent {agent.agent_id} already. Give this one another id.")
        self._agents[agent.agent_id] = agent

    def get(self, agent_id: str) -> Agent:
        """The agent of this id; `NotFound` names those that there are."""
        if agent_id not in self._agents:
            raise NotFound(f"There is no agent {agent_id[:100]!r}. There are {', '.join(self._agents)}.")
        return self._agents[agent_id]

    def with_capability(self, capability: str) -> list[Agent]:
        """All that have it."""
        return [agent for agent in self if agent.can(capability)]
