"""Keep how the run ended, so that the next one knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import uuid5

from pydantic import BaseModel, ValidationError

from memory.interaction_texts import SOURCES
from memory.interactions import Interactions
from memory.records import Approval, Draft, Fact, Interaction, Lead, LeadStatus, Qualification, Standing
from memory.words import Clock, Kind
from tools.accounts import accounts_of, person_of


class RememberView(BaseModel):
    lead: Lead
    status: LeadStatus
    standing: Standing | None = None
    facts: tuple[Fact, ...] = ()
    evidence: tuple[Fact, ...] = ()
    qualification: Qualification | None = None
    draft: Draft | None = None
    decision: Literal["accept", "edit", "ignore"] | None = None
    approval: Approval | None = None
    error: str | None = None


class RememberPatch(BaseModel):
    """The status as it was: LangGraph wants a node to write something."""

    status: LeadStatus | None = None


@dataclass(frozen=True)
class Remember:
    """`run_id` names the run that the node is in: done again after a kill, it writes over what it wrote."""

    interactions: Interactions
    clock: Clock
    run_id: Callable[[], str]

    async def __call__(self, state: RememberView) -> RememberPatch:
        item = self._item(state)
        if item:
            await self.interactions.remember([item])
        return RememberPatch(status=state.status)

    def _item(self, state: RememberView) -> Interaction | None:
        """How it ended, or None where nothing new is known or the lead is nobody in particular."""
        lead, person = state.lead, person_of(state.lead)
        if person is None or (state.standing and state.standing.stop):
            return None
        kind, text = _told(state)
        given = {
            "id": uuid5(SOURCES, f"{self.run_id()} {lead.lead_id} end"),
            "account": next(iter(accounts_of(lead)), person.rpartition("@")[2]),
            "company": lead.company[:300],
            "person": person,
            "person_name": (lead.full_name or f"{lead.first_name} {lead.last_name}").strip()[:300],
            "kind": kind,
            "at": state.approval.approved_at if state.approval else self.clock(),
            "text": text,
            "quotations": _quotations(state) if state.status == "approved" else (),
        }
        try:
            return Interaction.model_validate(given)
        except ValidationError:
            return None  # a name that cannot be written down, a domain that is none: nothing can be kept under it


def _told(state: RememberView) -> tuple[Kind, str]:
    """What a person decided is a decision; what the flow found is a note. Approving is not sending."""
    draft, verdict = state.draft, state.qualification
    if state.status == "approved" and draft:
        return "decision", f"A mail was approved: {draft.subject}\n\n{draft.body}"
    if state.decision == "ignore" and draft:
        return "decision", f"A draft was set aside: {draft.subject}"
    if state.status == "failed":
        return "note", f"No mail: {state.error or 'the run failed.'}"
    if state.status == "drafted" and draft:
        return "note", f"A draft could not be proven: {draft.subject}"
    if verdict and verdict.status == "not_qualified":
        against = "; ".join(
            f"{one.id}: {one.why or one.verdict}" for one in verdict.criteria if one.verdict != "yes"
        )
        return "note", f"Not a fit, score {verdict.score}. {against}".strip()
    return "note", "No mail: the pages held nothing firm to write about."


def _quotations(state: RememberView) -> tuple[str, ...]:
    """What the mail rested on."""
    cited = {fact_id for claim in state.draft.claims for fact_id in claim.fact_ids} if state.draft else set()
    return tuple(dict.fromkeys(fact.quote for fact in (*state.facts, *state.evidence) if fact.id in cited))
