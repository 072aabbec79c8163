"""What is planned must not be told as done, nor what is done as planned."""

from collections.abc import Sequence
from functools import lru_cache

from memory.words import Language
from tools.proof.found import Case, Problem
from tools.proof.lexicon import common, match_at, phrases, words
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.spoken import BORDER, KEPT, Scope, checked_against, spoken_senses
from tools.proof.stems import senses_of

FIRM = common("sets.firm")


FRENCH_FUTURE = ("erez", "irez", "drez", "trez", "erons", "irons", "drons", "eront", "iront", "dront")


Placed = tuple[tuple[int, Scope], ...]


def check_modality(case: Case) -> list[Problem]:
    """What is planned must not be told as done, nor what is done as planned."""
    language = case.text.language
    if plans(case.lows, language) or case.stance.kind == "guess":
        return []
    spoken = spoken_senses(case)
    foreseen = bool(futures(case.lows, language))
    for reading in checked_against(case):
        certain = () if foreseen else planned(reading)[1]
        for place, scope in (*planned(reading)[0], *certain):
            told = sum(bool(word & spoken) for word in scope)
            if told and told >= min(2, len(scope)) and told / len(scope) >= 0.4:
                why = f'is told as done; the quotation says "{reading.tokens[place].text}"'
                return [problem(case, case.first, case.last, "plan_as_fact", why)]
    return []


def check_added_plan(case: Case) -> list[Problem]:
    """A plan or a future of which no source speaks."""
    readings = checked_against(case)
    if not readings or any(any(planned(r)) for r in readings):
        return []
    language = case.text.language
    clauses = case.stance.about_prospect or ((case.first, case.last),)
    for first, last in clauses:
        lows = [t.low for t in case.tokens[first:last]]
        firm = [p for p in plans(lows, language) if lows[p] in FIRM]
        places = [first + p for p in [*firm, *futures(lows, language)] if first + p in case.said]
        if places:
            return [problem(case, places[0], places[0] + 1, "plan_as_fact", "is not in the quotation")]
    return []


@lru_cache(maxsize=KEPT)
def planned(reading: Reading) -> tuple[Placed, Placed]:
    """A source's words of planning, and those for what will be, each with its clause."""
    uncertain = tuple((p, clause_scope(reading, p)) for p in plans(reading.lows, reading.language))
    return uncertain, tuple((p, clause_scope(reading, p)) for p in futures(reading.lows, reading.language))


def plans(lows: Sequence[str], language: Language) -> list[int]:
    """The places of words of planning, wishing and doubting."""
    listed = phrases("modality.plan", language)
    return [place for place in range(len(lows)) if match_at(lows, place, listed)]


def futures(lows: Sequence[str], language: Language) -> list[int]:
    """The places of words for what will be; in French, future forms of verbs too."""
    listed = phrases("modality.future", language)
    found = [place for place in range(len(lows)) if match_at(lows, place, listed)]
    if language == "fr":
        found.extend(p for p, low in enumerate(lows) if len(low) > 5 and low.endswith(FRENCH_FUTURE))
    return found


def clause_scope(reading: Reading, place: int) -> Scope:
    """All content words of the clause around `place`, or of the whole sentence where that clause has none."""
    first, last = place, place + 1
    while first > 0 and reading.tokens[first - 1].text not in BORDER:
        first -= 1
    while last < len(reading.tokens) and reading.tokens[last].text not in BORDER:
        last += 1
    return scope_of(reading, first, last) or scope_of(reading, 0, len(reading.tokens))


def scope_of(reading: Reading, first: int, last: int) -> Scope:
    """The content words of `tokens[first:last]` but those of planning."""
    skipped = words("stop", reading.language) | words("frame", reading.language)
    marks = {*plans(reading.lows, reading.language), *futures(reading.lows, reading.language)}
    return tuple(
        senses_of(token.low)
        for place, token in enumerate(reading.tokens[first:last], first)
        if token.kind == "word" and token.low not in skipped and place not in marks
    )
