"""The word lists beside this module, as tables of strings and as compiled patterns."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from memory.errors import Invalid

HERE = Path(__file__).parent


@cache
def lists_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of `<name>.toml`, by key. One level; an entry may hold a small pattern of its own."""
    table = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
    for key, entries in table.items():
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            raise Invalid("A word list holds texts only.", where=f"{name}.toml, {key}")
    return {key: tuple(entries) for key, entries in table.items()}


def whole_words(entries: Iterable[str]) -> re.Pattern[str]:
    """A pattern, without case, for entries that stand as whole words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(entries) or '(?!)'})(?!\w)", re.IGNORECASE)


def anywhere(entries: Iterable[str]) -> re.Pattern[str]:
    """A pattern, without case, for entries at any place, within words too."""
    return re.compile("|".join(entries) or "(?!)", re.IGNORECASE)
