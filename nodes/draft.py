"""Write the mail, or say that the pages give nothing firm to write about."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.profile import Offer
from memory.records import Draft, Fact, Lead, LeadStatus, Proof, Qualification, Snapshot, Standing
from tools.engine import Brief, Write

FIRM = 1.5  # the offline engine's points; below them four in five openings read well, above them nine in ten


class DraftView(BaseModel):
    lead: Lead
    offer: Offer | None = None
    snapshots: tuple[Snapshot, ...] = ()
    facts: tuple[Fact, ...] = ()
    qualification: Qualification
    doubt: str | None = None
    standing: Standing | None = None
    draft: Draft | None = None
    proof: Proof | None = None
    notes: tuple[str, ...] = ()
    round: int = 0


class DraftPatch(BaseModel):
    draft: Draft | None = None
    qualification: Qualification | None = None
    round: int | None = None
    status: LeadStatus | None = None


@dataclass(frozen=True)
class WriteDraft:
    writer: Write
    offer: Offer

    async def __call__(self, state: DraftView) -> DraftPatch:
        draft = await self.writer.write(self._brief(state))
        if draft is None and state.draft is not None:
            return DraftPatch(round=state.round + 1)  # nothing better is known: the first draft stays
        doubted = is_doubted(state.doubt, state.standing)
        firm = draft is not None and not doubted and rests_on_a_firm_fact(draft, state.facts)
        qualification = state.qualification if firm else in_review(state.qualification, state.doubt)
        if draft is None:
            return DraftPatch(qualification=qualification, status="skipped")
        return DraftPatch(draft=draft, qualification=qualification, round=state.round + 1)

    def _brief(self, state: DraftView) -> Brief:
        return Brief(
            lead=state.lead,
            offer=state.offer or self.offer,
            facts=state.facts,
            snapshots=state.snapshots,
            previous=state.draft,
            problems=state.proof.findings if state.proof else (),
            notes=state.notes,
            round=state.round,
        )


def in_review(qualification: Qualification, doubt: str | None) -> Qualification:
    """The qualification, for a person to look at first."""
    return qualification.model_copy(update={"status": "review", "doubt": doubt})


def is_doubted(doubt: str | None, standing: Standing | None) -> bool:
    """Whether a person should look first: these may not be its pages, or what happened before says so."""
    return doubt is not None or (standing is not None and standing.caution is not None)


def rests_on_a_firm_fact(draft: Draft, facts: tuple[Fact, ...]) -> bool:
    """Whether the best fact that the draft cites is firm; an engine without points is taken at its word."""
    cited = {fact_id for claim in draft.claims for fact_id in claim.fact_ids}
    scores = [fact.score for fact in facts if fact.id in cited]
    return any(score is None or score >= FIRM for score in scores)
