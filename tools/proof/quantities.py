"""Words such as all, only, first and award: a sentence must not have one that its source lacks."""

from collections.abc import Sequence
from functools import lru_cache

from memory.words import Language
from tools.proof.found import Case, Problem
from tools.proof.lexicon import sense_at, senses, words
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.spoken import KEPT, safe_places


def check_quantities(case: Case) -> list[Problem]:
    """Words such as all, only, first and award: the source must have them too."""
    sources = [*case.cited.readings, *case.evidence.row.readings]
    if not case.of_prospect and not case.cites_fact:
        sources.extend(case.evidence.offer.readings)
    mine = quantities(case.lows, case.text.language, safe=True)
    known = {sense for reading in sources for sense in quantity_senses(reading)} if mine else set()
    problems = []
    for first, last, sense in mine:
        where = case.said[first], case.said[last - 1] + 1
        if sense in known or where[0] in case.taken:
            continue
        problems.append(problem(case, *where, "quantity_changed", "is not in the quotation"))
    return problems


@lru_cache(maxsize=KEPT)
def quantity_senses(reading: Reading) -> frozenset[str]:
    """The senses of a source's quantity words."""
    return frozenset(sense for _, _, sense in quantities(reading.lows, reading.language, safe=False))


def quantities(lows: Sequence[str], language: Language, *, safe: bool) -> list[tuple[int, int, str]]:
    """The quantity words with their senses; with `safe`, set phrases such as "at all" are left out."""
    found: list[tuple[int, int, str]] = []
    parted = [
        (place, part)
        for place, low in enumerate(lows)
        for part in ([low, *low.split("-")] if "-" in low else [low])
    ]
    free = safe_places(lows, "quantity_safe.items", language) if safe else frozenset()
    listed = senses("quantity", language)
    for place, part in parted:
        one = [part, *lows[place + 1 : place + 3]]
        hit = sense_at(one, 0, listed)
        if (
            hit
            and place not in free
            and not (safe and lows[place + hit[0] : place + hit[0] + 1] in mail_words(language))
        ):
            found.append((place, place + hit[0], hit[1]))
    return found


def mail_words(language: Language) -> list[list[str]]:
    """Words of a report: "a few lines", "the first sentence"."""
    return [[word] for word in words("frame_nouns", language)]
