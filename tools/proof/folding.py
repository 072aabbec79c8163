"""Text made comparable: compatibility forms, hidden characters and look-alike letters are folded.

Offsets of the folded text lead back to the text as written.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from tools.proof.lexicon import text_of

HIDDEN = {
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE0080), 0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF,
    0xFFA0, 0x2122, 0x00AE, 0x00A9, 0x2120,
}  # fmt: skip
PLAIN = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿ’‘‚“”„«»–—€£§°]*")


@dataclass(frozen=True)
class Folded:
    """`text` folded; `starts[i]` and `ends[i]` are where its character i came from (None: the same place)."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the text as written of `text[start:end]`."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(written: str) -> Folded:
    """`written` with everything folded that a reader cannot tell apart."""
    if PLAIN.fullmatch(written):
        return Folded(written)
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in clusters(written):
        for character in folded_cluster(written[start:end]):
            text.append(character)
            starts.append(start)
            ends.append(end)
    return Folded("".join(text), starts, ends)


def clusters(written: str) -> list[tuple[int, int]]:
    """Each character together with the combining marks after it."""
    places = [i for i, c in enumerate(written) if not i or not unicodedata.combining(c)]
    return list(zip(places, [*places[1:], len(written)], strict=True))


def folded_cluster(cluster: str) -> str:
    """One visible character in its plainest form; "" for a hidden one."""
    if len(cluster) == 1 and cluster < "\u0100" and cluster != "\u00ad":
        return " " if cluster == "\u00a0" else cluster
    kept = "".join(c for c in cluster if ord(c) not in HIDDEN)
    plain = unicodedata.normalize("NFKC", kept)
    return "".join(digit(c) for c in plain.translate(lookalikes()))


def digit(character: str) -> str:
    """A decimal digit of any script as 0-9; a line separator as a line break."""
    if character in "\u2028\u2029\x85":
        return "\n"
    value = unicodedata.decimal(character, None) if character > "\x7f" else None
    return character if value is None else str(value)


@cache
def lookalikes() -> dict[int, int]:
    """Letters of other scripts, and the Latin ones that they pass for."""
    return str.maketrans(text_of("common", "lookalikes_from"), text_of("common", "lookalikes_to"))


def scripts(word: str) -> set[str]:
    """The scripts of the word's letters, by the first word of their names (LATIN, CYRILLIC, GREEK)."""
    letters = (c for c in unicodedata.normalize("NFKC", word) if c.isalpha())
    return {"LATIN" if c < "\u0250" else unicodedata.name(c, "?").split()[0] for c in letters}
