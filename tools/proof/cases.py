"""The sentences of a draft, each with its claims, its quotations and its stance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.records import Claim
from memory.words import Language
from tools.proof.evidence import Evidence, Source
from tools.proof.found import Case, Problem
from tools.proof.guesses import is_guess
from tools.proof.letter import greeted, greeting_end, signs_off
from tools.proof.lexicon import common, words
from tools.proof.quoted import Quoted, quotations
from tools.proof.quoting import Places, carried_places
from tools.proof.reading import Reading, language_of, read
from tools.proof.sentences import Span, split
from tools.proof.statements import Kind, Sentence, Stance, stance
from tools.proof.subjects import Company

FINITE = common("sets.finite")
ENDS = '.!?…”“»"'


@dataclass(frozen=True)
class Parties:
    """Whom the draft speaks of, and what it may rest on."""

    evidence: Evidence
    company: Company
    sender: Company


@dataclass(frozen=True)
class Part:
    """The body or the subject, read; its quotations and sentences; and the claims that are its own."""

    text: Reading
    quotes: Sequence[Quoted]
    spans: Sequence[Span]
    claims: Sequence[Claim]

    @classmethod
    def of(cls, text: Reading, claims: Sequence[Claim]) -> "Part":
        quotes = quotations(text.folded.text)
        return cls(text, quotes, split(text.folded.text, quotes), claims)

    def places(self) -> Sequence[tuple[Span, Places]]:
        """Each sentence with the places of its tokens."""
        found: list[tuple[Span, Places]] = []
        at, tokens = 0, self.text.tokens
        for span in self.spans:
            while at < len(tokens) and tokens[at].start < span.start:
                at += 1
            first = at
            while at < len(tokens) and tokens[at].start < span.end:
                at += 1
            found.append((span, (first, at)))
        return found

    def claims_of(self, span: Span) -> tuple[Claim, ...]:
        start, end = self.text.folded.span(span.start, span.end)
        return tuple(claim for claim in self.claims if claim.start < end and claim.end > start)

    def unwrapped(self) -> "Part":
        """With lines joined that one claim runs over: a line break inside a claim is only layout."""
        joined: list[Span] = []
        for span in self.spans:
            last = joined[-1] if joined else None
            if last and self.text.folded.text[last.end - 1] not in ENDS and self._under_one_claim(last, span):
                joined[-1] = Span(last.start, span.end, span.asks)
            else:
                joined.append(span)
        return replace(self, spans=joined)

    def _under_one_claim(self, first: Span, second: Span) -> bool:
        start, end = self.text.folded.span(first.end - 1, second.start + 1)
        return any(claim.start <= start and end <= claim.end for claim in self.claims)


def body_cases(text: Reading, claims: Sequence[Claim], parties: Parties) -> list[Case]:
    """The body's sentences. The greeting and the sign-off are judged here and left out."""
    part = Part.of(text, claims).unwrapped()
    cases: list[Case] = []
    kind: Kind = "neutral"
    for number, (span, (first, last)) in enumerate(part.places()):
        early, start = ([], first) if number else opening(text, first, last, parties.evidence)
        start += signs_off(text, start, last, text.language)
        if start < last:
            case = case_of(part, (start, last), span, part.claims_of(span), parties, before=kind)
            cases.append(replace(case, early=(*early, *case.early)))
            kind = case.stance.kind
        elif early:
            cases.append(replace(nothing_said(text, (first, last), parties), early=tuple(early)))
    return cases


def opening(text: Reading, first: int, last: int, evidence: Evidence) -> tuple[list[Problem], int]:
    """Names in the greeting that are not the lead's, and the place behind it."""
    end = greeting_end(text.tokens, first, last)
    problems = []
    for place in greeted(text.tokens, first, end):
        if not any(f" {part} " in named for named in evidence.person.named for part in text.tokens[place].parts):
            why = f'"{text.tokens[place].text}" is greeted, and the lead\'s row has no such name.'
            problems.append(Problem(place, place + 1, "name_not_in_source", why))
    return problems, end


def nothing_said(text: Reading, places: Places, parties: Parties) -> Case:
    """A greeting alone: all its places are settled."""
    settled = frozenset(range(*places))
    return Case(text, *places, Stance("neutral"), (), parties.evidence, Source(), settled)


def case_of(
    part: Part, places: Places, span: Span, claims: tuple[Claim, ...], parties: Parties, *, before: Kind
) -> Case:
    """One sentence, with what it quotes verified and its stance taken."""
    text, (first, last) = part.text, places
    cited = parties.evidence.quoted(tuple(i for claim in claims for i in claim.fact_ids))
    inside = [q for q in part.quotes if text.tokens[first].start < q.end and q.start < text.tokens[last - 1].end]
    carried, early = carried_places(text, places, inside, cited, parties.evidence)
    said = [p for p in range(first, last) if p not in carried]
    tokens = [text.tokens[p] for p in said]
    language = language_of(tokens, text.language)
    sentence = Sentence(tokens, language, span.asks, parties.company, parties.sender, before)
    taken = mapped(stance(sentence), said) if tokens else Stance("neutral")
    taken = guessing(taken, [token.low for token in tokens], language, cited)
    view = text if language == text.language else replace(text, language=language)
    return Case(view, first, last, taken, claims, parties.evidence, cited, carried, early=tuple(early))


def guessing(taken: Stance, lows: list[str], language: Language, cited: Source) -> Stance:
    """The stance, that of a guess where the sentence says so itself."""
    if taken.kind == "question" or not is_guess(lows, language, [r.lows for r in cited.readings]):
        return taken
    return replace(taken, kind="guess")


def mapped(taken: Stance, said: Sequence[int]) -> Stance:
    """The stance with its clauses as places in the text."""
    prospect = tuple((said[a], said[b - 1] + 1) for a, b in taken.about_prospect)
    return Stance(taken.kind, prospect, tuple((said[a], said[b - 1] + 1) for a, b in taken.about_sender))


def addresses_reader(case: Case) -> bool:
    """Whether "you" begins what the subject states: a verb follows, even where no list knows it."""
    you = words("statements.you", case.text.language)
    return any(case.tokens[first].low in you for first, _ in case.stance.about_prospect)


def subject_cases(subject: str, claims: Sequence[Claim], parties: Parties) -> list[Case]:
    """The subject's sentences: all claims are theirs, and a phrase without a verb states nothing."""
    part = Part.of(read(subject, parties.evidence.language), claims)
    cases: list[Case] = []
    for span, (first, last) in part.places():
        if first >= last:
            continue
        case = case_of(part, (first, last), span, tuple(claims), parties, before="neutral")
        silent = case.of_prospect and not FINITE & set(case.lows) and not addresses_reader(case)
        cases.append(replace(case, subject=True, stance=Stance("neutral") if silent else case.stance))
    return cases
