"""No negation may be added to what a source says, or lost."""

from collections.abc import Sequence
from functools import lru_cache

from memory.words import Language
from tools.proof.found import Case, Problem
from tools.proof.lexicon import words
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.spoken import BORDER, KEPT, Scope, checked_against, safe_places, spoken_senses
from tools.proof.stems import senses_of
from tools.proof.tokens import Token

SCOPE = 5  # tokens on either side that a negation or a bound speaks of


ENOUGH = 0.6  # of a scope's words: then the sentence speaks of the same


def check_polarity(case: Case) -> list[Problem]:
    """No negation may be added or lost."""
    readings = checked_against(case)
    if not readings:
        return []
    problems = []
    said = [case.tokens[place] for place in case.said]
    mine = negations(said, case.text.language)
    theirs = [scope for reading in readings for scope in denied(reading)]
    for at in mine:
        scope = scope_senses(said, at, case.text.language)
        if not any(not scope or touches(scope, other) for other in theirs):
            where = case.said[at]
            problems.append(problem(case, where, where + 1, "polarity_changed", "is not in the quotation"))
    own = [scope_senses(said, at, case.text.language) for at in mine]
    spoken = spoken_senses(case)
    for scope in theirs:
        if scope and share(scope, spoken) >= ENOUGH and not any(touches(scope, other) for other in own):
            why = "leaves out the quotation's negation"
            problems.append(problem(case, case.first, case.last, "polarity_changed", why))
            break
    return problems


def negations(tokens: Sequence[Token], language: Language) -> list[int]:
    """The places of negations; "not only" and the like are none, and French "ne ... pas" is one."""
    lows = [token.low for token in tokens]
    free = safe_places(lows, "negation_safe", language)
    listed = words("negation", language)
    found = [p for p, low in enumerate(lows) if p not in free and (low in listed or low.endswith("n't"))]
    if language == "fr":
        found.extend(
            p for p, low in enumerate(lows) if low == "plus" and {"ne", "n"} & set(lows[max(0, p - 4) : p])
        )
    return found


@lru_cache(maxsize=KEPT)
def denied(reading: Reading) -> tuple[Scope, ...]:
    """What a source's negations speak of."""
    return tuple(
        scope_senses(reading.tokens, at, reading.language) for at in negations(reading.tokens, reading.language)
    )


def scope_senses(tokens: Sequence[Token], place: int, language: Language) -> Scope:
    """The content words near `place` within its clause, each by what it is found by."""
    return tuple(senses_of(tokens[p].low) for p in scope_places(tokens, place, language))


def scope_places(tokens: Sequence[Token], place: int, language: Language) -> list[int]:
    """Content words up to five tokens away, no sign between; those behind a negation come first."""
    found: list[int] = []
    skipped = words("stop", language) | words("frame", language) | words("negation", language)
    for step in (1, -1):
        at, reach = place + step, 0
        while 0 <= at < len(tokens) and reach < SCOPE and tokens[at].text not in BORDER and len(found) < 4:
            if tokens[at].kind == "word" and tokens[at].low not in skipped:
                found.append(at)
            at, reach = at + step, reach + 1
    return found


def touches(one: Scope, other: Scope) -> bool:
    """Whether two scopes have a word in common; an empty one speaks of anything."""
    return not one or not other or any(a & b for a in one for b in other)


def share(scope: Scope, spoken: frozenset[str]) -> float:
    """How much of a scope the sentence speaks of."""
    return sum(bool(word & spoken) for word in scope) / len(scope) if scope else 0.0
