"""A letter as pieces that know what they rest on, and the body and claims they make."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from memory.records import Claim
from tools.offline.turning import count

Source = Literal["fact", "lead", "offer"]


@dataclass(frozen=True)
class Piece:
    """One sentence, or a line, and what carries it; without a source it states nothing."""

    text: str
    source: Source | None = None
    fact_ids: tuple[str, ...] = ()

    @cached_property
    def words(self) -> int:
        return count(self.text)


Paragraph = tuple[Piece, ...]


def body_and_claims(paragraphs: Iterable[Paragraph], ending: str) -> tuple[str, tuple[Claim, ...]]:
    """The body, signature included, with a claim for each piece that rests on something."""
    body = ""
    claims: list[Claim] = []
    for paragraph in paragraphs:
        for index, piece in enumerate(paragraph):
            body += " " if index else "\n\n" if body else ""
            if piece.source:
                span = (len(body), len(body) + len(piece.text))
                claims.append(Claim(start=span[0], end=span[1], fact_ids=piece.fact_ids, source=piece.source))
            body += piece.text
    return f"{body}\n\n{ending}", tuple(claims)


def words_in(paragraphs: Iterable[Paragraph]) -> int:
    """How many words stand from the greeting to the question."""
    return sum(piece.words for piece in _pieces(paragraphs))


def _pieces(paragraphs: Iterable[Paragraph]) -> Iterator[Piece]:
    for paragraph in paragraphs:
        yield from paragraph
