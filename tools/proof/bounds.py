"""Words such as "several of" must not be lost from what they restrict."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from memory.words import Language
from tools.proof.found import Case, Problem
from tools.proof.lexicon import sense_at, senses, words
from tools.proof.quantities import quantities
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.spoken import (
    BORDER,
    KEPT,
    checked_against,
)
from tools.proof.stems import senses_of
from tools.proof.tokens import Token

RESTRICTIONS = frozenset(("half", "most", "many", "third", "quarter", "few", "dozens"))


def check_bounds(case: Case) -> list[Problem]:
    """Words such as "several of" must not be lost from what they restrict."""
    spoken = {s: p for p in case.said if case.tokens[p].kind == "word" for s in senses_of(case.tokens[p].low)}
    if restricted(case.lows, case.text.language):
        return []
    for reading in checked_against(case):
        for at, word in restrictions(reading):
            if hit := next((spoken[s] for s in senses_of(word.low) if s in spoken), None):
                why = f'says more than the quotation: "{reading.tokens[at].text}" is left out'
                return [problem(case, hit, hit + 1, "bound_dropped", why)]
    return []


def restricted(lows: Sequence[str], language: Language) -> bool:
    """Whether the sentence restricts anything by a word, or has a quantity that is judged elsewhere."""
    if any((hit := sense_at(lows, p, senses("bound", language))) and hit[1] == "several" for p in range(len(lows))):
        return True
    return bool(quantities(lows, language, safe=True))


@lru_cache(maxsize=KEPT)
def restrictions(reading: Reading) -> tuple[tuple[int, Token], ...]:
    """The places of words that restrict, with the word that each restricts."""
    return tuple(restricting(reading))


def restricting(reading: Reading) -> Iterable[tuple[int, Token]]:
    """The restrictions of a source, one by one."""
    for place in range(len(reading.tokens)):
        hit = sense_at(reading.lows, place, senses("bound", reading.language))
        length = hit[0] if hit and hit[1] == "several" else 0
        if not length:
            sense = sense_at(reading.lows, place, senses("quantity", reading.language))
            length = sense[0] if sense and sense[1] in RESTRICTIONS else 0
        noun = length and next_content(reading, place + length)
        if noun:
            yield place, noun


def restrictions_in(reading: Reading) -> list[int]:
    """The places of words that restrict, in what is only a part of a sentence."""
    listed = senses("bound", reading.language)
    lows = reading.lows
    return [p for p in range(len(lows)) if (hit := sense_at(lows, p, listed)) and hit[1] == "several"]


def next_content(reading: Reading, place: int) -> Token | None:
    """The first content word behind a restricting word; none where a number comes first."""
    stop = words("stop", reading.language)
    for token in reading.tokens[place : place + 5]:
        if token.kind != "word" or token.text in BORDER:
            return None
        if token.low not in stop:
            return token
    return None
