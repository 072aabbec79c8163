"""An interaction as an index knows it: what stands in front of its text, its pieces, its words."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from qdrant_edge import Bm25, Bm25Config, Language, StopwordsSet

from memory.records import Interaction
from memory.words import Kind

LAYOUT = 1  # raised whenever header, pieces or words are made in another way: every index is then made anew
PIECE = 400  # characters: with the header some 120 of the 128 tokens that the sentence model reads
PIECES = 8  # of one text; what comes after is found by its words alone
QUERY = 2_000  # characters
IN_FRONT: dict[Kind, str] = {
    "mail_sent": "mail to",
    "mail_received": "mail from",
    "note": "note on",
    "outcome": "outcome with",
    "decision": "decision on",
}
QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
SIGNATURE = re.compile(r"^-- ?$.*\Z", re.MULTILINE | re.DOTALL)


class Words(NamedTuple):
    """A sparse vector: the hashes of words, and a weight for each."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


def pieces_of(item: Interaction) -> list[str]:
    """What is turned into vectors: each piece with the header, without which a company's name finds nothing."""
    return [f"{_header(item)}{piece}" for piece in _pieces(_spoken(item.text))]


def words_of(item: Interaction) -> Words:
    """The words of all its text, weighed by BM25 but for their rarity, which the index knows."""
    found = _bm25().embed_document(f"{_header(item)}{_spoken(item.text)}")
    return Words(tuple(found.indices), tuple(found.values))


def words_of_query(query: str) -> Words:
    """The words that are asked for."""
    found = _bm25().embed_query(query)
    return Words(tuple(found.indices), tuple(found.values))


def clean_query(query: str) -> str:
    """The query, short and without what no index takes."""
    return query.encode("utf-8", "replace").decode().replace("\0", " ").strip()[:QUERY]


def _header(item: Interaction) -> str:
    return f"{IN_FRONT[item.kind]} {item.person_name or item.person}, {item.company or item.account}: "


def _spoken(text: str) -> str:
    """A mail without what it quotes and without its signature, unless nothing else is in it."""
    return SIGNATURE.sub("", QUOTED.sub("", text)).strip() or text


def _pieces(text: str) -> Iterator[str]:
    rest = " ".join(text.split())
    for _ in range(PIECES):
        if len(rest) <= PIECE:
            yield rest
            return
        end = rest.rfind(" ", 0, PIECE) + 1 or PIECE
        yield rest[:end].rstrip()
        rest = rest[end:]


@cache
def _bm25() -> Bm25:
    stopwords = StopwordsSet(languages={Language.English, Language.German, Language.French})
    return Bm25(Bm25Config(avg_len=32, ascii_folding=True, stopwords=stopwords))
