"""Read the draft as its recipient would."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.profile import Offer
from memory.records import Draft, Fact, Lead, Proof, Snapshot
from tools.engine import Brief, CritiqueDraft

ROUNDS = 2  # drafts at most: the first, and one that knows what was wrong with it


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


def wants_another(proof: Proof | None, notes: tuple[str, ...], rounds: int) -> bool:
    """Whether the draft should be written anew: something is wrong with it, and it may be."""
    proven = proof is not None and proof.passed
    return (bool(notes) or not proven) and rounds < ROUNDS
