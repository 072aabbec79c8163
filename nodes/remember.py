"""Keep how the run ended."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.interactions import Interactions
from memory.records import Lead, LeadStatus


class RememberView(BaseModel):
    lead: Lead
    status: LeadStatus


class RememberPatch(BaseModel):
    """The status as it was: LangGraph wants a node to write something."""

    status: LeadStatus | None = None


@dataclass(frozen=True)
class Remember:
    interactions: Interactions

    async def __call__(self, state: RememberView) -> RememberPatch:
        await self.interactions.remember([])
        return RememberPatch(status=state.status)
