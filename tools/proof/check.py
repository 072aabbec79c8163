"""The proof check: everything that a draft says is found in what it rests on, or is a finding."""

from collections.abc import Iterable, Mapping, Sequence

from memory.profile import Offer
from memory.records import Draft, Fact, Finding, Lead, Proof, Qualification, Snapshot
from tools.proof.bounds import check_bounds
from tools.proof.carried import check_statement
from tools.proof.cases import Parties, body_cases, subject_cases
from tools.proof.content import verbatim_statement
from tools.proof.evidence import evidence_of, sender_of
from tools.proof.found import Case, Problem
from tools.proof.guesses import check_guess
from tools.proof.headings import check_heading
from tools.proof.integrity import (
    SnapshotText,
    check_claims,
    check_draft,
    check_facts,
    check_snapshots,
    check_verdicts,
    of,
)
from tools.proof.modality import check_added_plan, check_modality
from tools.proof.own import check_own_statement
from tools.proof.polarity import check_polarity
from tools.proof.quantities import check_quantities
from tools.proof.reading import read
from tools.proof.relations import check_relation
from tools.proof.spans import check_addresses, check_dates, check_names, check_numbers
from tools.proof.subjects import Company
from tools.proof.tense import check_tense

LONGEST_BODY = 10_000  # characters; a first mail has about 1,000
LONGEST_SUBJECT = 1_000
LONGEST_QUOTE = 2_000
MOST = 200  # facts, and claims
MOST_FINDINGS = 100


def prove(
    *,
    lead: Lead,
    offer: Offer | None,
    snapshots: Sequence[Snapshot],
    texts: Mapping[str, SnapshotText],
    facts: Sequence[Fact],
    qualification: Qualification | None,
    draft: Draft | None,
) -> Proof:
    """Check one lead's result from nothing.

    `texts` has the bytes of each snapshot's file by the snapshot's id; one that is absent, None or
    `Absent.MISSING` is not there, and `Absent.OUTSIDE` lies outside the results' folder.
    """
    findings = [
        *check_snapshots(snapshots, texts),
        *check_facts(facts, snapshots, texts),
        *check_verdicts(qualification, facts),
    ]
    if draft is not None:
        findings.extend(check_draft(lead, qualification, draft))
        findings.extend(check_claims(draft, facts))
        findings.extend(check_text(lead, offer, snapshots, facts, draft))
    kept = tuple(dict.fromkeys(findings))[:MOST_FINDINGS]
    return Proof(passed=not kept, findings=kept)


def check_text(
    lead: Lead, offer: Offer | None, snapshots: Sequence[Snapshot], facts: Sequence[Fact], draft: Draft
) -> Iterable[Finding]:
    """Every sentence of the subject and the body."""
    if too_long := oversized(facts, draft):
        return [of("draft", "malformed", too_long)]
    body = read(draft.body)
    evidence = evidence_of(lead, offer, snapshots, facts, draft=draft, language=body.language)
    parties = Parties(evidence, Company.called(lead.company), sender_of(offer))
    claims = [c for c in draft.claims if 0 <= c.start < c.end <= len(draft.body)]
    cases = [
        *(("body", case) for case in body_cases(body, claims, parties)),
        *(("subject", case) for case in subject_cases(draft.subject, claims, parties)),
    ]
    return [located(where, case, found) for where, case in cases for found in problems(case, parties)]


def oversized(facts: Sequence[Fact], draft: Draft) -> str | None:
    """Why a draft is not read: whatever is unbounded is not checked, and so does not pass."""
    if len(draft.body) > LONGEST_BODY or len(draft.subject) > LONGEST_SUBJECT:
        return (
            f"The draft is too long to check (over {LONGEST_BODY} characters, or {LONGEST_SUBJECT} in the subject)."
        )
    if len(facts) > MOST or len(draft.claims) > MOST:
        return f"The draft has more than {MOST} facts or claims."
    if any(len(fact.quote) > LONGEST_QUOTE for fact in facts):
        return f"A quotation has more than {LONGEST_QUOTE} characters."
    return None


def problems(case: Case, parties: Parties) -> list[Problem]:
    """What is wrong with one sentence; each check leaves out what an earlier one settled."""
    if verbatim_statement(case):
        return list(case.early)
    found = [*case.early, *check_addresses(case), *check_dates(case), *check_names(case), *check_numbers(case)]
    found.extend(check_guess(case, parties.company, parties.sender))
    if (case.stance.kind in ("prospect", "sender", "neutral") and not case.subject) or case.of_prospect:
        found.extend(faithful(case))
    found.extend(check_statement(case))
    found.extend(check_relation(case))
    found.extend(check_heading(case))
    found.extend(check_own_statement(case))
    return found


def faithful(case: Case) -> list[Problem]:
    """The checks of a sentence against what it cites."""
    if not case.claims and case.stance.kind == "prospect":
        return []
    quantities = check_quantities(case) if case.claims else []
    return [
        *quantities,
        *check_polarity(case),
        *check_bounds(case),
        *check_modality(case),
        *check_added_plan(case),
        *check_tense(case),
    ]


def located(where: str, case: Case, found: Problem) -> Finding:
    """A finding at its place in the text as written."""
    start, end = case.tokens[found.first].start, case.tokens[found.last - 1].end
    return of(where, found.code, found.message, *case.text.folded.span(start, end))
