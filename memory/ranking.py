"""How well interactions answer a query: by meaning and by words, how long ago, and whose words they are."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from memory.embedding import Vectors
from memory.interaction_index import Hit
from memory.interaction_words import Words
from memory.interactions import Recalled
from memory.records import Interaction

MEANING, WORDS = 0.6, 0.4  # their shares; 0.5 to 0.7 for the meaning find as much
FADING, HALF_LIFE = 0.3, 180.0  # an old one loses at most 0.3; days
SENT = 0.8  # mails of ours are mostly templates, and crowd out the answers


def ranked(hits: Sequence[Hit], items: Mapping[UUID, Interaction], now: datetime, limit: int) -> list[Recalled]:
    """The best of `hits`, best first; where two are alike, the newer first, then the lesser id."""
    most = max((hit.words for hit in hits), default=0.0) or 1.0
    found = [Recalled(item, _score(hit, most) * _weight(item, now)) for hit in hits if (item := items.get(hit.id))]
    found.sort(key=lambda one: (-round(one.score, 9), -one.interaction.at.timestamp(), one.interaction.id))
    return found[:limit]


def near(items: Sequence[Interaction], rows: Sequence[Vectors], probe: Vectors) -> list[float]:
    """The nearness of each item's best piece to the query's vector, -1 to 1."""
    return [float(np.max(row @ probe)) for _, row in zip(items, rows, strict=True)]


def worded(documents: Sequence[Words], query: Words) -> list[float]:
    """BM25 of each document, rarity counted within these documents."""
    held = Counter(index for document in documents for index in document.indices)
    total = len(documents)
    rarity = {i: math.log(1 + (total - held[i] + 0.5) / (held[i] + 0.5)) for i in query.indices}
    return [
        sum(value * rarity[index] for index, value in zip(*document, strict=True) if index in rarity)
        for document in documents
    ]


def all_finite(rows: Vectors) -> bool:
    """Whether every number is one."""
    return bool(np.isfinite(rows).all())


def packed(rows: Vectors) -> bytes:
    """Vectors as they are kept beside a record: half precision, which changes no ranking."""
    return rows.astype("<f2").tobytes()


def unpacked(data: bytes, size: int) -> Vectors | None:
    """The vectors again, or None where these bytes are none."""
    if not data or len(data) % (2 * size):
        return None
    return np.frombuffer(data, dtype="<f2").reshape(-1, size).astype(np.float32)


def _score(hit: Hit, most: float) -> float:
    return MEANING * min(1.0, max(0.0, hit.meaning)) + WORDS * min(1.0, max(0.0, hit.words) / most)


def _weight(item: Interaction, now: datetime) -> float:
    days = max(0.0, (now - item.at).total_seconds() / 86_400)
    fresh = 1 - FADING + FADING * math.exp2(-days / HALF_LIFE)
    return fresh * (SENT if item.kind == "mail_sent" else 1.0)
