"""What a criterion of a profile asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from memory.profile import Criterion
from tools.offline import places
from tools.offline.lexicon import Pattern, any_of, load

Kind = Literal[
    "negated", "certified", "age", "hiring", "trial", "count",
    "countries", "where", "whom", "has", "attribute", "what", "other",
]  # fmt: skip

_LISTS = load("questions")
_KINDS: tuple[tuple[Kind, Pattern], ...] = tuple(
    (kind, any_of(_LISTS[f"kinds.{kind}"])) for kind in get_args(Kind) if f"kinds.{kind}" in _LISTS
)
_CONCEPTS = {
    name: (any_of(entries), _LISTS[f"concepts.{name}.signals"])
    for key, entries in _LISTS.items()
    if key.endswith(".asked") and (name := key.split(".")[1])
}
_PLAIN_KINDS = frozenset({"negated", "certified", "age", "hiring", "trial", "count"})
_OWNED = frozenset({"factory", "stores", "warehouse", "laboratory", "online"})
_WHAT_IT_IS = frozenset({"family", "independent", "nonprofit", "open_source", "funded", "remote"})
_BUYERS = frozenset({"businesses", "consumers", "health", "education", "public", "finance", "retail", "industry"})
_STANDARD = any_of(_LISTS["asked_standards"], cased=True)
_NUMBER = re.compile(r"\d[\d.,]*")
_IN_WORDS = {int(key.split(".")[1]): any_of(words) for key, words in _LISTS.items() if key.startswith("numbers.")}
_UNIT = re.compile(r"(?:\d[\d.,]*|hundred|ten|fifty|twenty|hundert|zehn|cent|dix)\s+(?:de\s+)?([^\W\d_]+)", re.I)
_FEWER, _BASE, _OFFICES, _EMPTY = (any_of(_LISTS[key]) for key in ("fewer", "base", "offices", "empty"))
_CONTENT = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Asked:
    """A question, taken apart."""

    kind: Kind
    signals: tuple[str, ...]
    related: tuple[str, ...]  # words that keep a "no" from being inferred
    concepts: frozenset[str]
    standards: tuple[str, ...]
    countries: frozenset[str]
    base: bool  # where it sits, and not only where it works
    offices: bool
    number: int | None
    fewer: bool
    unit: str
    stakes: bool  # a must or a never: a wrong answer loses a lead unseen


@lru_cache(maxsize=256)
def asked_by(criterion: Criterion) -> Asked:
    """What `criterion` asks, from its question and its signals."""
    question = criterion.question or ""
    named = frozenset(name for name, (pattern, _) in _CONCEPTS.items() if pattern.search(question))
    countries = places.countries_in(question)
    kind = _kind_of(question, named, bool(countries))
    concepts = named & _BUYERS if kind == "whom" else named - _BUYERS
    unit = _UNIT.search(question)
    return Asked(
        kind=kind,
        signals=_signals(criterion, concepts),
        related=tuple(word for name in sorted(concepts) for word in _LISTS.get(f"concepts.{name}.related", ())),
        concepts=concepts,
        standards=tuple(_STANDARD.findall(question)),
        countries=countries,
        base=bool(_BASE.search(question)),
        offices=bool(_OFFICES.search(question)),
        number=_number_in(question),
        fewer=bool(_FEWER.search(question)),
        unit=unit.group(1).lower() if unit else "",
        stakes=criterion.kind != "should",
    )


def _kind_of(question: str, concepts: frozenset[str], names_a_country: bool) -> Kind:
    found = [kind for kind, pattern in _KINDS if pattern.search(question)]
    first: Kind = found[0] if found else "other"
    if first in _PLAIN_KINDS:
        return first
    if concepts & _OWNED:
        return "has"
    if names_a_country or first in {"countries", "where"}:
        return "countries" if first == "countries" else "where"
    if concepts & _WHAT_IT_IS:
        return "attribute"
    if concepts & _BUYERS and "whom" in found:
        return "whom"
    return "what" if "what" in found and first in {"has", "attribute"} else first


def _signals(criterion: Criterion, concepts: frozenset[str]) -> tuple[str, ...]:
    """The criterion's own, and those of its subject; the question's words where there are neither."""
    known = [signal for name in sorted(concepts) for signal in _CONCEPTS[name][1]]
    return tuple(dict.fromkeys((*criterion.signals, *known))) or tuple(_content_words(criterion.question or ""))


def _content_words(question: str) -> Iterator[str]:
    yield from (word for word in _CONTENT.findall(question) if not _EMPTY.fullmatch(word))


def _number_in(question: str) -> int | None:
    found = _NUMBER.search(question)
    if found:
        return int(re.sub(r"\D", "", found.group()))
    return next((n for n, words in _IN_WORDS.items() if words.search(question)), None)
