"""One sentence, or a whole draft, held against one quotation."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from memory.profile import Offer
from memory.records import Claim, Draft, Fact, Lead, Proof, Qualification, Snapshot
from tools.proof import prove

Prove = Callable[..., Proof]

OFFER: dict[str, Any] = {
    "what": "production planning for small factories",
    "audience": "makers with their own plant",
    "call_to_action": "Would 20 minutes next week be useful?",
    "sender": {
        "name": "Marta Rossi",
        "role": "Founder",
        "company": "Zigral Demo",
        "email": "marta@zigral-demo.example",
        "postal_address": "1 Example Street, 20121 Milano, Italy",
        "unsubscribe": "mailto:stop@zigral-demo.example",
    },
    "statements": [{"id": "lines", "text": "Our tool was used on 140 production lines."}],
}
LEAD = Lead(
    email="piotr.nowak@acme.example",
    first_name="Piotr",
    last_name="Nowak",
    company="Acme Pumps",
    employees=80,
    city="Gdynia",
    extra={"open_positions": "5"},
)


@pytest.fixture
def offer() -> Offer:
    return Offer.model_validate(OFFER)


@pytest.fixture
def lead() -> Lead:
    return LEAD


@pytest.fixture
def proven(offer: Offer) -> Prove:
    """Prove a body that rests as a whole on `quote` (a fact), on the row ("lead") or on the offer ("offer")."""

    def run(
        body: str,
        quote: str | None = None,
        *,
        source: Literal["lead", "offer"] | None = None,
        subject: str = "",
        lead: Lead = LEAD,
        offer: Offer | None = offer,
    ) -> Proof:
        page = quote or "A page that nobody cites."
        sha256 = hashlib.sha256(page.encode("utf-8", "surrogatepass")).hexdigest()
        snapshot = Snapshot(
            id=sha256[:16],
            url="https://acme.example/",
            fetched_at=datetime(2026, 1, 5, tzinfo=UTC),
            sha256=sha256,
            file=f"snapshots/{sha256}.txt",
        )
        facts = [Fact(id="f1", snapshot_id=snapshot.id, start=0, end=len(page), quote=page)] if quote else []
        claims: tuple[Claim, ...] = ()
        if quote and body:
            claims = (Claim(start=0, end=len(body), fact_ids=("f1",)),)
        elif source and body:
            claims = (Claim(start=0, end=len(body), source=source),)
        return prove(
            lead=lead,
            offer=offer,
            snapshots=[snapshot],
            texts={snapshot.id: page.encode("utf-8", "surrogatepass")},
            facts=facts,
            qualification=Qualification(status="qualified", score=80),
            draft=Draft.make(email=lead.email, subject=subject, body=body, claims=claims),
        )

    return run


@pytest.fixture
def codes(proven: Prove) -> Callable[..., list[str]]:
    """The codes that such a body is found to have."""
    return lambda *args, **kwargs: [finding.code for finding in proven(*args, **kwargs).findings]
