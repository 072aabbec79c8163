"""What a criterion of a profile asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from memory.profile import Criterion
from tools.offline import places
from tools.offline.lexicon import any_of, load

Kind = Literal[
    "negated", "certified", "age", "hiring", "trial", "count", "countries", "where", "whom", "has", "attribute", "what", "other",
]  # fmt: skip

_LISTS = load("questions")
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, any_of(_LISTS[f"kinds.{kind}"])) for kind in get_args(Kind) if f"kinds.{kind}" in _LISTS
)
_CONCEPTS = {
    key.split(".")[1]: (any_of(entries), _LISTS[f"concepts.{key.split('.')[1]}.signals"])
    for key, entries in _LISTS.items()
    if key.endswith(".asked")
}
_OWNED = frozenset({"factory", "stores", "warehouse", "laboratory"})
_WHAT_IT_IS = frozenset({"family", "independent", "nonprofit", "open_source", "funded", "remote"})
_BUYERS = frozenset({"businesses", "consumers", "health", "education", "public", "finance", "retail", "industry"})
_STANDARD = re.compile(
    r"\b(?:ISO(?:[ /-]?\d+)?|SOC ?2|HIPAA|GDPR|DSGVO|RGPD|PCI|FDA|EPA|TÜV|FSC|CE|NF|RGE|B Corp|HACCP|GMP)\b"
)
_NUMBER = re.compile(r"\d[\d.,]*")
_IN_WORDS = {"ten": 10, "zehn": 10, "dix": 10, "five": 5, "fünf": 5, "cinq": 5, "twenty": 20, "zwanzig": 20, "vingt": 20, "fifty": 50, "hundred": 100, "hundert": 100, "cent": 100, "decade": 10, "jahrzehnt": 10, "décennie": 10, "three": 3, "drei": 3, "trois": 3}  # fmt: skip
_FEWER = any_of(
    [
        "less than",
        "fewer than",
        "under",
        "younger",
        "after \\d{4}",
        "startup",
        "weniger als",
        "jünger",
        "moins de",
        "après \\d{4}",
        "since \\d{4}",
    ]
)
_UNIT = re.compile(
    r"(?:\d[\d.,]*|hundred|ten|fifty|twenty|hundert|cent|dix)\s+(?:de\s+)?([^\W\d_]+)", re.IGNORECASE
)
_BASE, _OFFICES = any_of(_LISTS["base"]), any_of(_LISTS["offices"])
_CONTENT = re.compile(r"[^\W\d_]{4,}")
_EMPTY = any_of(_LISTS["empty"]) if "empty" in _LISTS else any_of([])


@dataclass(frozen=True)
class Asked:
    """A question, taken apart."""

    kind: Kind
    signals: tuple[str, ...]
    concepts: frozenset[str]
    standards: tuple[str, ...]
    countries: frozenset[str]
    number: int | None
    fewer: bool
    unit: str
    base: bool  # where it sits, and not only where it works
    offices: bool
    related: tuple[str, ...]  # words that keep a "no" from being inferred
    stakes: bool  # a wrong "no" loses a lead unseen, a wrong "yes" too


@lru_cache(maxsize=256)
def asked_by(criterion: Criterion) -> Asked:
    """What `criterion` asks, from its question and its signals."""
    question = criterion.question or ""
    named = frozenset(name for name, (pattern, _) in _CONCEPTS.items() if pattern.search(question))
    countries = places.countries_in(question)
    kind = _kind_of(question, named, bool(countries))
    concepts = named & _BUYERS if kind == "whom" else named - _BUYERS
    known = tuple(signal for name in sorted(concepts) for signal in _CONCEPTS[name][1])
    signals = tuple(dict.fromkeys((*criterion.signals, *known))) or tuple(_content_words(question))
    return Asked(
        kind=kind,
        signals=signals,
        concepts=concepts,
        standards=tuple(_STANDARD.findall(question)),
        countries=countries,
        number=_number_in(question),
        fewer=bool(_FEWER.search(question)),
        unit=unit.group(1).lower() if (unit := _UNIT.search(question)) else "",
        base=bool(_BASE.search(question)),
        offices=bool(_OFFICES.search(question)),
        related=tuple(word for name in concepts for word in _LISTS.get(f"concepts.{name}.related", ())),
        stakes=criterion.kind != "should",
    )


def _kind_of(question: str, concepts: frozenset[str], names_a_country: bool) -> Kind:
    found = [kind for kind, pattern in _KINDS if pattern.search(question)]
    first = found[0] if found else "other"
    if first in {"negated", "certified", "age", "hiring", "trial", "count"}:
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


def _number_in(question: str) -> int | None:
    found = _NUMBER.search(question)
    if found:
        return int(re.sub(r"\D", "", found.group()))
    return next((n for word, n in _IN_WORDS.items() if re.search(rf"\b{word}", question, re.IGNORECASE)), None)


def _content_words(question: str) -> Iterator[str]:
    """The words of a question that has no signals and no known subject."""
    yield from (word for word in _CONTENT.findall(question) if not _EMPTY.fullmatch(word))
