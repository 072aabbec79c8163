"""Keeping leads in the store, each checked as an imported row would be, and taking them out of it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from memory.errors import Mistake, Mistakes, NotFound
from memory.json_values import JsonObject
from memory.leads import LEAD_ID, Leads, Outcome, Policy
from memory.records import Lead, lead_id_of
from memory.suppressions import Suppressions
from nodes.agents.given_leads import LeadsInput
from nodes.agents.record_outputs import WrittenLead

NO_ADDRESS = "It has no mail address, and a lead is kept under its address. Add `email`."


@dataclass(frozen=True)
class LeadWriting:
    """The lead store, and who must not come into it."""

    leads: Leads
    suppressions: Suppressions

    async def write(self, given: LeadsInput, policy: Policy) -> list[WrittenLead]:
        """What became of each lead. `Mistakes` where one cannot be read, or none has an address."""
        leads = [dossier.lead for dossier in given.dossiers()]
        whole = [lead for lead in leads if lead.email]
        if leads and not whole:
            raise Mistakes([Mistake("lead.email" if len(leads) == 1 else "leads", NO_ADDRESS)])
        suppressed = await self.suppressions.among(lead.email for lead in whole)
        outcomes = iter(await self.leads.add([lead for lead in whole if lead.email not in suppressed], policy))
        return [_refused(lead, suppressed) or _written(lead, next(outcomes)) for lead in leads]

    async def remove(self, given: Sequence[JsonObject | str]) -> int:
        """Take the leads out of the store, and say how many were there. Their results and history stay."""
        ids = [_id_of(one, f"remove[{at}]") for at, one in enumerate(given)]
        removed = 0
        for lead_id in dict.fromkeys(ids):
            try:
                await self.leads.get(lead_id)
            except NotFound:
                continue
            await self.leads.remove(lead_id)
            removed += 1
        return removed


def _refused(lead: Lead, suppressed: Set[str]) -> WrittenLead | None:
    if not lead.email:
        return WrittenLead(lead_id=lead.lead_id, email="", outcome="rejected", why=NO_ADDRESS)
    if lead.email in suppressed:
        why = "The address is on the suppression list."
        return WrittenLead(lead_id=lead_id_of(lead.email), email=lead.email, outcome="suppressed", why=why)
    return None


def _written(lead: Lead, outcome: Outcome) -> WrittenLead:
    why = "The address is known already." if outcome == "skipped" else None
    return WrittenLead(lead_id=lead_id_of(lead.email), email=lead.email, outcome=outcome, why=why)


def _id_of(given: JsonObject | str, where: str) -> str:
    """The id of a lead that was given as an id, an address, or an object."""
    if isinstance(given, dict):
        inner = given.get("lead")
        lead = inner if isinstance(inner, dict) else given
        given = next((text for text in (lead.get("lead_id"), lead.get("email")) if isinstance(text, str)), "")
    if LEAD_ID.fullmatch(given):
        return given
    if "@" in given:
        return lead_id_of(given)
    raise Mistakes([Mistake(where, "This is no lead. Give its id, its address, or the lead itself.")])
