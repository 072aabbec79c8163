"""The agents that the operator brings: whether they can be used."""

import asyncio

from nodes.agents.loading import bring
from nodes.registry import AgentRegistry
from server.doctor.check import Finding
from server.settings import Settings


async def agents(settings: Settings) -> Finding:
    """The agents of installed packages and of the files that `ZIGRAL_AGENTS` names. Their code is run."""
    registry = AgentRegistry()
    await asyncio.to_thread(bring, registry, settings.agents)
    if not len(registry):
        return Finding("off", "None beside Zigral's own.", "Name files of your own in ZIGRAL_AGENTS.")
    return Finding("ok", f"Beside Zigral's own: {', '.join(agent.agent_id for agent in registry)}.")
