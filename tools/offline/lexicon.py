"""The word lists beside this module, as tables and as compiled patterns."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files


@cache
def load(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of the data file `<name>.toml` in this package; those of a table under `table.key`."""
    table = tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
    return dict(_lists(table, ""))


def any_of(entries: Iterable[str], *, cased: bool = False, begin: bool = False) -> re.Pattern[str]:
    """A pattern for whole words and phrases; an entry may hold a small pattern of its own.

    `begin` anchors it to the beginning of the text.
    """
    joined = "|".join(entries) or r"(?!)"
    anchor = r"\A" if begin else r"(?<!\w)"
    return re.compile(rf"{anchor}(?:{joined})(?!\w)", 0 if cased else re.IGNORECASE)


def _lists(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield prefix + key, tuple(str(entry) for entry in value)
