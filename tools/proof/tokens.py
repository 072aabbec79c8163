"""Words, numbers and signs of a text, each with its place."""

import re
from dataclasses import dataclass
from typing import Literal

from tools.proof.lexicon import part_word

Kind = Literal["word", "number", "sign", "break"]

NUMERAL = r"(?<!\d)\d{1,3}(?:(?: {1,2}|[\u202f'])\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*"
WORD = r"(?:[^\W\d_]\.){2,}|[^\W\d_][^\W_]*(?:['’\-\u2010\u2011&][^\W_]+)*"
TOKEN = re.compile(rf"(?P<number>{NUMERAL})|(?P<word>{WORD})|(?P<break>\s*\n\s*)|(?P<sign>\S)")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign. `low` is how it is compared; `start` and `end` count in the folded text."""

    text: str
    low: str
    start: int
    end: int
    kind: Kind

    @property
    def capital(self) -> bool:
        """Whether it is written like a name."""
        return self.kind == "word" and (self.text[0].isupper() or any(c.isupper() for c in self.text[1:]))

    @property
    def parts(self) -> list[str]:
        """The words of a compound that hyphens join, and the compound."""
        return [self.low, *self.low.split("-")] if "-" in self.low else [self.low]


def tokenise(folded: str) -> list[Token]:
    """All tokens of a folded text, in order."""
    found: list[Token] = []
    for match in TOKEN.finditer(folded):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        text, start = match.group(), match.start()
        if kind == "word":
            found.extend(word_tokens(text, start))
        else:
            found.append(Token(text, text, start, match.end(), kind))
    return found


def word_tokens(text: str, start: int) -> list[Token]:
    """A word, its contraction or elision parted."""
    plain = text.replace("’", "'").replace("\u2010", "-").replace("\u2011", "-")
    if "'" not in plain:
        return [Token(text, plain.casefold(), start, start + len(text), "word")]
    tokens, cursor = [], 0
    for part in part_word(plain):
        cursor = plain.index(part, cursor)
        tokens.append(Token(part, part.casefold(), start + cursor, start + cursor + len(part), "word"))
        cursor += len(part)
    return tokens
