"""Content words, cut to a stem so that "exports" and "exporting" are one."""

from collections.abc import Sequence
from functools import cache, lru_cache

from memory.words import Language
from tools.proof.lexicon import groups, words
from tools.proof.tokens import Token
from tools.proof.units import unit

ENDINGS = (
    "ings", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s", "e", "y", "en", "er", "em", "n",
    "t", "st", "te", "ten", "ung", "ungen", "ons", "ez", "ent", "ée", "ées", "és", "é", "aux", "al",
    "x", "ment", "ation", "ations", "ion",
)  # fmt: skip
LONGEST_FIRST = tuple(sorted(ENDINGS, key=len, reverse=True))
KEPT = 7  # letters of a stem


@lru_cache(maxsize=16384)
def stem(low: str) -> str:
    """The beginning that forms of one word share."""
    low = low.replace("z", "s")  # modernize, modernise
    for ending in LONGEST_FIRST:
        if low.endswith(ending) and len(low) - len(ending) >= 4:
            return doubled(low.removesuffix(ending))[:KEPT]
    return low[:KEPT]


def doubled(cut: str) -> str:
    """`plann` is `plan`."""
    return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sle" else cut


@cache
def synonym_groups() -> dict[str, frozenset[int]]:
    """Each stem with the groups of synonyms that it stands in."""
    found: dict[str, set[int]] = {}
    for word, group in groups("synonyms").items():
        found.setdefault(stem(word), set()).add(group)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@lru_cache(maxsize=16384)
def senses_of(low: str) -> frozenset[str]:
    """All that a word is found by: its stem, its unit and its synonym groups."""
    cut = stem(low)
    return frozenset({cut, unit(low), *(f"~{group}" for group in synonym_groups().get(cut, ()))})


def content_stems(tokens: Sequence[Token], language: Language) -> list[tuple[int, str]]:
    """The places and words of what carries meaning: no function words, no signs, no numbers."""
    stop = words("stop", language)
    return [
        (place, token.low)
        for place, token in enumerate(tokens)
        if token.kind == "word" and len(token.low) > 1 and token.low not in stop and token.low[0] != "'"
    ]
