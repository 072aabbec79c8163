"""Which of our languages a page is read in."""

import re
from functools import lru_cache

from memory.words import Language
from tools.language import language_of
from tools.wordlists import lists_of

READ: tuple[Language, ...] = ("en", "de", "fr")

FEW = 40  # words: a shorter text may look like a language that it is not
SAMPLE = 6_000  # characters

_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=256)
def reading_language(text: str, declared: str = "") -> Language | None:
    """The language of `text`; None where it is none of ours. A few words are read as what they look like most."""
    code = language_of(text, declared)
    if code in READ:
        return next(language for language in READ if language == code)
    words, known = _WORD.findall(text[:SAMPLE].lower()), lists_of("language")
    likeness = {language: sum(word in known[language] for word in words) for language in READ}
    closest = max(READ, key=lambda language: likeness[language])
    others = sum(word in known.get(code, ()) for word in words)
    return closest if (not code or len(words) < FEW) and likeness[closest] >= others else None
