"""Which of our languages a page is written in. A page's own declaration is often a template's default."""

import re
from collections import Counter
from functools import lru_cache
from typing import cast

from memory.words import Language
from tools.offline.lexicon import load

SAMPLE = 6_000  # characters

_LISTS = load("language")
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=256)
def language_of(text: str, declared: str = "") -> Language | None:
    """The language of `text`; the declared one where the text is too short to tell; None for any other."""
    found = Counter(_WORD.findall(text[:SAMPLE].lower()))
    counts = {name: sum(found[word] for word in words) for name, words in _LISTS.items()}
    best = max(counts, key=lambda name: counts[name])
    if counts[best] < 2:
        best = declared[:2].lower() or ("en" if text.isascii() else "other")
    return cast(Language, best) if best in ("en", "de", "fr") else None
