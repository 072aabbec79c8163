"""Every code of the contract, from a result that has just that fault."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from memory.profile import Offer
from memory.records import Claim, CriterionResult, Draft, Fact, Lead, Qualification, Snapshot
from tools.proof import Absent, SnapshotText, prove

PAGE = "We export to 14 countries. Our café is in Gdynia."
SHA256 = hashlib.sha256(PAGE.encode()).hexdigest()
SNAPSHOT = Snapshot(
    id=SHA256[:16],
    url="https://acme.example/",
    fetched_at=datetime(2026, 1, 5, tzinfo=UTC),
    sha256=SHA256,
    file=f"snapshots/{SHA256}.txt",
)
QUOTE = "We export to 14 countries."
FACT = Fact(id="f1", snapshot_id=SNAPSHOT.id, start=0, end=len(QUOTE), quote=QUOTE)
LEAD = Lead(email="piotr@acme.example", first_name="Piotr", company="Acme")
BODY = "Hi Piotr,\n\nYou export to 14 countries."
CLAIM = Claim(start=11, end=len(BODY), fact_ids=("f1",))


@dataclass(frozen=True)
class Given:
    """A result without a fault."""

    offer: Offer
    snapshots: list[Snapshot] = field(default_factory=lambda: [SNAPSHOT])
    texts: dict[str, SnapshotText] = field(default_factory=lambda: {SNAPSHOT.id: PAGE.encode()})
    facts: list[Fact] = field(default_factory=lambda: [FACT])
    qualification: Qualification | None = field(default_factory=lambda: Qualification(status="qualified", score=80))
    draft: Draft | None = field(
        default_factory=lambda: Draft.make(email=LEAD.email, subject="14 countries", body=BODY, claims=(CLAIM,))
    )

    def codes(self) -> list[str]:
        proof = prove(
            lead=LEAD,
            offer=self.offer,
            snapshots=self.snapshots,
            texts=self.texts,
            facts=self.facts,
            qualification=self.qualification,
            draft=self.draft,
        )
        assert proof.passed == (not proof.findings)
        return [finding.code for finding in proof.findings]


def drafted(*claims: Claim) -> Draft:
    return Draft.make(email=LEAD.email, subject="", body=BODY, claims=claims)


def judged(*fact_ids: str, status: str = "qualified") -> Qualification:
    criterion = CriterionResult(id="exports", basis="question", verdict="yes", fact_ids=fact_ids)
    return Qualification.model_validate({"status": status, "score": 80, "criteria": [criterion]})


def other(fact: Fact, **changes: object) -> Fact:
    return fact.model_copy(update=changes)


FAULTS: dict[str, Callable[[Given], Given]] = {
    "snapshot_missing": lambda g: replace(g, texts={}),
    "snapshot_outside": lambda g: replace(g, texts={SNAPSHOT.id: Absent.OUTSIDE}),
    "hash_wrong": lambda g: replace(g, texts={SNAPSHOT.id: PAGE.encode() + b" "}),
    "quote_not_exact": lambda g: replace(g, facts=[other(FACT, start=1)]),
    "quote_blank": lambda g: replace(g, facts=[FACT, other(FACT, id="f2", start=26, end=27, quote=" ")]),
    "fact_repeated": lambda g: replace(g, facts=[FACT, FACT]),
    "fact_unknown": lambda g: replace(g, draft=drafted(CLAIM, Claim(start=0, end=2, fact_ids=("f9",)))),
    "claim_outside": lambda g: replace(g, draft=drafted(CLAIM, Claim(start=5, end=999, source="lead"))),
    "draft_hash_wrong": lambda g: replace(g, draft=g.draft and g.draft.model_copy(update={"subject": "Countries"})),
    "draft_for_unqualified": lambda g: replace(g, qualification=Qualification(status="not_qualified", score=10)),
    "verdict_without_quote": lambda g: replace(g, qualification=judged()),
}


@pytest.fixture
def given(offer: Offer) -> Given:
    return Given(offer)


def test_a_result_without_a_fault_passes(given: Given) -> None:
    assert given.codes() == []


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_beside_the_sentences_has_its_code(given: Given, code: str) -> None:
    assert set(FAULTS[code](given).codes()) == {code}


def test_a_verdict_must_cite_facts_that_exist(given: Given) -> None:
    assert replace(given, qualification=judged("f7")).codes() == ["fact_unknown"]
    assert replace(given, qualification=judged("f1")).codes() == []


def test_a_lead_without_a_draft_is_checked_all_the_same(given: Given) -> None:
    assert replace(given, draft=None, qualification=judged()).codes() == ["verdict_without_quote"]


def test_a_draft_for_review_is_allowed(given: Given) -> None:
    assert replace(given, qualification=judged("f1", status="review")).codes() == []


def test_bytes_that_are_not_text_are_malformed(given: Given) -> None:
    data = b"\xff\xfe"
    broken = SNAPSHOT.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
    assert replace(given, snapshots=[broken], texts={SNAPSHOT.id: data}).codes() == ["malformed"]


def test_line_ends_of_a_page_are_not_translated(given: Given) -> None:
    crossed = PAGE.replace(". ", ".\r\n")
    assert "hash_wrong" in replace(given, texts={SNAPSHOT.id: crossed.encode()}).codes()


SENTENCES = [
    ("number_not_in_source", "You export to 15 countries.", "We export to 14 countries."),
    ("percent_not_in_source", "You export 30% of it.", "We export to 14 countries."),
    ("amount_not_in_source", "You export for €14.", "We export for $14."),
    ("date_not_in_source", "You were founded in 1986.", "We were founded in 1985."),
    ("date_not_in_source", "You exported until 1985.", "We exported since 1985."),
    ("name_not_in_source", "You export to Norway.", "We export to Sweden."),
    ("name_not_in_source", "Your KG-700 is exported.", "Our KG-500 is exported."),
    ("quoted_not_in_source", "You say “we export to Mars”.", "We export to 14 countries."),
    ("address_not_in_source", "You export, as acme.com/export says.", "We export."),
    ("address_not_in_source", "Write to me at marta@elsewhere.example.", None),
    ("unit_changed", "You export to 14 customers.", "We export to 14 countries."),
    ("polarity_changed", "You never export to 14 countries.", "We export to 14 countries."),
    ("quantity_changed", "You only export to 14 countries.", "We export to 14 countries."),
    ("bound_dropped", "Your customers run pumps.", "Some of our customers run pumps."),
    ("plan_as_fact", "You export to 14 countries.", "We will export to 14 countries."),
    ("quote_unrelated", "You breed horses in stables.", "We export to 14 countries."),
    ("uncited_statement", "You breed horses.", None),
    ("guess_about_reader", "I imagine that your inbox is full.", None),
]


@pytest.mark.parametrize(("code", "sentence", "quote"), SENTENCES)
def test_a_fault_in_a_sentence_has_its_code(
    codes: Callable[..., list[str]], code: str, sentence: str, quote: str | None
) -> None:
    assert code in codes(sentence, quote)
