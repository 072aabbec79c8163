"""Hand an approved mail over, after proving it once more and asking again what is known of the person."""

import hashlib
from dataclasses import dataclass

from pydantic import BaseModel

from memory.errors import Refused, Suppressed
from memory.profile import Offer
from memory.records import Approval, LeadStatus, draft_sha256
from memory.words import Clock
from nodes.prove import Prove, ProveView
from nodes.recall import Recall
from tools.mail import Outbox, build_message, footer


class DeliverPatch(BaseModel):
    approval: Approval | None = None
    status: LeadStatus | None = None


@dataclass(frozen=True)
class Deliver:
    """What it does may be done again after a kill: the Message-ID depends on the words alone."""

    prove: Prove
    recall: Recall
    outbox: Outbox
    offer: Offer
    clock: Clock

    async def __call__(self, state: ProveView) -> DeliverPatch:
        lead, draft, offer = state.lead, state.draft, state.offer or self.offer
        proof = await self.prove.check(state)
        if not proof.passed:
            raise Refused(f"The mail to {lead.email} is not proven: {proof.findings[0].message}")
        standing = await self.recall.standing(lead)
        if standing and standing.stop:  # said since the mail was written
            raise Suppressed(f"The mail to {lead.email} does not go out: {standing.stop}")
        closing = footer(offer, draft.body)
        approval = Approval(
            draft_sha256=draft_sha256(lead.email, draft.subject, draft.body),
            footer_sha256=hashlib.sha256(closing.encode()).hexdigest(),
            message_id=_message_id(lead.lead_id, draft.sha256, offer.sender.email),
            approved_at=self.clock(),
        )
        await self.outbox.put(lead.lead_id, build_message(lead, draft, offer, approval))
        return DeliverPatch(approval=approval, status="approved")


def _message_id(lead_id: str, draft_sha: str, sender: str) -> str:
    digest = hashlib.sha256(f"{lead_id} {draft_sha}".encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"
