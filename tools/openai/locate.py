"""Where a quotation stands in a page: to the letter, or but for white space, quotation marks, dashes and case."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

FEWEST_WORDS, FEWEST_CHARS = 3, 12  # a shorter text stands anywhere and shows nothing
MARKS = dict.fromkeys('“”„‟«»‹›"', '"') | dict.fromkeys("‘’‚‛´`", "'") | dict.fromkeys("‐‑‒–—−", "-")
OUTER = " \t\n\"'“”„«»‘’…."


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of the first place of `quote` in `text`, or None."""
    sought = " ".join(quote.split())
    if len(sought) < FEWEST_CHARS or sought.count(" ") + 1 < FEWEST_WORDS:
        return None
    if (at := text.find(sought)) >= 0:
        return at, at + len(sought)
    folded, places = _folded(text)
    bare = _folded(sought.strip(OUTER))[0].strip()
    at = folded.find(bare) if len(bare) >= FEWEST_CHARS else -1
    return (places[at], places[at + len(bare) - 1] + 1) if at >= 0 else None


@lru_cache(maxsize=16)
def _folded(text: str) -> tuple[str, list[int]]:
    """`text` in one plain spelling, and for each of its letters the place that it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in _plain(text):
        letters.append(letter)
        places.append(place)
    return "".join(letters), places


def _plain(text: str) -> Iterator[tuple[int, str]]:
    after_space = False
    for place, sign in enumerate(text):
        if sign.isspace():
            if not after_space:
                yield place, " "
            after_space = True
            continue
        if unicodedata.category(sign) == "Cf":  # soft hyphens, zero-width signs
            continue
        after_space = False
        for letter in unicodedata.normalize("NFKC", MARKS.get(sign, sign)).casefold():
            yield place, letter
