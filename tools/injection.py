"""Sentences that address a language model: they are never quoted, whoever wrote them."""

import re
import unicodedata
from functools import cache

from tools.wordlists import anywhere, lists_of

MAX_LENGTH = 2_000  # characters of a sentence that are looked at


def is_instruction(sentence: str) -> bool:
    """Whether `sentence` tells a machine what to do ("Ignore all previous instructions"): English, German, French.

    Letters of other alphabets that look like Latin ones are not folded; the text is folded to NFKC.
    """
    return bool(_patterns("alone").search(_folded(sentence)))


def may_instruct(sentence: str) -> bool:
    """Whether `sentence` might speak to a machine, an innocent one now and then too: it is not shown to a model."""
    folded = _folded(sentence)
    return bool(_patterns("alone").search(folded) or _patterns("perhaps").search(folded))


def _folded(sentence: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", sentence[:MAX_LENGTH]).split())


@cache
def _patterns(key: str) -> re.Pattern[str]:
    return anywhere(
        rf"(?<!\w)(?:{pattern})" if pattern[0].isalpha() else pattern for pattern in lists_of("injection")[key]
    )
