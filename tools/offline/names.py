"""What a company and its product are called on its pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from tools.offline.lexicon import any_of, load

PRODUCT_MENTIONS = 8  # a word in odd capitals that a page has so often is its product's name

_DATA = load("names")
_LEGAL_FORM = re.compile(rf"[\s,]+(?:{'|'.join(_DATA['legal_forms'])})\.?\)?$", re.IGNORECASE)
_GENERIC = frozenset(_DATA["generic"])
_OTHERS = frozenset(_DATA["others_products"])
_ODD_CAPITALS = re.compile(r"\b(?=\w*[a-z])\w*[a-zA-Z][A-Z]\w*\b")
_TITLE_PARTS = re.compile(r"\s[|–—:·-]\s|\s?[|]\s?")
_NOT_LETTERS = re.compile(r"[\W_]+")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Names:
    """Patterns that find the company, and the company or its product."""

    company: re.Pattern[str]
    any: re.Pattern[str]


@lru_cache(maxsize=256)
def names_of(company: str, website: str, titles: tuple[str, ...], texts: tuple[str, ...]) -> Names:
    """The names of `company`, as its row, its domain and its pages' titles give them."""
    spellings = [s for name in _company_names(company, website, titles, texts) for s in _spellings(name, texts)]
    products = [*_products(texts), *_last_word(without_legal_form(company), texts)]
    return Names(company=_pattern(spellings), any=_pattern([*spellings, *products]))


def fold(text: str) -> str:
    """`text` with one apostrophe; offsets stay."""
    return text.replace("’", "'").replace("‘", "'")


def _pattern(spellings: Sequence[str]) -> re.Pattern[str]:
    ordered = sorted({fold(s) for s in spellings}, key=lambda s: (-len(s), s))
    return any_of([re.escape(s) for s in ordered], cased=True) if ordered else _NEVER


def _company_names(company: str, website: str, titles: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    full = without_legal_form(company)
    if full:
        yield full
        head = re.split(r"\s+[-–—|]\s+|\s*[,(]\s*", full)[0]
        yield head
        yield from _first_word(head, texts)
    stem = domain_stem(website)
    if len(stem) >= 3:
        yield from _stem_names(stem)
        yield from (part.strip() for t in titles for part in _TITLE_PARTS.split(t) if _letters(part) == stem)


def without_legal_form(company: str) -> str:
    """ "Acme Holding GmbH & Co. KG" as "Acme Holding"."""
    name = " ".join(company.split())
    for _ in range(3):
        name = _LEGAL_FORM.sub("", name).strip(" ,.(&")
    return name


def domain_stem(website: str) -> str:
    """ "https://www.get-acme.co.uk/x" as "getacme": the label that a company chose."""
    host = (urlsplit(website if "//" in website else f"//{website}").hostname or "").lower()
    labels = [label for label in host.split(".") if label != "www"]
    if len(labels) < 2:
        return ""
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"co", "com", "org", "net", "ac", "gov"}
    return _letters(labels[-3] if short else labels[-2])


def _stem_names(stem: str) -> Iterator[str]:
    yield stem
    yield from (
        stem.removeprefix(p) for p in _DATA["domain_prefixes"] if stem.startswith(p) and len(stem) > len(p) + 3
    )
    yield from (
        stem.removesuffix(s) for s in _DATA["domain_suffixes"] if stem.endswith(s) and len(stem) > len(s) + 3
    )


def _first_word(name: str, texts: Sequence[str]) -> Iterator[str]:
    """The first word of a longer name, unless the pages have it as an ordinary word."""
    first, _, rest = name.partition(" ")
    if rest and _stands_alone(first, texts):
        yield first


def _last_word(name: str, texts: Sequence[str]) -> Iterator[str]:
    """The last word of a name whose first says nothing alone ("Transports Guillemot")."""
    first, _, rest = name.partition(" ")
    if rest and first.lower() in _GENERIC and _stands_alone(last := rest.rsplit(maxsplit=1)[-1], texts):
        yield last


def _stands_alone(word: str, texts: Sequence[str]) -> bool:
    """Whether `word` can only be a name: capital, uncommon, and nowhere on the pages in lower case."""
    if len(word) < 3 or word.lower() in _GENERIC or not word[0].isupper():
        return False
    ordinary = re.compile(rf"(?<!\w){re.escape(word.lower())}(?!\w)")
    return not any(ordinary.search(text) for text in texts)


def _spellings(name: str, texts: Sequence[str]) -> set[str]:
    """`name` as the pages write it, where they write it with a capital, and as it was given."""
    loose = re.compile(rf"(?<!\w){re.escape(fold(name))}(?!\w)", re.IGNORECASE)
    found = {match for text in texts for match in loose.findall(fold(text))}
    return (
        {spelling for spelling in found if not spelling.islower()}
        | ({name} if not name.islower() else set())
        | ({name} if found == {name} else set())
    )


def _products(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        counts = Counter(_ODD_CAPITALS.findall(text))
        yield from (word for word, n in counts.items() if n >= PRODUCT_MENTIONS and word.lower() not in _OTHERS)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).lower()
