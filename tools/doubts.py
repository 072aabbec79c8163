"""Why a page's company may not be one to write to: parked, closed, or never named on it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from urllib.parse import urlsplit

from cleanco import basename  # type: ignore[import-untyped]

from tools.addresses import ascii_host, domain_stem, shown
from tools.lead_address import is_misleading
from tools.offline.sentences import split
from tools.wordlists import lists_of, whole_words

PARKED_LENGTH = 2_500  # characters; a longer text is a site's own, whatever it sells
MOST_CLOSED = 20  # phrases of closing on a page that are looked at
WORD = re.compile(r"[^\W_]+")
PART = re.compile(r"\s+[-–—|/]\s+|\s*[(,;]\s*")


def doubt_about(titles: Iterable[str], texts: Iterable[str], *, company: str, website: str) -> str | None:
    """A sentence that says why these pages may not be those of `company`, or None."""
    titles, texts = list(titles), list(texts)
    parked = next((found for pair in zip(titles, texts, strict=True) if (found := _parked(*pair))), None)
    if parked:
        return f"{shown(website)} seems to be parked or unfinished (“{parked}”). Check the website."
    closed = next((found for text in texts if (found := _closed(text, company, website))), None)
    if closed:
        return f"Its page says that the company has closed (“{closed}”). Check before you write."
    if not is_named("\n".join([*titles, *texts]), company=company, website=website):
        name = shown(company.strip()) or shown(domain_stem(website))
        return f"The pages at {shown(website)} never name {name}. Check that the website is theirs."
    return None


def doubt_about_domain(email: str, website: str) -> str | None:
    """A sentence that names the domain that is not what it looks like (M3), or None."""
    for domain in (email.rpartition("@")[2], urlsplit(website).hostname or ""):
        if is_misleading(domain):
            return (
                f"The domain {shown(ascii_host(domain))} has letters of two alphabets, or such as only look Latin. "
                "Check whose it is before you write."
            )
    return None


def is_named(text: str, *, company: str, website: str) -> bool:
    """Whether `text` has the company's name, or its domain's where that is much the same."""
    words = _words(text)
    joined, spaced = "".join(words), f" {' '.join(words)} "
    return any(_stands_in(name, joined, spaced) for name in _names(company, website))


def _parked(title: str, text: str) -> str:
    if len(text) > PARKED_LENGTH:
        return ""
    found = _phrases("parked").search(f"{title}\n{text}")
    return " ".join(found[0].split()) if found else ""


def _closed(text: str, company: str, website: str) -> str:
    """The phrase by which a page says that its own company is no more; "" where there is none."""
    for found in islice(_phrases("closed").finditer(text), MOST_CLOSED):
        said = _sentence_at(text, found.start())
        itself = _phrases("itself").search(said) or is_named(said, company=company, website=website)
        if itself and "?" not in said and not _phrases("not_closed").search(said):
            return " ".join(found[0].split())
    return ""


def _sentence_at(text: str, place: int) -> str:
    start = text.rfind("\n", 0, place) + 1
    line = text[start:].partition("\n")[0]
    return next((s.text for s in split(line) if s.end > place - start), line)


def _names(company: str, website: str) -> Iterator[list[str]]:
    """Spellings of the name as lists of words: whole, its parts, its telling words, and the domain's stem."""
    stem = _words(domain_stem(website))
    if not company.strip():
        yield [word for word in stem if word not in _common()] or stem
        return
    for part in [company, *PART.split(company)]:
        whole = _words(basename(part) or part)
        telling = [word for word in whole if word not in _common()]
        yield whole if telling or len(whole) > 1 else []
        yield telling
        yield ["".join(telling)] if len(telling) > 1 else []
    if _resembles("".join(stem), _words(company)):
        yield stem


def _resembles(stem: str, words: list[str]) -> bool:
    """Whether a domain was made from a name: the one holds the other's telling word, or its initials."""
    telling = [word for word in words if word not in _common()]
    initials = "".join(word[0] for word in words)
    return bool(stem) and (
        any(len(word) > 2 and word in stem for word in telling)
        or (len(stem) > 3 and stem in "".join(words))
        or (len(stem) > 2 and initials.startswith(stem))
    )


def _stands_in(name: list[str], joined: str, spaced: str) -> bool:
    if not name:
        return False
    together = "".join(name)
    return f" {' '.join(name)} " in spaced or (len(together) > 5 and together in joined)


def _words(text: str) -> list[str]:
    """The words without case and accents; an apostrophe joins (McCollister's)."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).casefold()
    return WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


@cache
def _common() -> frozenset[str]:
    return frozenset(word for entry in lists_of("doubts")["common"] for word in _words(entry))


@cache
def _phrases(key: str) -> re.Pattern[str]:
    return whole_words(lists_of("doubts")[key])
