"""Hold every word of the draft against what it rests on."""

import asyncio
from dataclasses import dataclass

from pydantic import BaseModel

from memory.profile import Offer
from memory.records import Draft, Fact, Lead, LeadStatus, Proof, Qualification, Snapshot
from memory.snapshots import Snapshots
from tools.proof import prove, snapshot_texts


class ProveView(BaseModel):
    lead: Lead
    offer: Offer | None = None
    snapshots: tuple[Snapshot, ...] = ()
    facts: tuple[Fact, ...] = ()
    evidence: tuple[Fact, ...] = ()
    qualification: Qualification
    draft: Draft


class ProvePatch(BaseModel):
    proof: Proof | None = None
    status: LeadStatus | None = None


@dataclass(frozen=True)
class Prove:
    snapshots: Snapshots
    offer: Offer

    async def __call__(self, state: ProveView) -> ProvePatch:
        proof = await self.check(state)
        return ProvePatch(proof=proof, status="awaiting_approval" if proof.passed else "drafted")

    async def check(self, state: ProveView) -> Proof:
        """The proof of a draft, from nothing: a stored one is never believed."""
        texts = await asyncio.to_thread(snapshot_texts, self.snapshots, state.snapshots)
        return prove(
            lead=state.lead,
            offer=state.offer or self.offer,
            snapshots=state.snapshots,
            texts=texts,
            facts=(*state.facts, *state.evidence),
            qualification=state.qualification,
            draft=state.draft,
        )
