"""The word lists beside this module, as tables and as compiled patterns."""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_CAPITAL = re.compile(r"(?<!\\)[A-ZÀ-ÖØ-Þ]|\(\?-i:")


@cache
def load(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of the data file `<name>.toml` in this package; those of a table under `table.key`."""
    table = tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
    return dict(_lists(table, ""))


@dataclass(frozen=True, slots=True)
class Uncased:
    """A pattern in small letters, looked for in the text in small letters: a third of `re.IGNORECASE`'s time.

    Offsets are those of the text; a match's `group` is in small letters.
    """

    pattern: re.Pattern[str]

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self.pattern.search(_small(text), start, end)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self.pattern.match(_small(text), start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.pattern.fullmatch(_small(text))

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        return self.pattern.finditer(_small(text), start, end)

    def findall(self, text: str) -> list[str]:
        return [found.group() for found in self.finditer(text)]


Pattern = re.Pattern[str] | Uncased


def any_of(entries: Iterable[str], *, cased: bool = False, begin: bool = False) -> Pattern:
    """A pattern for whole words and phrases; an entry may hold a small pattern of its own.

    `begin` anchors it to the beginning of the text. Entries in small letters are looked for fastest.
    """
    joined = "|".join(entries) or r"(?!)"
    anchor = r"\A" if begin else r"(?<!\w)"
    whole = rf"{anchor}(?:{joined})(?!\w)"
    if cased:
        return re.compile(whole)
    return re.compile(whole, re.IGNORECASE) if _CAPITAL.search(joined) else Uncased(re.compile(whole))


def _small(text: str) -> str:
    small = text.lower()
    return small if len(small) == len(text) else text


def _lists(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield prefix + key, tuple(str(entry) for entry in value)
