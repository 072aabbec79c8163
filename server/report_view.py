"""What the report shows of one lead: its email cut into marked pieces, its verdicts with their cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from memory.profile import Criterion, Icp, Offer
from memory.records import CriterionResult, Draft, Finding, Result
from server.report_evidence import Card, Evidence, Pages
from server.report_text import cut


@dataclass(frozen=True)
class Piece:
    """A stretch of the email throughout which the same claims and findings apply."""

    text: str
    cards: tuple[int, ...] = ()
    ending: tuple[int, ...] = ()  # the cards whose claim ends here: their numbers are printed
    problems: tuple[int, ...] = ()  # findings, counted from 1


@dataclass(frozen=True)
class Span:
    """What a claim or a finding marks, by code points."""

    start: int
    end: int
    cards: tuple[int, ...] = ()
    problem: int = 0


@dataclass(frozen=True)
class CriterionView:
    """A verdict; `asked` is the question or the rule, as the profile has it."""

    result: CriterionResult
    asked: str
    kind: str
    speaks: Literal["for", "against", "open"]
    cards: tuple[Card, ...]  # shown here for the first time
    above: tuple[int, ...]  # the numbers of those that were shown before


@dataclass(frozen=True)
class LeadView:
    """One lead's section of the report."""

    number: int
    result: Result
    subject: tuple[Piece, ...]
    body: tuple[Piece, ...]
    cards: tuple[Card, ...]  # what the email cites
    criteria: tuple[CriterionView, ...]
    others: tuple[Card, ...]  # found, and not used


def lead_view(number: int, result: Result, pages: Pages, icp: Icp | None, offer: Offer | None) -> LeadView:
    """The view of the lead that is `number` in the report."""
    evidence = Evidence(result, pages, offer)
    findings = result.proof.findings if result.proof else ()
    subject, body = _letter(result.draft, findings, evidence) if result.draft else ((), ())
    cited = tuple(evidence.cards.values())
    criteria = tuple(_criteria(result, evidence, icp))
    used = len(evidence.cards)
    for fact in result.facts:
        evidence.fact(fact.id)
    others = tuple(evidence.cards.values())[used:]
    return LeadView(number, result, subject, body, cited, criteria, others)


def name_of(result: Result) -> str:
    """The person's name, else the address."""
    lead = result.lead
    return lead.full_name or f"{lead.first_name} {lead.last_name}".strip() or lead.email


def _letter(
    draft: Draft, findings: Sequence[Finding], evidence: Evidence
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    claims = [
        Span(claim.start, claim.end, tuple(card.number for card in evidence.claim(claim, draft.body[slice(claim.start, claim.end)])))
        for claim in sorted(draft.claims, key=lambda claim: claim.start)
        if 0 <= claim.start < claim.end
    ]
    problems = {
        where: [Span(f.start, f.end, problem=n) for n, f in enumerate(findings, start=1) if f.where == where]
        for where in ("subject", "body")
    }
    return pieces(draft.subject, problems["subject"]), pieces(draft.body, [*claims, *problems["body"]])


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """`text` cut wherever a span begins or ends; spans may overlap, and what lies outside is left out."""
    size = len(text)
    inside = [
        Span(max(0, span.start), min(span.end, size), span.cards, span.problem)
        for span in spans
        if max(0, span.start) < min(span.end, size)
    ]
    edges = sorted({0, size, *(span.start for span in inside), *(span.end for span in inside)})
    return tuple(_piece(text, start, end, inside) for start, end in zip(edges, edges[1:], strict=False))


def _piece(text: str, start: int, end: int, spans: Sequence[Span]) -> Piece:
    over = [span for span in spans if span.start < end and span.end > start]
    return Piece(
        text[start:end],
        _distinct(number for span in over for number in span.cards),
        _distinct(number for span in over if span.end == end for number in span.cards),
        _distinct(span.problem for span in over if span.problem),
    )


def _distinct(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


def _criteria(result: Result, evidence: Evidence, icp: Icp | None) -> Iterable[CriterionView]:
    asked = {criterion.id: criterion for criterion in icp.criteria} if icp else {}
    for judged in result.qualification.criteria if result.qualification else ():
        before = len(evidence.cards)
        cards = [card for fact_id in judged.fact_ids if (card := evidence.fact(fact_id))]
        yield CriterionView(
            judged,
            question(judged.id, asked.get(judged.id)),
            asked[judged.id].kind if judged.id in asked else "",
            speaks(judged, asked.get(judged.id)),
            tuple(card for card in cards if card.number > before),
            tuple(card.number for card in cards if card.number <= before),
        )


def question(criterion_id: str, criterion: Criterion | None) -> str:
    """What the profile asks, else the criterion's name."""
    asked = (criterion.question or criterion.rule) if criterion else None
    return asked or label(criterion_id)


def label(criterion_id: str) -> str:
    """`sells_to_businesses` as "sells to businesses"."""
    return criterion_id.replace("_", " ")


def speaks(judged: CriterionResult, criterion: Criterion | None) -> Literal["for", "against", "open"]:
    """What a verdict means for the lead: a no to what must never be speaks for it."""
    if judged.verdict == "unknown":
        return "open"
    wanted = "no" if criterion and criterion.kind == "never" else "yes"
    return "for" if judged.verdict == wanted else "against"


def reason(result: Result, icp: Icp | None) -> str:
    """In a few words, why the lead came out as it did."""
    found = result.qualification
    if result.error or not found:
        return cut(result.error or "not judged", 110)
    asked = {criterion.id: criterion for criterion in icp.criteria} if icp else {}
    by = {side: [c for c in found.criteria if speaks(c, asked.get(c.id)) == side] for side in ("for", "against", "open")}
    if found.status == "not_qualified":
        firm = [c for c in by["against"] if c.id in asked and asked[c.id].kind != "should"]
        if firm:
            return cut(f"{label(firm[0].id)}: {firm[0].why or firm[0].verdict}", 110)
        return f"score {found.score}" + (f", needs {icp.threshold}" if icp else "")
    if found.status == "review":
        unsettled = [c for c in by["open"] if c.id in asked and asked[c.id].kind == "must"]
        if unsettled:
            return f"unclear: {', '.join(label(c.id) for c in unsettled)}"
        return "the evidence is thin" if result.draft else "nothing that an email could quote"
    return cut(", ".join(label(c.id) for c in by["for"] if c.verdict == "yes") or f"score {found.score}", 110)
