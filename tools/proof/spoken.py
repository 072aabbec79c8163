"""What a sentence says in its own words, and what it must be faithful to."""

from collections.abc import Sequence
from functools import lru_cache

from memory.words import Language
from tools.proof.found import Case
from tools.proof.lexicon import match_at, phrases
from tools.proof.reading import Reading
from tools.proof.stems import senses_of

KEPT = 256  # sources whose words are kept: quotations and an offer's sentences are checked again and again


Scope = tuple[frozenset[str], ...]  # content words, each by what it is found by


BORDER = frozenset(",;:.–—()!?")


def checked_against(case: Case) -> list[Reading]:
    """What the sentence must be faithful to: its quotations, or the offer's statements that it takes up."""
    if case.cites_fact:
        return list(case.cited.readings)
    if case.of_prospect or case.stance.kind in ("question", "guess"):
        return []
    spoken = spoken_senses(case)
    return [r for r in case.evidence.statements.readings if taken_up(r, spoken)]


def taken_up(reading: Reading, spoken: frozenset[str]) -> bool:
    """Whether the sentence has at least half of a statement's content words."""
    content = content_senses(reading)
    return bool(content) and sum(not c.isdisjoint(spoken) for c in content) * 2 >= len(content)


@lru_cache(maxsize=KEPT)
def content_senses(reading: Reading) -> Scope:
    """What each content word of a source is found by."""
    return tuple(senses_of(low) for _, low in reading.content)


def spoken_senses(case: Case) -> frozenset[str]:
    """What the sentence's own words are found by."""
    return frozenset(
        s
        for p in case.said
        if case.tokens[p].kind == "word"
        for part in case.tokens[p].parts
        for s in senses_of(part)
    )


def safe_places(lows: Sequence[str], path: str, language: Language) -> frozenset[int]:
    """The places of set phrases that mean nothing of the kind."""
    listed = phrases(path, language)
    return frozenset(p for place in range(len(lows)) for p in range(place, place + match_at(lows, place, listed)))
