"""The clauses of a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from memory.words import Language
from tools.proof.lexicon import common, words
from tools.proof.tokens import Token

BORDERS = frozenset(",;:()–—[]…")
JOINERS = common("sets.joiners")


@dataclass(frozen=True, slots=True)
class Clause:
    """`tokens[first:last]`, the `number`th clause."""

    number: int
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first


def split_clauses(tokens: Sequence[Token], language: Language) -> list[Clause]:
    """The clauses, cut at signs and before a joiner that a new subject follows."""
    subjects = (
        words("statements.you", language)
        | words("statements.your", language)
        | words("statements.sender", language)
    )
    clauses: list[Clause] = []
    start = 0
    for place, token in enumerate(tokens):
        sign = token.text in BORDERS or (token.text == "-" and spaced(tokens, place)) or token.kind == "break"
        joins = token.low in JOINERS and place > start and followed_by(tokens, place, subjects)
        joins = joins and tokens[place - 1].low not in ("so", "afin", "pour", "now")
        joins = joins or (token.low in THAT and place > start and tokens[place - 1].low in words("frame", language))
        if not sign and not joins:
            continue
        if place > start:
            clauses.append(Clause(len(clauses), start, place))
        start = place + 1 if sign else place
    if start < len(tokens) or not clauses:
        clauses.append(Clause(len(clauses), start, len(tokens)))
    return clauses


THAT = frozenset(("that", "dass", "que", "qu"))


def spaced(tokens: Sequence[Token], place: int) -> bool:
    """Whether a hyphen stands between spaces, as a dash."""
    return 0 < place < len(tokens) - 1 and tokens[place - 1].end < tokens[place].start


def followed_by(tokens: Sequence[Token], place: int, subjects: frozenset[str]) -> bool:
    after = tokens[place + 1 : place + 3]
    return any(token.low in subjects or token.low in ("it", "they") for token in after)
