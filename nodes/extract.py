"""Find the quotations that a first mail could rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from memory.interactions import Interactions, Where
from memory.records import Fact, Interaction, Lead, Quote, Snapshot, Standing
from memory.snapshots import Snapshots
from memory.words import Kind
from nodes.pages import read_pages
from tools.accounts import accounts_of, person_of
from tools.engine import FindFacts
from tools.quoted_before import quoted_before

MAILS = 100  # of a person, and of a company, that are looked through
OURS: frozenset[Kind] = frozenset({"mail_sent", "decision"})


class ExtractView(BaseModel):
    lead: Lead
    past: tuple[Interaction, ...] = ()
    standing: Standing | None = None
    snapshots: tuple[Snapshot, ...] = ()


class ExtractPatch(BaseModel):
    facts: tuple[Fact, ...] | None = None
    standing: Standing | None = None


@dataclass(frozen=True)
class Extract:
    find_facts: FindFacts
    snapshots: Snapshots
    interactions: Interactions

    async def __call__(self, state: ExtractView) -> ExtractPatch:
        quotes = await self.find_facts.find(state.lead, await read_pages(self.snapshots, state.snapshots))
        mails = await self._mails(state.lead) if state.past else []
        fresh = [quote for quote in quotes if not quoted_before(quote.quote, mails)]
        facts = tuple(Fact(id=f"f{n}", **quote.model_dump()) for n, quote in enumerate(fresh, start=1))
        if len(fresh) == len(quotes):
            return ExtractPatch(facts=facts)
        return ExtractPatch(facts=facts, standing=_told(state.standing or Standing(), quotes, mails))

    async def _mails(self, lead: Lead) -> list[Interaction]:
        """What we wrote to the person and their colleagues, or were about to, the newest first."""
        places = [Where(account=account, kinds=OURS) for account in accounts_of(lead)]
        if person := person_of(lead):
            places.append(Where(person=person, kinds=OURS))
        found = {item.id: item for where in places for item in await self.interactions.history(where, MAILS)}
        return sorted(found.values(), key=lambda item: (item.at, item.id), reverse=True)


def _told(standing: Standing, quotes: Sequence[Quote], mails: Sequence[Interaction]) -> Standing:
    """The standing, with what is not quoted again; where nothing is left, that is for a person to look at."""
    used = [(quote.quote, mail) for quote in quotes if (mail := quoted_before(quote.quote, mails))]
    remarks = [
        f"Not quoted again, since {mail.person_name or mail.person} was written it on {mail.at:%Y-%m-%d}: “{quote}”"
        for quote, mail in used
    ]
    nothing_new = "All that the pages say firmly was quoted to them before." if len(used) == len(quotes) else None
    caution = " ".join(part for part in (standing.caution, nothing_new) if part) or None
    return standing.model_copy(update={"caution": caution, "remarks": (*standing.remarks, *remarks)})
