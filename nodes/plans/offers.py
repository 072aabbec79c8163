"""What a planner may choose from: every action of every registered agent."""

from nodes.agents.agent import Agent, Capability
from nodes.registry import AgentRegistry
from tools.planning import ActionOffer


def offers(registry: AgentRegistry) -> tuple[ActionOffer, ...]:
    """The actions in the order of registration, each with the JSON schema of its parameters."""
    return tuple(_offer(agent, capability) for agent in registry for capability in agent.abilities)


def _offer(agent: Agent, capability: Capability) -> ActionOffer:
    return ActionOffer(
        agent=agent.agent_id,
        action=capability.name,
        description=capability.description,
        parameters=capability.input.model_json_schema(),
    )
