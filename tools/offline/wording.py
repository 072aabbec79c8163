"""Words that a sober letter does without, and which language a text is in."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from memory.words import Language
from tools.offline.turning import words_of


class Wording(BaseModel):
    """The table of one language in `wording.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hype: tuple[str, ...]
    flattery: tuple[str, ...]
    pushy: tuple[str, ...]
    vague: tuple[str, ...]
    pointing: frozenset[str]  # first words of a sentence that leans on the one before it
    dangling: frozenset[str]  # last words of a sentence that was cut off
    calls: tuple[str, ...]  # what bids the page's reader do something
    common: frozenset[str]
    history: tuple[str, ...]
    aside: tuple[str, ...]
    since: str
    back: str
    opinion: str
    materials: tuple[str, ...]

    @property
    def praise(self) -> tuple[str, ...]:
        """All that flatters, presses or boasts."""
        return self.hype + self.flattery + self.pushy


@cache
def wording(language: Language) -> Wording:
    """The words of `language`."""
    return _all()[language]


@cache
def role_words() -> frozenset[str]:
    """What stands in a name's place where an address is a desk's and not a person's."""
    return frozenset(_tables()["roles"])


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "wording.toml").read_text(encoding="utf-8"))


@cache
def _all() -> dict[Language, Wording]:
    tables = _tables()
    return {"en": Wording(**tables["en"]), "de": Wording(**tables["de"]), "fr": Wording(**tables["fr"])}


def found_in(text: str, listed: tuple[str, ...]) -> list[str]:
    """Which of the listed words and phrases stand in `text`, as whole words, without case."""
    return [match.group() for match in _pattern(listed).finditer(text.replace("’", "'"))]


@cache
def _pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    entries = "|".join(re.escape(entry.replace("’", "'")) for entry in sorted(listed, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{entries})(?![\w-])", re.IGNORECASE)


def language_of_text(text: str) -> Language | None:
    """The language whose commonest words are the most, or None where too few are there to tell."""
    words = [word.lower() for word in words_of(text[:4000])]
    counts: dict[Language, int] = {
        language: sum(word in table.common for word in words) for language, table in _all().items()
    }
    best, second = sorted(counts, key=lambda language: -counts[language])[:2]
    return best if counts[best] >= 2 and counts[best] > counts[second] else None


def is_cut_off(text: str, language: Language) -> bool:
    """Whether `text` ends where a sentence cannot: after "and", "of", a comma."""
    stripped = text.rstrip(' .!?…”“»’"')
    words = words_of(stripped)
    if re.search(r":\s*\d+$", stripped):
        return True
    return stripped.endswith((",", ";", ":", "(", "-", "–", "—")) or bool(
        words and words[-1].lower() in wording(language).dangling
    )
