"""Writing a first mail to a lead as the outreach flow does, up to where a person would be asked."""

from dataclasses import dataclass
from functools import cached_property

from memory.profile import Icp, Offer
from memory.records import Lead, LeadStatus, Proof, Qualification
from nodes.agents.dossier import Dossier, Drafted
from nodes.agents.lead_steps import LeadSteps
from nodes.critique import Critique, CritiqueView, wants_another
from nodes.draft import DraftPatch, DraftView, WriteDraft
from nodes.prove import Prove, ProveView
from nodes.recall import RecallView
from tools.ruling import ruled_out_by

NO_ADDRESS = "The lead has no mail address. Add one."
NOTHING_FIRM = "The pages say nothing firm enough to write about, or the offer has no language for this lead."


@dataclass(frozen=True)
class Drafting:
    """Drafts, proves and criticises; what an earlier step found out is not found out again."""

    steps: LeadSteps

    @cached_property
    def write(self) -> WriteDraft:
        return WriteDraft(writer=self.steps.engine.writer, offer=self.steps.offer)

    @cached_property
    def prove(self) -> Prove:
        return Prove(snapshots=self.steps.snapshots, offer=self.steps.offer)

    @cached_property
    def critique(self) -> Critique:
        return Critique(critic=self.steps.engine.critic, offer=self.steps.offer)

    async def draft(
        self, dossier: Dossier, icp: Icp | None, offer: Offer | None, *, language: str | None = None
    ) -> Drafted:
        """The mail with its proof, or why there is none. Raises `Unavailable` as reading does.

        `language` stands in place of the lead's own, where the offer speaks it.
        """
        lead = dossier.lead
        if not lead.email:
            return without_draft(dossier, NO_ADDRESS)
        recalled = await self.steps.recall(RecallView(lead=lead, offer=offer))
        if recalled.standing and recalled.standing.stop:
            return without_draft(dossier.model_copy(update={"standing": recalled.standing}), recalled.standing.stop)
        dossier = await self.steps.read(dossier)
        if not dossier.snapshots:
            return without_draft(dossier, dossier.why or "No page of the company was read.", "failed")
        dossier = dossier.model_copy(update={"standing": dossier.standing or recalled.standing})
        if icp or not dossier.is_judged_by(self.steps.icp):
            dossier = await self.steps.judge(dossier, icp)
        if (judged := dossier.qualification) is None:
            return without_draft(dossier, "The lead could not be held against the profile.")
        if judged.status == "not_qualified":
            ruled_out = ruled_out_by(judged, icp or self.steps.icp)
            return without_draft(dossier, f"The lead does not fit the profile ({ruled_out}).")
        reader = lead.model_copy(update={"language": language} if language else {})
        return await self._written(dossier, reader, judged, offer)

    async def _written(
        self, dossier: Dossier, reader: Lead, qualification: Qualification, offer: Offer | None
    ) -> Drafted:
        state = DraftView(
            lead=reader,
            offer=offer,
            snapshots=dossier.snapshots,
            facts=dossier.facts,
            qualification=qualification,
            doubt=dossier.doubt,
            standing=dossier.standing,
        )
        while True:
            state = _after(state, await self.write(state))
            if state.draft is None:
                return without_draft(_with(dossier, state), NOTHING_FIRM)
            state = state.model_copy(update={"proof": await self._proof(state, dossier)})
            found = await self.critique(CritiqueView.model_validate(dict(state)))
            state = state.model_copy(update={"notes": found.notes or ()})
            if not wants_another(state.proof, state.notes, state.round):
                return _drafted(_with(dossier, state), state)

    async def _proof(self, state: DraftView, dossier: Dossier) -> Proof:
        return await self.prove.check(ProveView.model_validate({**dict(state), "evidence": dossier.evidence}))


def without_draft(dossier: Dossier, why: str, status: LeadStatus = "skipped") -> Drafted:
    """What stands for a mail that was not written, and why."""
    return Drafted(**{**dict(dossier), "why": why}, status=status)


def _after(state: DraftView, patch: DraftPatch) -> DraftView:
    """The state with what the patch sets of it."""
    return state.model_copy(
        update={name: value for name, value in patch if value is not None and name in DraftView.model_fields}
    )


def _with(dossier: Dossier, state: DraftView) -> Dossier:
    return dossier.model_copy(update={"qualification": state.qualification})


def _drafted(dossier: Dossier, state: DraftView) -> Drafted:
    proven = state.proof is not None and state.proof.passed
    return Drafted(
        **dict(dossier),
        draft=state.draft,
        proof=state.proof,
        proven=proven,
        notes=state.notes,
        status="awaiting_approval" if proven else "drafted",
    )
