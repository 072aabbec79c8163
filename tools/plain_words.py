"""Texts as they are compared: without case and accents, word by word."""

import re
import unicodedata

WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """`text` without case, accents and white space that means nothing."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def words_of(text: str) -> list[str]:
    """The folded words, in order."""
    return WORD.findall(folded(text))


def stem_of(word: str) -> str:
    """A folded word without the ending of a plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
