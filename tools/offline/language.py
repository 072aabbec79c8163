"""Which of our languages a page is read in."""

import re
from functools import lru_cache

from memory.words import Language
from tools.language import language_of
from tools.wordlists import lists_of

READ: tuple[Language, ...] = ("en", "de", "fr")

_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=256)
def reading_language(text: str, declared: str = "") -> Language | None:
    """The language of `text`; None where it is another than ours. A few words are read as what they look like most."""
    code = language_of(text, declared)
    if code:
        return next((language for language in READ if language == code), None)
    words = _WORD.findall(text.lower())
    known = lists_of("language")
    return max(READ, key=lambda language: sum(word in known[language] for word in words))
