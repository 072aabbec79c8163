"""The sentences of a draft, each with its claims, its quotations and its stance."""

from collections.abc import Sequence
from dataclasses import replace

from memory.records import Claim
from memory.words import Language
from tools.proof.evidence import Evidence, Source
from tools.proof.excerpts import cut_away
from tools.proof.found import Case, Problem
from tools.proof.guesses import is_guess
from tools.proof.letter import greeted, greeting_end, signs_off
from tools.proof.quoted import Quoted, quotations, stands_in
from tools.proof.reading import Reading, language_of, read
from tools.proof.sentences import Span, split
from tools.proof.statements import Kind, Sentence, Stance, stance
from tools.proof.subjects import Company

SHORTEST_QUOTED = 3  # words


def body_spans(text: Reading) -> tuple[list[Quoted], list[Span]]:
    quotes = quotations(text.folded.text)
    return quotes, split(text.folded.text, quotes)


def token_range(text: Reading, span: Span, at: int) -> tuple[int, int]:
    """The tokens of a sentence, looked for from `at` on."""
    tokens = text.tokens
    while at < len(tokens) and tokens[at].start < span.start:
        at += 1
    last = at
    while last < len(tokens) and tokens[last].start < span.end:
        last += 1
    return at, last


FINITE = frozenset(
    "is are was were has have had do does did will would can cannot could should must need needs stand stands lose loses "
    "waste wastes fail fails suffer suffers struggle struggles cost costs run runs get gets take takes don't doesn't isn't "
    "aren't lack lacks ist sind war hat haben wird werden kann können steht stehen verliert verlieren braucht brauchen fehlt "
    "fehlen est sont était a ont sera peut peuvent perd perdent perdez manque manquent tombent tombe êtes avez".split()
)
Context = tuple[Evidence, Company, Company]


def cases_of(
    text: Reading, claims: Sequence[Claim], evidence: Evidence, company: Company, sender: Company
) -> list[Case]:
    """The body's sentences. The greeting and the sign-off are judged here and left out."""
    quotes, spans = body_spans(text)
    spans = wrapped(text, spans, claims)
    cases: list[Case] = []
    at = 0
    kind: Kind = "neutral"
    for number, span in enumerate(spans):
        first, last = token_range(text, span, at)
        at = last
        early, first = opening(text, first, last, evidence) if not number else ([], first)
        first += signs_off(text, first, last, text.language) if first < last else 0
        if first >= last:
            cases.extend(bare(text, early, evidence))
            continue
        start, end = text.folded.span(span.start, span.end)
        mine = tuple(claim for claim in claims if claim.start < end and claim.end > start)
        case = case_of(text, (first, last), span.asks, mine, quotes, (evidence, company, sender), kind)
        cases.append(replace(case, early=(*early, *case.early)))
        kind = case.stance.kind
    return cases


def wrapped(text: Reading, spans: Sequence[Span], claims: Sequence[Claim]) -> list[Span]:
    """The sentences, with lines joined that one claim runs over: a line break inside a claim is only layout."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and text.folded.text[last.end - 1] not in '.!?…”“»"' and under_one_claim(text, last, span, claims):
            joined[-1] = Span(last.start, span.end, span.asks)
        else:
            joined.append(span)
    return joined


def under_one_claim(text: Reading, first: Span, second: Span, claims: Sequence[Claim]) -> bool:
    start, end = text.folded.span(first.end - 1, second.start + 1)
    return any(claim.start <= start and end <= claim.end for claim in claims)


def bare(text: Reading, early: Sequence[Problem], evidence: Evidence) -> list[Case]:
    """A greeting alone: no sentence, but what was found in it."""
    if not early:
        return []
    return [
        Case(
            text,
            early[0].first,
            early[0].last,
            True,
            Stance("neutral"),
            (),
            evidence,
            Source(),
            frozenset(),
            tuple(early),
        )
    ]


def opening(text: Reading, first: int, last: int, evidence: Evidence) -> tuple[list[Problem], int]:
    """Names in the greeting that are not the lead's, and the place behind it."""
    end = greeting_end(text.tokens, first, last)
    problems = []
    for place in greeted(text.tokens, first, end):
        if not any(f" {part} " in named for named in evidence.row.named for part in text.tokens[place].parts):
            why = f'"{text.tokens[place].text}" is greeted, and the lead\'s row has no such name.'
            problems.append(Problem(place, place + 1, "name_not_in_source", why))
    return problems, end


