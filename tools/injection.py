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
    folded = " ".join(unicodedata.normalize("NFKC", sentence[:MAX_LENGTH]).split())
    return bool(_patterns().search(folded))


@cache
def _patterns() -> re.Pattern[str]:
    return anywhere(
        rf"(?<!\w)(?:{pattern})" if pattern[0].isalpha() else pattern for pattern in lists_of("injection")["alone"]
    )
