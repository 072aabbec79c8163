"""What the report shows of one lead: its email cut into marked pieces, its verdicts with their cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from memory.profile import Icp, Offer
from memory.records import Claim, CriterionResult, Draft, Finding, Result
from server.report_evidence import Card, Evidence, Pages
from server.report_reason import question
from tools.ruling import Side, speaks

MARKS = 500  # claims and findings that are marked in one text; an email has about ten


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
    speaks: Side
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
    """The subject and the body, marked."""
    claims = (_claimed(claim, draft.body, evidence) for claim in sorted(draft.claims, key=lambda one: one.start))
    return (
        pieces(draft.subject, _problems("subject", findings)),
        pieces(draft.body, [*_problems("body", findings), *claims]),
    )


def _claimed(claim: Claim, body: str, evidence: Evidence) -> Span:
    start, end = max(0, claim.start), max(0, claim.end)
    cards = evidence.claim(claim, body[start:end])
    return Span(start, end, tuple(card.number for card in cards))


def _problems(where: str, findings: Sequence[Finding]) -> list[Span]:
    return [Span(f.start, f.end, problem=n) for n, f in enumerate(findings, start=1) if f.where == where]


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """`text` cut wherever a span begins or ends; spans may overlap, and what lies outside is left out."""
    size = len(text)
    inside = [
        Span(max(0, span.start), min(span.end, size), span.cards, span.problem)
        for span in islice(spans, MARKS)
        if max(0, span.start) < min(span.end, size)
    ]
    edges = sorted({0, size, *(span.start for span in inside), *(span.end for span in inside)})
    return tuple(_piece(text, start, end, inside) for start, end in pairwise(edges))


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
        cards = [card for fact_id in dict.fromkeys(judged.fact_ids) if (card := evidence.fact(fact_id))]
        yield CriterionView(
            judged,
            question(judged.id, asked.get(judged.id)),
            asked[judged.id].kind if judged.id in asked else "",
            speaks(judged, asked.get(judged.id)),
            tuple(card for card in cards if card.number > before),
            tuple(card.number for card in cards if card.number <= before),
        )
