"""Remember what happened before with the person and the company, and what it means for the lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel

from memory.interactions import Interactions, Where
from memory.profile import Offer
from memory.records import Interaction, Lead, LeadStatus, Standing
from memory.words import Clock, Outcome
from tools.accounts import accounts_of, person_of
from tools.standing import standing_of

DECISIVE = 200  # interactions with an outcome that are looked at, of a person and of a company
NEWEST = 30  # others; where there are more, those that bear on the offer are searched for
RELEVANT = 5
KEPT = 40  # that the state holds
OUTCOMES: frozenset[Outcome] = frozenset(get_args(Outcome))


class RecallView(BaseModel):
    lead: Lead
    offer: Offer | None = None


class RecallPatch(BaseModel):
    past: tuple[Interaction, ...] | None = None
    standing: Standing | None = None
    status: LeadStatus | None = None


@dataclass(frozen=True)
class Recall:
    """Refusals, waits and promises are read from fields, exactly; what is shown beside them is searched for."""

    interactions: Interactions
    offer: Offer
    clock: Clock

    async def __call__(self, state: RecallView) -> RecallPatch:
        found = await self._found(state.lead, state.offer or self.offer)
        standing = await self._standing(state.lead, found)
        status: LeadStatus | None = "skipped" if standing and standing.stop else None
        return RecallPatch(past=_worth_keeping(found), standing=standing, status=status)

    async def standing(self, lead: Lead) -> Standing | None:
        """What is known now, without what a model would find beside it."""
        return await self._standing(lead, await self._found(lead, None))

    async def _standing(self, lead: Lead, found: Sequence[Interaction]) -> Standing | None:
        person = person_of(lead)
        if person and (why := await self.interactions.suppressed(person)):
            return Standing(stop=f"The address is on the suppression list ({why}).")
        return standing_of(person, found, self.clock().date()) if person and found else None

    async def _found(self, lead: Lead, offer: Offer | None) -> list[Interaction]:
        person = person_of(lead)
        places = [Where(person=person)] if person else []
        places += [Where(account=account) for account in accounts_of(lead)]
        found = {item.id: item for where in places for item in await self._at(where, offer)}
        return list(found.values())

    async def _at(self, where: Where, offer: Offer | None) -> list[Interaction]:
        """The newest there, all that have an outcome, and what bears on the offer where there is more."""
        newest = await self.interactions.history(where, NEWEST)
        if len(newest) < NEWEST:
            return newest
        decisive = where.model_copy(update={"outcomes": OUTCOMES})
        told = await self.interactions.history(decisive, DECISIVE)
        if offer is None:
            return [*newest, *told]
        query = offer.text_in("what", offer.language) or offer.sender.company
        relevant = await self.interactions.recall(query, where, RELEVANT)
        return [*newest, *told, *(one.interaction for one in relevant)]


def _worth_keeping(items: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Those with an outcome before the others, and then the newest first."""
    by_worth = sorted(items, key=lambda item: (item.outcome is not None, item.at, item.id), reverse=True)[:KEPT]
    return tuple(sorted(by_worth, key=lambda item: (item.at, item.id), reverse=True))
