"""Remember what happened before with the person and the company."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.interactions import Interactions
from memory.records import Lead


class RecallView(BaseModel):
    lead: Lead


class RecallPatch(BaseModel):
    past: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Recall:
    interactions: Interactions

    async def __call__(self, state: RecallView) -> RecallPatch:
        return RecallPatch(past=await self.interactions.recall(state.lead))
