"""The index of the interactions: a port. It holds no text, and can be thrown away and made again at any time.

It knows of an interaction its id, its vectors, its words as hashes, and what it can be filtered by: the account,
the person as an id, kind, campaign, outcome and time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from memory.embedding import Vectors
from memory.interaction_words import Words
from memory.interactions import ANYWHERE, Where
from memory.records import Interaction, lead_id_of

KEYWORDS = ("account", "person", "kind", "campaign", "outcome")
WORDS_NAME = "bm25"
CANDIDATES = 64  # that each of the two ways of searching brings, at least


@dataclass(frozen=True)
class Point:
    """One interaction, as an index takes it. `rows` are the vectors of its pieces, at least one."""

    id: UUID
    rows: Vectors
    words: Words
    fields: dict[str, str]

    @classmethod
    def of(cls, item: Interaction, rows: Vectors, words: Words) -> "Point":
        """The interaction without its text."""
        fields = {
            "account": item.account,
            "person": lead_id_of(item.person),
            "kind": item.kind,
            "campaign": item.campaign,
            "outcome": item.outcome or "",
            "at": item.at.isoformat(),
        }
        return cls(item.id, rows, words, fields)


@dataclass(frozen=True)
class Probe:
    """A query: a vector, and words."""

    row: Vectors
    words: Words


class Hit(NamedTuple):
    """How near an interaction is: by meaning from -1 to 1, by words from 0 upwards."""

    id: UUID
    meaning: float
    words: float


class Mark(BaseModel):
    """What an index was made of, and how far it has followed the log of the records."""

    model_config = ConfigDict(frozen=True)

    layout: int
    model: str
    log_id: str
    seq: int = 0

    def goes_on_from(self, other: "Mark | None") -> bool:
        """Whether an index with that mark can be added to: the same log, never behind, and made in the same way."""
        return other is not None and self.model_copy(update={"seq": other.seq}) == other and other.seq <= self.seq


class Index(Protocol):
    """One index. `Conflict` where somebody else holds it, `Malformed` where it is damaged and must be made anew."""

    async def mark(self) -> Mark | None:
        """How far it is; None where it is empty or was never finished being made."""
        ...

    async def put(self, points: Sequence[Point], mark: Mark | None = None) -> None:
        """Take the points in, each in place of an older one; seen from now on, and on disk with the mark."""
        ...

    async def remove(self, ids: Sequence[UUID], mark: Mark | None = None) -> None:
        """Drop them. Of the embedded index no byte of them stays on disk."""
        ...

    async def search(self, probe: Probe, where: Where, limit: int) -> list[Hit]:
        """Those that are nearest by meaning and those that are nearest by words, `limit` of each, unranked."""
        ...

    async def count(self, where: Where = ANYWHERE) -> int:
        """How many points there are."""
        ...

    async def clear(self) -> None:
        """Throw everything away and begin empty."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


def conditions(where: Where) -> dict[str, list[str]]:
    """What a point's fields must be one of."""
    given: dict[str, list[str]] = {
        "account": [where.account] if where.account else [],
        "person": [lead_id_of(where.person)] if where.person else [],
        "kind": [*sorted(where.kinds)],
        "campaign": [where.campaign] if where.campaign is not None else [],
        "outcome": [*sorted(where.outcomes)],
    }
    return {name: values for name, values in given.items() if values}


def joined(meanings: dict[UUID, float], words: dict[UUID, float]) -> list[Hit]:
    """Both ways of searching in one list."""
    return [Hit(each, meanings.get(each, 0.0), words.get(each, 0.0)) for each in meanings | words]