def case_of(
    text: Reading,
    places: tuple[int, int],
    asks: bool,  # noqa: FBT001 - a sentence's mark
    claims: tuple[Claim, ...],
    quotes: Sequence[Quoted],
    context: Context,
    before: Kind,
) -> Case:
    """One sentence, with what it quotes verified and its stance taken."""
    evidence, company, sender = context
    first, last = places
    cited = evidence.quoted(tuple(i for claim in claims for i in claim.fact_ids))
    inside = [q for q in quotes if text.tokens[first].start < q.end and q.start < text.tokens[last - 1].end]
    carried, early = carried_places(text, places, inside, cited, evidence)
    said = [p for p in range(first, last) if p not in carried]
    tokens = [text.tokens[p] for p in said]
    language = language_of(tokens, text.language)
    view = text if language == text.language else replace(text, language=language)
    taken = stance(Sentence(tokens, language, asks, company, sender, before)) if tokens else Stance("neutral")
    taken = guessing(mapped(taken, said), [t.low for t in tokens], language, cited)
    return Case(view, first, last, False, taken, claims, evidence, cited, carried, tuple(early))


def guessing(taken: Stance, lows: list[str], language: Language, cited: Source) -> Stance:
    """The stance, that of a guess where the sentence says so itself."""
    if taken.kind == "question" or not is_guess(lows, language, [r.lows for r in cited.readings]):
        return taken
    return replace(taken, kind="guess")


def mapped(taken: Stance, said: Sequence[int]) -> Stance:
    """The stance with its clauses as places in the text."""
    prospect = tuple((said[a], said[b - 1] + 1) for a, b in taken.about_prospect)
    return Stance(taken.kind, prospect, tuple((said[a], said[b - 1] + 1) for a, b in taken.about_sender))


def carried_places(
    text: Reading, places: tuple[int, int], quotes: Sequence[Quoted], cited: Source, evidence: Evidence
) -> tuple[frozenset[int], list[Problem]]:
    """The places inside quotations that a source has verbatim, and what is wrong with the others."""
    carried: set[int] = set()
    problems: list[Problem] = []
    for quote in quotes:
        inside = [p for p in range(*places) if quote.holds(text.tokens[p].start)]
        words = sum(text.tokens[p].kind != "sign" for p in inside)
        if not inside:
            continue
        phrase = text.folded.text[quote.start : quote.end]
        if any(stands_in(phrase, r.plain) for r in (cited + evidence.row).readings) or (
            words >= SHORTEST_QUOTED
            and any(stands_in(phrase, r.plain) for r in quotable(text, places, evidence).readings)
        ):
            carried.update(inside)
            if gone := cut_away(phrase, cited, around(text, places, inside)):
                why = f'"{phrase[:60]}" leaves out what stands before it in the source: "{gone[1]}".'
                problems.append(Problem(inside[0], inside[-1] + 1, gone[0], why))
        elif words >= SHORTEST_QUOTED:
            why = f'"{phrase[:60]}" is not verbatim in what the sentence cites.'
            problems.append(Problem(inside[0], inside[-1] + 1, "quoted_not_in_source", why))
            carried.update(inside)
    return frozenset(carried), problems


def around(text: Reading, places: tuple[int, int], inside: Sequence[int]) -> Reading:
    """The sentence without a quotation in it."""
    tokens = text.tokens
    before = text.folded.text[tokens[places[0]].start : tokens[inside[0]].start]
    return read(f"{before} {text.folded.text[tokens[inside[-1]].end : tokens[places[1] - 1].end]}", text.language)


def quotable(text: Reading, places: tuple[int, int], evidence: Evidence) -> Source:
    """The offer's words may be quoted where nobody says that the reader wrote them."""
    lows = {text.tokens[p].low for p in range(*places)}
    return Source() if lows & YOU else evidence.offer


YOU = frozenset("you your sie ihr ihre ihrer ihren ihrem vous votre vos".split())


def subject_cases(
    subject: str, claims: Sequence[Claim], evidence: Evidence, company: Company, sender: Company
) -> list[Case]:
    """The subject's sentences: all claims are theirs, and a phrase without a verb states nothing."""
    text = read(subject, evidence.language)
    quotes, spans = body_spans(text)
    cases: list[Case] = []
    at = 0
    for span in spans:
        first, last = token_range(text, span, at)
        at = last
        if first >= last:
            continue
        case = case_of(
            text, (first, last), span.asks, tuple(claims), quotes, (evidence, company, sender), "neutral"
        )
        if case.of_prospect and not FINITE & set(case.lows):
            case = replace(case, stance=Stance("neutral"))
        cases.append(replace(case, subject=True))
    return cases
