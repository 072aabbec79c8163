"""Which facts a letter is built on: concrete, whole, and fit to be said to the company itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from memory.records import Fact, Snapshot
from memory.words import Language
from tools.offline.addressee import Addressee
from tools.offline.clauses import Said, say
from tools.offline.turning import count, is_unbalanced, speaks_to_reader, without_stop, words_of
from tools.offline.wording import found_in, is_cut_off, language_of_text, wording

FIRM = 0.5  # points from which a fact may carry a letter
UNSCORED = 1.5  # a good fact; another engine's has no points, and its order is believed
ABOUT_READER, HISTORY = 2.0, 0.8  # points that these take away
HYPE, VAGUE = 1.5, 0.5  # points that one such word takes away
LONGEST, SHORTEST = 26, 4  # words of what is quoted

_FIGURE = re.compile(r"\d ?%|\d\+|\d times\b|\b\d{1,3}(?:[,.  ]\d{3})+\b|(?<![-\w])\d{2,3}(?= [a-zäöüé]{4,})")
_BACK = re.compile(
    r"(?<!^)\b(?:this|these|those|dies(?:e[mnrs]?)?)\b(?! (?:past|year|month|week|Jahr))", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_HISTORY = re.compile(
    r"\b(?:founded|established|was (?:started|formed|created)|began|family-owned|years of|decades?"
    r"|gegründet|gibt es seit|Jahren? Erfahrung|fondée?|créée?|ans d[’']expérience)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\b(?:since|seit|depuis) (?:1[89]|20)\d\d\b")
_CERTIFIED = re.compile(r"\b(?:ISO|EN|DIN|certif|zertif|TÜV)", re.IGNORECASE)
_OPINION = re.compile(
    r"^(?:We|Wir|Nous) (?:\w+ly )?(?:realized|realised|noticed|believe|think|know|want|hope|love|glauben|hoffen|croyons)\b"
)
_NUMBERED = re.compile(r"\d{1,2}[.)]?\s+[A-ZÄÖÜ]")
_FIRST_PERSON = re.compile(r"\b(?:I|I['’]m|my|me|ich|mein|je|mon|ma)\b")
_STANDARD = re.compile(r"\b(?:[A-Z]{2,}[ -]?\d+|[A-Z][A-Z0-9]{2,}|inox|steel|glass|silicone|Stahl|Edelstahl)\b")


@dataclass(frozen=True)
class Telling:
    """A fact together with how it can be said."""

    fact: Fact
    language: Language | None  # of the quotation; None where it cannot be told
    said: Said
    points: float

    @property
    def is_weak(self) -> bool:
        """Whether the engine itself calls the fact useful and no more."""
        return self.fact.score is not None and self.fact.score < UNSCORED

    @property
    def has_figure(self) -> bool:
        """Whether a figure stands in it that is worth naming as one; a year or a size is none."""
        return bool(_FIGURE.search(self.said.text))

    @property
    def is_history(self) -> bool:
        """Whether it says how long there has been a company, and so nothing of its work."""
        quote = self.fact.quote
        return bool(_HISTORY.search(quote) or (_SINCE.search(quote) and not _CERTIFIED.search(quote)))

    @property
    def is_sober(self) -> bool:
        """Whether it neither boasts nor says next to nothing."""
        if self.language is None:
            return True
        table = wording(self.language)
        return not found_in(self.said.text, table.praise) and len(found_in(self.said.text, table.vague)) < 2


def tellings(
    facts: tuple[Fact, ...],
    snapshots: tuple[Snapshot, ...],
    to: Addressee,
    language: Language,
    liked: frozenset[str],
) -> list[Telling]:
    """The facts that a letter in `language` may use, best first; kinds in `liked` come with a guess."""
    by_id = {snapshot.id: snapshot for snapshot in snapshots}
    found = [
        telling
        for fact in facts
        if (telling := _telling(fact, by_id, to, language, liked)) and telling.points >= FIRM
    ]
    return sorted(found, key=lambda telling: -telling.points)


def _telling(
    fact: Fact, snapshots: Mapping[str, Snapshot], to: Addressee, language: Language, liked: frozenset[str]
) -> Telling | None:
    snapshot = snapshots.get(fact.snapshot_id)
    own = _language(snapshot.lang if snapshot else "", fact.quote)
    if any(_unfit(fact.quote, own)):
        return None
    said = _said(fact.quote, own, to) if own == language and own else Said("quoted", without_stop(fact.quote))
    if own and said.form != "reported" and speaks_to_reader(fact.quote, own):
        return None
    told = Telling(fact, own, said, 0)
    lowered = ABOUT_READER * _is_named(to, fact.quote) + HISTORY * told.is_history
    return replace(told, points=_points(fact, said, own, liked) - lowered)


def _said(quote: str, language: Language, to: Addressee) -> Said:
    """How `quote` is said; what boasts is left to the page to say, in quotation marks."""
    said = say(quote, language, to.names)
    boasts = said.form == "reported" and found_in(said.text, wording(language).praise)
    return Said("quoted", without_stop(quote)) if boasts else said


def _is_named(to: Addressee, quote: str) -> bool:
    """Whether the reader stands in the quotation: nobody is told who founded their own firm."""
    said = {word.casefold() for word in re.findall(r"\w+", quote)}
    company = {word.casefold() for name in to.names for word in re.findall(r"\w+", name)}
    return bool({word.casefold() for word in re.findall(r"\w+", to.full)} & (said - company))


def _language(declared: str, quote: str) -> Language | None:
    if declared in {"en", "de", "fr"}:
        return declared  # type: ignore[return-value]  # one of the three, as just tested
    return None if declared else language_of_text(quote)


def _unfit(quote: str, language: Language | None) -> Iterator[bool]:
    """What keeps a quotation out of any letter."""
    words = words_of(quote)
    yield not SHORTEST <= count(quote) <= LONGEST
    yield "\n" in quote or "?" in quote or "\ufffd" in quote or "…" in quote
    yield is_unbalanced(quote) or bool(_NUMBERED.match(quote))
    yield bool(_FIRST_PERSON.search(quote))
    yield not any(word[0].islower() for word in words)
    yield words[-1:] in (["too"], ["also"], ["auch"], ["aussi"])
    if language:
        yield is_cut_off(quote, language)
        yield _leans_on_another(words, language)
        yield bool(found_in(without_stop(quote), wording(language).calls))


def _leans_on_another(words: list[str], language: Language) -> bool:
    pointing = wording(language).pointing
    return bool(words) and (words[0].lower().split("'")[0] in pointing or " ".join(words[:2]).lower() in pointing)


def _begins_sideways(said: Said) -> bool:
    """Whether a reported clause begins with a preposition: "that with over 20 years" is stiff."""
    return said.form == "reported" and bool(re.match(r"(?:with|since|qu[e’] ?(?:avec|dans|depuis))\b", said.text))


def _points(fact: Fact, said: Said, language: Language | None, liked: frozenset[str]) -> float:
    """The engine's points, and what makes a sentence easy to write about."""
    points = UNSCORED if fact.score is None else fact.score
    points += 0.5 * bool(_DIGIT.search(fact.quote)) + 0.3 * bool(_STANDARD.search(fact.quote))
    points += 0.6 * (said.form == "reported" and "“" not in said.text) + 0.2 * (fact.about in liked)
    points -= 0.8 * bool(_OPINION.search(fact.quote))
    points -= 1.0 * len(_BACK.findall(said.text))
    points -= 0.5 * (count(said.text) < 7)
    points -= 0.04 * max(0, count(said.text) - 14) + 0.4 * _begins_sideways(said)
    if language:
        table = wording(language)
        points -= HYPE * len(found_in(said.text, table.praise)) + VAGUE * len(found_in(said.text, table.vague))
    return points
