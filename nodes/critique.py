"""Read the draft as its recipient would."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.profile import Offer
from memory.records import Draft, Fact, Lead, Proof, Snapshot
from tools.engine import Brief, CritiqueDraft


class CritiqueView(BaseModel):
    lead: Lead
    offer: Offer | None = None
    snapshots: tuple[Snapshot, ...] = ()
    facts: tuple[Fact, ...] = ()
    draft: Draft
    proof: Proof
    round: int = 1


class CritiquePatch(BaseModel):
    notes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Critique:
    critic: CritiqueDraft
    offer: Offer

    async def __call__(self, state: CritiqueView) -> CritiquePatch:
        brief = Brief(
            lead=state.lead,
            offer=state.offer or self.offer,
            facts=state.facts,
            snapshots=state.snapshots,
            problems=state.proof.findings,
            round=state.round,
        )
        return CritiquePatch(notes=(await self.critic.critique(state.draft, brief)).notes)
