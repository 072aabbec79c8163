"""What a planner may choose from: every action of every registered agent."""

from functools import lru_cache

from pydantic import BaseModel

from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability
from nodes.registry import AgentRegistry
from tools.planning import ActionOffer

KEPT = 1_000  # schemas; making them takes far longer than planning by rules


def offers(registry: AgentRegistry) -> tuple[ActionOffer, ...]:
    """The actions in the order of registration, each with the JSON schema of its parameters."""
    return tuple(_offer(agent, capability) for agent in registry for capability in _capabilities(agent))


def _capabilities(agent: Agent) -> list[Capability]:
    return [one if isinstance(one, Capability) else Capability(one) for one in agent.capabilities]


def _offer(agent: Agent, capability: Capability) -> ActionOffer:
    return ActionOffer(
        agent=agent.agent_id,
        action=capability.name,
        description=capability.description,
        parameters=_schema(capability.input),
    )


@lru_cache(maxsize=KEPT)
def _schema(model: type[BaseModel]) -> JsonObject:
    return model.model_json_schema()
