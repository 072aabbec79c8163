"""The sentences that stand around a company's own, by language, and the choice among them."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from memory.words import About, Language

Lines = tuple[str, ...]
OpeningForm = Literal["reported", "quoted", "line", "summary"]
T = TypeVar("T")
_SHARED = frozenset(
    {"that", "your", "page", "site", "webs", "votr", "vous", "ihre", "ihne", "seit", "steh", "what"}
)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ByTone(_Table):
    """A line for each tone of an offer."""

    plain: str
    warm: str
    formal: str
    nameless: str = ""


class Answering(_Table):
    """What stands before the answer to a mail, and before the answer to one of its questions."""

    thanks: Lines
    asked: Lines


class PageNames(_Table):
    """What a page is called, by what its address says."""

    any: Lines
    home: Lines
    about: Lines
    topic: Lines


class Second(_Table):
    """How a second fact is brought in: from the same page, from further down there, from another."""

    same: Lines
    later: Lines
    other: Lines


class Subjects(_Table):
    """Subject lines, by what they are built from."""

    topic: Lines
    what: Lines
    sender: Lines
    company: Lines
    plain: Lines


class Topics(_Table):
    """What of a fact may stand in a subject: a number and its noun, or one of the phrases (patterns)."""

    nouns: Lines
    bounds: frozenset[str]
    phrases: Lines


class Colleague(_Table):
    """Titles of people who may have to ask somebody else."""

    titles: frozenset[str]


class Templates(_Table):
    """The data file of one language."""

    quotes: tuple[str, str, str, str]  # outer and inner marks
    question: str
    what: str
    audience: str
    lead_in: Lines
    bridge: Lines
    show: Lines
    hand_off: Lines
    no_pressure: Lines
    greeting: ByTone
    sign_off: ByTone
    answer: Answering
    page: PageNames
    opening: Mapping[OpeningForm, Mapping[str, Lines]]
    second: Mapping[Literal["reported", "quoted"], Second]
    subjects: Subjects
    topics: Topics
    colleague: Colleague

    def openings(self, form: OpeningForm, about: About, has_figure: bool, is_weak: bool) -> Lines:
        """The openings that suit a fact."""
        table = self.opening[form]
        if is_weak and "modest" in table:
            return table["modest"]
        figure = table.get("figure", ()) if has_figure else ()
        return (*figure, *table.get(about, ()), *table["any"])

    def quoted(self, text: str) -> str:
        """`text` in quotation marks, those inside turned into the inner ones, and a full stop."""
        outer_left, outer_right, inner_left, inner_right = self.quotes
        inside = text
        for mark in '“”„«»"':
            inside = inside.replace(mark, "\0")
        parts = inside.split("\0")
        joined = parts[0] + "".join(
            (inner_left if i % 2 == 0 else inner_right) + part for i, part in enumerate(parts[1:])
        )
        return f"{outer_left}{joined}{outer_right}."


@cache
def templates(language: Language) -> Templates:
    """The sentences of `language`."""
    path = files(__package__) / f"templates_{language}.toml"
    return Templates.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Choice:
    """Chooses by a hash of the address: always the same for one lead, different for its neighbours."""

    key: str
    round: int = 0

    def unlike(self, said: str, options: Lines, slot: str) -> str:
        """One of `options` that shares no telling word with what was just said, if there is one."""
        heard = _telling_words(said)
        return self.of(tuple(option for option in options if not _telling_words(option) & heard) or options, slot)

    def of(self, options: Sequence[T], slot: str) -> T:
        """One of `options`; on a later round, the next one."""
        digest = hashlib.sha256(f"{slot}\0{self.key}".encode("utf-8", "replace")).digest()
        return options[(int.from_bytes(digest[:8]) + self.round) % len(options)]


def _telling_words(text: str) -> set[str]:
    """The verbs of a template, near enough: how its longer words begin that it need not share with others."""
    words = re.findall(r"[^\W\d_]{4,}", re.sub(r"\{\w+\}|[“„«].*", "", text).lower())
    return {word[:4] for word in words} - _SHARED
