"""Having an agent do a task: chosen, checked, limited, tried again, measured, and answered in an envelope."""

from dataclasses import dataclass
from typing import Protocol

from memory.envelopes import Envelope
from memory.json_values import JsonObject


@dataclass(frozen=True)
class Call:
    """A task for the agent named, or, without one, for the best that has the capability."""

    capability: str
    parameters: JsonObject
    agent: str | None = None
    run_id: str = ""
    step_id: str = ""
    owner: str = ""


class AgentCaller(Protocol):
    """Calls agents."""

    async def call(self, asked: Call) -> Envelope:
        """What came of it. `NotFound` without such an agent, `Invalid` for wrong parameters, `Unavailable`…"""
        ...
