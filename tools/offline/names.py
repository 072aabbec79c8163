"""What a company and its product are called on its pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from urllib.parse import urlsplit

from tools.offline.lexicon import Pattern, any_of, load

MAX_MENTIONS = 2_000  # of a name on a page that are looked at
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

    company: Pattern
    any: Pattern


@lru_cache(maxsize=256)
def names_of(company: str, website: str, titles: tuple[str, ...], texts: tuple[str, ...]) -> Names:
    """The names of `company`, as its row, its domain and its pages' titles give them."""
    pages = [_Searched.of(text) for text in texts]
    names = dict.fromkeys(_company_names(company, website, titles, pages))
    spellings = [spelling for name in names for spelling in _spellings(name, pages)]
    products = [*_products(texts), *_last_word(without_legal_form(company), pages)]
    found = _pattern(spellings)
    return Names(company=found, any=_pattern([*spellings, *products]) if products else found)


@dataclass(frozen=True)
class _Searched:
    """A page's text, ready to be searched for words without case."""

    text: str
    lowered: str

    @classmethod
    def of(cls, text: str) -> Self:
        folded = fold(text)
        lowered = folded.lower()
        return cls(folded, lowered if len(lowered) == len(folded) else folded)

    def spellings(self, name: str) -> Iterator[str]:
        """How the page writes `name` where it stands as a whole word."""
        wanted, end = fold(name).lower(), 0
        for _ in range(MAX_MENTIONS):
            start = self.lowered.find(wanted, end)
            if start < 0:
                return
            end = start + len(wanted)
            if not (_is_letter(self.text[start - 1 : start]) or _is_letter(self.text[end : end + 1])):
                yield self.text[start:end]


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def fold(text: str) -> str:
    """`text` with one apostrophe; offsets stay."""
    return text.replace("’", "'").replace("‘", "'")


def _pattern(spellings: Sequence[str]) -> Pattern:
    ordered = sorted({fold(s) for s in spellings}, key=lambda s: (-len(s), s))
    return any_of([re.escape(s) for s in ordered], cased=True) if ordered else _NEVER


def _company_names(company: str, website: str, titles: Sequence[str], pages: Sequence[_Searched]) -> Iterator[str]:
    full = without_legal_form(company)
    if full:
        yield full
        head = re.split(r"\s+[-–—|]\s+|\s*[,(]\s*", full)[0]
        yield head
        yield from _first_word(head, pages)
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


def _first_word(name: str, pages: Sequence[_Searched]) -> Iterator[str]:
    """The first word of a longer name, unless the pages have it as an ordinary word."""
    first, _, rest = name.partition(" ")
    if rest and _stands_alone(first, pages):
        yield first


def _last_word(name: str, pages: Sequence[_Searched]) -> Iterator[str]:
    """The last word of a name whose first says nothing alone ("Transports Guillemot")."""
    first, _, rest = name.partition(" ")
    if rest and first.lower() in _GENERIC and _stands_alone(last := rest.rsplit(maxsplit=1)[-1], pages):
        yield last


def _stands_alone(word: str, pages: Sequence[_Searched]) -> bool:
    """Whether `word` can only be a name: capital, uncommon, and nowhere on the pages in lower case."""
    if len(word) < 3 or word.lower() in _GENERIC or not word[0].isupper():
        return False
    return word.lower() not in {spelling for page in pages for spelling in page.spellings(word)}


def _spellings(name: str, pages: Sequence[_Searched]) -> set[str]:
    """`name` as the pages write it, where they write it with a capital, and as it was given."""
    found = {spelling for page in pages for spelling in page.spellings(name)}
    given = {name} if not name.islower() or found == {name} else set()
    return {spelling for spelling in found if not spelling.islower()} | given


def _products(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        counts = Counter(_ODD_CAPITALS.findall(text))
        yield from (word for word, n in counts.items() if n >= PRODUCT_MENTIONS and word.lower() not in _OTHERS)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).lower()
