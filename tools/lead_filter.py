"""Which leads are meant: by what their rows say, and by what the last run found of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from memory.records import Lead
from memory.result_lines import ResultRow
from tools.countries import codes_of, country_of
from tools.plain_words import folded, stem_of, words_of
from tools.wordlists import lists_of

SEVERAL = re.compile(r", (?:and |or )?| and | or | und | et ")
SMALL = frozenset(("of", "the", "and", "at", "in", "for", "de", "der", "die", "und", "et", "la", "le"))


@dataclass(frozen=True)
class LeadFilter:
    """All that is given must hold. A text holds where each of its words begins one of the lead's words.

    `place` may be a country, a region such as DACH, or a town, or several of them, of which one must hold; `words`
    may stand in any of the texts.
    """

    title: str = ""
    industry: str = ""
    company: str = ""
    place: str = ""
    words: str = ""
    language: str = ""
    employees_min: int | None = None
    employees_max: int | None = None
    has_website: bool | None = None
    status: frozenset[str] = frozenset()
    verdict: frozenset[str] = frozenset()
    min_score: int | None = None
    unread: bool | None = None  # no run has worked on it

    def holds(self, lead: Lead, result: ResultRow | None = None) -> bool:
        """Whether the lead is meant; `result` is what the last run found, None where there was none."""
        return self._row_holds(lead) and self._result_holds(result)

    def _row_holds(self, lead: Lead) -> bool:
        return (
            self._size_holds(lead.employees)
            and self._place_holds(lead)
            and (self.has_website is None or bool(lead.website) == self.has_website)
            and (not self.language or lead.language.casefold().startswith(self.language.casefold()))
            and has_words(self._wanted["title"], title_words(lead.title))
            and has_words(self._wanted["industry"], words_of(_trade(lead)) if self.industry else ())
            and has_words(self._wanted["company"], words_of(f"{lead.company} {lead.website} {lead.email}"))
            and has_words(self._wanted["words"], words_of(_texts(lead)) if self.words else ())
        )

    def _size_holds(self, employees: int | None) -> bool:
        if self.employees_min is None and self.employees_max is None:
            return True
        if employees is None:
            return False
        return (self.employees_min or 0) <= employees and (
            self.employees_max is None or employees <= self.employees_max
        )

    def _place_holds(self, lead: Lead) -> bool:
        if not self.place:
            return True
        own = folded(f"{lead.city} | {lead.location} | {lead.country}")
        return any(
            country_of(lead) in codes if (codes := codes_of(place)) else folded(place) in own
            for place in SEVERAL.split(self.place)
        )

    def _result_holds(self, result: ResultRow | None) -> bool:
        if self.unread is not None and self.unread != (result is None):
            return False
        if result is None:
            return not (self.status or self.verdict) and self.min_score is None
        return (
            (not self.status or result.status in self.status)
            and (not self.verdict or result.verdict in self.verdict)
            and (self.min_score is None or (result.score is not None and result.score >= self.min_score))
        )

    @cached_property
    def _wanted(self) -> dict[str, list[str]]:
        title = [word for word in words_of(self.title) if word not in SMALL]
        wanted = {
            "title": title,
            **{name: words_of(getattr(self, name)) for name in ("industry", "company", "words")},
        }
        return {name: [stem_of(word) for word in words] for name, words in wanted.items()}


def has_words(wanted: Sequence[str], words: Iterable[str]) -> bool:
    """Whether each wanted word begins one of the words."""
    have = list(words)
    return all(any(word.startswith(one) for word in have) for one in wanted)


def title_words(title: str) -> list[str]:
    """A job title's words, with what it is shortened to, and in full where it is short."""
    words = words_of(title)
    text = f" {' '.join(words)} "
    for short, longs in lists_of("titles").items():
        if short in words:
            words += longs[0].split()
        elif any(f" {long} " in text for long in longs):
            words.append(short)
    return words


def _trade(lead: Lead) -> str:
    """What says which trade the company is in."""
    return " ".join((lead.industry, lead.company, lead.note, *lead.extra.values()))


def _texts(lead: Lead) -> str:
    own = (lead.full_name, lead.first_name, lead.last_name, lead.company, lead.title, lead.industry, lead.website)
    places = (lead.email, lead.location, lead.city, lead.country, lead.note)
    return " ".join((*own, *places, *lead.extra.values()))
