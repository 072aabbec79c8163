"""Lists in pages. A cursor is where the last page ended, so that what comes or goes meanwhile moves nothing."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from memory.errors import Invalid

PAGE_LIMIT = 1_000
CURSOR = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a list; `next_cursor` asks for those after them, None at the end."""

    items: tuple[Item, ...]
    next_cursor: str | None


def place_of(cursor: str | None) -> str:
    """The place that a cursor names, "" for none; `Invalid` where no list gave it."""
    if cursor is not None and not CURSOR.fullmatch(cursor):
        raise Invalid("This is not a cursor of this list. Use the one that it gave.", where="cursor")
    return cursor or ""


def page_size(limit: int) -> int:
    """How many items a page may hold."""
    return max(1, min(limit, PAGE_LIMIT))


def next_cursor(place: bytes) -> str | None:
    """The cursor for what a script answered: a place, or nothing at the end."""
    return place.decode() or None
