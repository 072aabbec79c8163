"""Remember what bears on a command: earlier mails, notes and promises that its words bring to mind."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.errors import Conflict, Unavailable
from memory.interactions import Interactions
from memory.records import Interaction

RELEVANT = 5


class RecallView(BaseModel):
    command: str


class RecallPatch(BaseModel):
    past: tuple[Interaction, ...] | None = None
    notes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RecallForCommand:
    """A plan may be made without a memory: where it does not answer, that is noted and the flow goes on.

    Where nothing happened yet nothing is searched for: that would wait for a model to be read.
    """

    interactions: Interactions

    async def __call__(self, state: RecallView) -> RecallPatch:
        try:
            if not await self.interactions.history(limit=1):
                return RecallPatch()
            found = await self.interactions.recall(state.command, limit=RELEVANT)
        except (Unavailable, Conflict) as error:
            return RecallPatch(notes=(f"Nothing was recalled: {error}",))
        return RecallPatch(past=tuple(one.interaction for one in found))
