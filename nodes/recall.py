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
        person = person_of(state.lead)
        places = [Where(account=account) for account in accounts_of(state.lead)]
        if person:
            places.insert(0, Where(person=person))
        found: dict[object, Interaction] = {}
        for where in places:
            found |= {item.id: item for item in await self._at(where, state.offer or self.offer)}
        if not found or person is None:
            return RecallPatch(past=(), standing=None, status=None)
        standing = standing_of(person, found.values(), self.clock().date())
        status: LeadStatus | None = "skipped" if standing.stop else None
        return RecallPatch(past=_worth_keeping(list(found.values())), standing=standing, status=status)

    async def _at(self, where: Where, offer: Offer) -> list[Interaction]:
        """The newest there, all that have an outcome, and what bears on the offer where there is more."""
        newest = await self.interactions.history(where, NEWEST)
        if len(newest) < NEWEST:
            return newest
        decisive = where.model_copy(update={"outcomes": OUTCOMES})
        told = await self.interactions.history(decisive, DECISIVE)
        query = offer.text_in("what", offer.language) or offer.sender.company
        relevant = await self.interactions.recall(query, where, RELEVANT)
        return [*newest, *told, *(one.interaction for one in relevant)]


def _worth_keeping(items: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Those with an outcome before the others, and then the newest first."""
    by_worth = sorted(items, key=lambda item: (item.outcome is not None, item.at, item.id), reverse=True)[:KEPT]
    return tuple(sorted(by_worth, key=lambda item: (item.at, item.id), reverse=True))
