"""A fact together with how it can be said, and what a seller sees in it at a glance."""

import re
from dataclasses import dataclass
from functools import cached_property

from memory.records import Fact
from memory.words import Language
from tools.offline.clauses import Said
from tools.offline.wording import Wording, found_in, wording

GOOD = 1.5  # the offline engine's points from which a fact is good, and not only useful

_FIGURE = re.compile(r"\d ?%|\d\+|\d times\b|\b\d{1,3}(?:[,.  ]\d{3})+\b|(?<![-\w])\d{2,3}(?= [a-zäöüé]{4,})")
_CERTIFIED = re.compile(r"\b(?:ISO|EN|DIN|TÜV|[Cc]ertif|[Zz]ertif)")


@dataclass(frozen=True)
class Telling:
    """What a letter says of one fact."""

    fact: Fact
    language: Language | None  # of the quotation; None where it cannot be told
    said: Said
    points: float = 0.0  # how well it is written about

    @property
    def words(self) -> Wording:
        """The words of its language; English where that cannot be told."""
        return wording(self.language or "en")

    @property
    def is_weak(self) -> bool:
        """Whether the engine itself calls the fact useful and no more."""
        return self.fact.score is not None and self.fact.score < GOOD

    @property
    def has_figure(self) -> bool:
        """Whether a figure stands in it that is worth naming as one; a year or a size is none."""
        return bool(_FIGURE.search(self.said.text))

    @cached_property
    def is_history(self) -> bool:
        """Whether it says how long there has been a company, and so nothing of its work."""
        quote = self.fact.quote
        since = re.search(rf"\b{self.words.since} (?:1[89]|20)\d\d\b", quote, re.IGNORECASE)
        told = re.search(rf"\b(?:{'|'.join(self.words.history)})(?!\w)", quote, re.IGNORECASE)
        return bool(told or (since and not _CERTIFIED.search(quote)))

    @property
    def is_certificate(self) -> bool:
        """Whether it names a standard that is met: worth knowing, and nothing to begin a talk with."""
        return bool(_CERTIFIED.search(self.fact.quote))

    @cached_property
    def is_aside(self) -> bool:
        """Whether it is about the staff, the surroundings or a joke, and not about what is sold to whom."""
        return bool(re.search(rf"\b(?:{'|'.join(self.words.aside)})(?!\w)", self.fact.quote, re.IGNORECASE))

    @cached_property
    def boasts(self) -> int:
        """How many words of praise stand in it."""
        return len(found_in(self.said.text, self.words.praise))

    @cached_property
    def vague(self) -> int:
        """How many words stand in it that say next to nothing."""
        return len(found_in(self.said.text, self.words.vague))

    @property
    def in_marks(self) -> bool:
        """Whether it is said in quotation marks, wholly or in part."""
        return self.said.form != "reported" or "“" in self.said.text
