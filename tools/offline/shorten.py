"""How much of a long sentence is quoted: its longest beginning that says the same and stands alone."""

import re

from memory.words import Language
from tools.offline.words import Words, words_of

LONGEST: dict[Language, int] = {"en": 24, "de": 26, "fr": 28}  # words
SHORTEST = 6

_CLAUSE = re.compile(r"[,;:–—]\s")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_LONE_WORD = re.compile(r", \w+$")
_LIST_ITEM = re.compile(r",[^,]{2,60}$")


def quoted_length(text: str, language: Language) -> int:
    """How many characters of `text`, from its beginning, are quoted: all where it is short or cannot be cut."""
    limit = LONGEST[language]
    if len(text.split()) <= limit:
        return len(text)
    cuts = [m.start() for m in words_of(language).cut_before.finditer(text)]
    cut = next((cut for cut in reversed(cuts) if _stands_alone(text, cut, language)), len(text))
    return len(text[:cut].rstrip(" -–—,;:")) if cut < len(text) else cut


def _stands_alone(text: str, cut: int, language: Language) -> bool:
    """Whether `text[:cut]` is short enough, complete, and means what the whole says."""
    words, piece, rest = words_of(language), text[:cut], text[cut:]
    tokens = _WORD.findall(piece)
    if not SHORTEST <= len(piece.split()) <= LONGEST[language] or not tokens:
        return False
    return (
        tokens[-1].lower() not in words.dangling
        and not _LONE_WORD.search(piece)
        and bool(words.finite.search(piece) or words.we.search(piece))
        and not words.changes_meaning.search(rest)
        and not _says_half(piece, words)
        and not _cuts_a_list(piece, rest)
        and _closed(piece)
    )


def _says_half(piece: str, words: Words) -> bool:
    """Whether its last verb lacks what it governs, or its last clause denies what may have been cut away."""
    last_clause = _CLAUSE.split(piece)[-1]
    return bool(words.lacks_its_object.search(piece) or words.negates.search(last_clause))


def _cuts_a_list(piece: str, rest: str) -> bool:
    """Whether the cut lies inside an enumeration ("A, B | , and C"), whose tail belongs to it."""
    joins = re.match(r"[,;]? ?(?:and|or|und|oder|sowie|et|ou|ainsi que|as well as)\b", rest)
    return bool(joins and _LIST_ITEM.search(piece)) or bool(
        re.match(r"(?:,[^,]{1,40})+,? (?:and|or|und|oder|et|ou) ", rest)
    )


def _closed(piece: str) -> bool:
    """Whether every bracket and quotation mark that opens also closes."""
    brackets = (("(", ")"), ("[", "]"), ("«", "»"))
    curly = sum(map(piece.count, "„“”"))
    return (
        all(piece.count(a) <= piece.count(b) for a, b in brackets) and piece.count('"') % 2 == 0 and curly % 2 == 0
    )
