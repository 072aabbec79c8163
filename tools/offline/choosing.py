"""Which facts a letter is built on: concrete, whole, and fit to be said to the company itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from memory.records import Fact, Snapshot
from memory.words import About, Language
from tools.offline.addressee import Addressee
from tools.offline.clauses import Said, say
from tools.offline.telling import GOOD, Telling
from tools.offline.turning import count, is_unbalanced, speaks_to_reader, without_stop, words_of
from tools.offline.wording import found_in, is_cut_off, language_of_text, wording

FLOOR = -1.0  # points below which a fact carries no letter, not even a modest one that a person reviews
FLOOR_OF_PRAISE = 0.5  # the same for a fact that boasts
SECOND = 1.3  # points from which it may follow another
LONGEST_TOGETHER = 36  # words of all the facts of a letter
ALIKE = 0.5  # of the longer words of the shorter quotation
LONGEST, SHORTEST = 26, 4  # words of what is quoted

# Points that make a fact easier or harder to write about; an unscored one (another engine's) begins as good.
NUMBER, STANDARD, TURNED, LIKED = 0.5, 0.3, 0.6, 0.2
BOAST, VAGUE, POINTS_BACK, OPINION, ABOUT_READER = -1.5, -0.5, -1.0, -0.8, -2.0
CERTIFICATE, ASIDE, HEADING = -1.4, -2.0, -0.4
HISTORY, SIDEWAYS, SHORT, WORD_TOO_MANY = -1.6, -0.4, -0.5, -0.04
FEW_WORDS, MANY_WORDS = 7, 14

# What somebody makes, for whom and how much is what a seller speaks of first.
_KINDS: Mapping[About, float] = {
    "product": 0.0, "audience": 0.0, "size": -0.2, "method": -0.3, "news": -0.3, "place": -0.6, "proof-point": -0.9,
}  # fmt: skip
_SECOND_KINDS = frozenset({"product", "audience", "size", "method", "news"})

_STANDARD = re.compile(r"\b(?:[A-Z]{2,}[ -]?\d+|[A-Z][A-Z0-9]{2,})\b")
_NUMBERED = re.compile(r"\d{1,2}[.)]?\s+[A-ZÄÖÜ]")
_FIRST_PERSON = re.compile(r"\b(?:I|I['’]m|my|me|ich|mein|je|mon|ma)\b")
_MARKUP = re.compile(r"[{}<>\[\]|\ufffd\n?…]|https?:|www\.|\w@\w")
_SIDEWAYS = re.compile(r"(?:with|since|que? ?(?:avec|dans|depuis))\b")


def tellings(
    facts: tuple[Fact, ...],
    snapshots: tuple[Snapshot, ...],
    to: Addressee,
    language: Language,
    liked: frozenset[str],
) -> list[Telling]:
    """The facts that a letter in `language` may use, best first; kinds in `liked` come with a guess."""
    by_id = {snapshot.id: snapshot for snapshot in snapshots}
    told = [telling for fact in facts if (telling := _telling(fact, by_id, to, language))]
    rated = [replace(telling, points=sum(_points(telling, to, liked))) for telling in told]
    return sorted(filter(_carries, rated), key=lambda telling: -telling.points)


def _carries(telling: Telling) -> bool:
    return telling.points >= (FLOOR_OF_PRAISE if telling.boasts else FLOOR)


def following(found: Sequence[Telling], first: Telling) -> list[Telling]:
    """The facts that may follow `first` in a letter: sober, of use to a seller, and saying something else."""
    chosen = [first]
    for telling in found:
        is_firm = telling.points >= SECOND and not telling.boasts
        if is_firm and _helps(telling) and _fits_beside(telling, chosen):
            chosen.append(telling)
    return chosen[1:]


def _helps(telling: Telling) -> bool:
    """Whether it adds something that a seller cares about."""
    is_beside = telling.vague or telling.is_aside or telling.is_history or telling.is_certificate
    return telling.fact.about in _SECOND_KINDS and not is_beside


def _fits_beside(telling: Telling, chosen: Sequence[Telling]) -> bool:
    """Whether it says something of its own, leaves the words in bounds, and is the only one in quotation marks."""
    words = sum(count(other.said.text) for other in chosen) + count(telling.said.text)
    marks_again = telling.in_marks and any(other.in_marks for other in chosen)
    return words <= LONGEST_TOGETHER and not (marks_again or any(_alike(telling, other) for other in chosen))


def _alike(one: Telling, other: Telling) -> bool:
    words = [{w.lower() for w in words_of(telling.fact.quote) if len(w) > 3} for telling in (one, other)]
    fewer = min(len(words[0]), len(words[1])) or 1
    return len(words[0] & words[1]) / fewer >= ALIKE


def _telling(fact: Fact, snapshots: Mapping[str, Snapshot], to: Addressee, language: Language) -> Telling | None:
    snapshot = snapshots.get(fact.snapshot_id)
    own = _language(snapshot.lang if snapshot else "", fact.quote)
    if any(_unfit(fact.quote, own)):
        return None
    said = _said(fact.quote, own, to) if own == language and own else Said("quoted", without_stop(fact.quote))
    if own and said.form != "reported" and speaks_to_reader(fact.quote, own):
        return None
    return Telling(fact, own, said)


def _language(declared: str, quote: str) -> Language | None:
    if declared in {"en", "de", "fr"}:
        return declared  # type: ignore[return-value]  # one of the three, as just tested
    return None if declared else language_of_text(quote)


def _unfit(quote: str, language: Language | None) -> Iterator[bool]:
    """What keeps a quotation out of any letter."""
    words = words_of(quote)
    yield not SHORTEST <= count(quote) <= LONGEST
    yield bool(_MARKUP.search(quote) or _NUMBERED.match(quote) or _FIRST_PERSON.search(quote))
    yield is_unbalanced(quote)
    yield not any(word[0].islower() for word in words)
    yield words[-1:] in (["too"], ["also"], ["auch"], ["aussi"])
    if language:
        yield is_cut_off(quote, language)
        yield _leans_on_another(words, language)
        yield bool(re.match(rf"(?:\S+ ){{1,3}}{wording(language).back}\b", quote, re.IGNORECASE))
        yield bool(found_in(without_stop(quote), wording(language).calls))


def _leans_on_another(words: list[str], language: Language) -> bool:
    pointing = wording(language).pointing
    return bool(words) and (words[0].lower().split("'")[0] in pointing or " ".join(words[:2]).lower() in pointing)


def _said(quote: str, language: Language, to: Addressee) -> Said:
    """How `quote` is said; what boasts is left to the page to say, in quotation marks."""
    said = say(quote, language, to.names)
    boasts = said.form == "reported" and found_in(said.text, wording(language).praise)
    return Said("quoted", without_stop(quote)) if boasts else said


def _points(telling: Telling, to: Addressee, liked: frozenset[str]) -> Iterator[float]:
    """The engine's points, and ours."""
    quote, text, words = telling.fact.quote, telling.said.text, telling.words
    yield GOOD if telling.fact.score is None else telling.fact.score
    yield NUMBER * any(map(str.isdigit, quote)) + LIKED * (telling.fact.about in liked)
    yield _KINDS[telling.fact.about] + CERTIFICATE * telling.is_certificate + ASIDE * telling.is_aside
    yield HEADING * (telling.said.form == "line")
    yield STANDARD * bool(_STANDARD.search(quote) or found_in(quote, words.materials))
    yield TURNED * (not telling.in_marks) + SHORT * (count(text) < FEW_WORDS)
    yield BOAST * telling.boasts + VAGUE * telling.vague
    yield POINTS_BACK * len(re.findall(rf"(?<!^)\b{words.back}", text, re.IGNORECASE))
    yield OPINION * bool(re.match(rf"{words.opinion}\b", quote)) + HISTORY * telling.is_history
    yield ABOUT_READER * _is_named(to, quote) + SIDEWAYS * bool(_SIDEWAYS.match(text))
    yield WORD_TOO_MANY * max(0, count(text) - MANY_WORDS)


def _is_named(to: Addressee, quote: str) -> bool:
    """Whether the reader stands in the quotation: nobody is told who founded their own firm."""
    said = {word.casefold() for word in re.findall(r"\w+", quote)}
    company = {word.casefold() for name in to.names for word in re.findall(r"\w+", name)}
    return bool({word.casefold() for word in re.findall(r"\w+", to.full)} & (said - company))
