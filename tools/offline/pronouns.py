"""Words that stand for what another sentence named: such a sentence says nothing when it stands alone."""

import re

from tools.offline.words import Words

_NEXT_CLAUSE = re.compile(
    r"[,;:–—]\s|\s(?:and|or|but|that|which|who|before|after|when|while|to|und|oder|aber|et|ou|mais|qui|que)\s"
)


def points_out(text: str, words: Words) -> bool:
    """Whether a pronoun or an adverb has nothing before it to stand for: "81 percent of them", "assembly there"."""
    if words.points_out.match(text):
        return True
    them, there = words.of_several.search(text), words.of_a_place.search(text)
    if them and not words.several.search(_earlier_clauses(text[: them.start()])):
        return True
    return there is not None and not words.a_place.search(text, 0, there.start())


def _earlier_clauses(text: str) -> str:
    """`text` without its last clause: within one, "them" is never what that clause names."""
    last = max((clause.start() for clause in _NEXT_CLAUSE.finditer(text)), default=0)
    return text[:last]
