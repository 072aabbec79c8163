"""Remember what happened before with the person and the company."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.interaction_texts import person_address
from memory.interactions import Interactions, Where
from memory.records import Interaction, Lead


class RecallView(BaseModel):
    lead: Lead


class RecallPatch(BaseModel):
    past: tuple[Interaction, ...] | None = None


@dataclass(frozen=True)
class Recall:
    interactions: Interactions

    async def __call__(self, state: RecallView) -> RecallPatch:
        where = Where(person=person_address(state.lead.email))
        return RecallPatch(past=tuple(await self.interactions.history(where)))
