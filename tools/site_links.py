"""Which links of a site lead to what a company says of itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Literal
from urllib.parse import unquote, urlsplit

from memory.errors import Malformed, Refused
from tools.addresses import ascii_host, canonical, registrable_domain
from tools.page_links import Link
from tools.wordlists import lists_of

Kind = Literal["about", "customers", "products", "news", "other", "careers"]
KINDS: tuple[Kind, ...] = ("about", "customers", "products", "news", "careers")
TURN: tuple[Kind, ...] = ("about", "customers", "products", "news")
MAX_DEPTH = 4  # segments of a path
MAX_WORDS = 6  # of an anchor: a longer one is a teaser
NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Candidate:
    """A page worth reading, and what it seems to be."""

    url: str
    kind: Kind
    rank: tuple[int, ...]


def ranked(links: Iterable[Link], *, site: str, lang: str) -> list[Candidate]:
    """The links worth following from `site`, best first: one of each kind in turn, careers last.

    Only pages of the same registered domain and language; never legal pages, logins, carts, files, calendars.
    """
    by_page: dict[str, Candidate] = {}
    for position, link in enumerate(links):
        candidate = _candidate(link, position, site, lang)
        if candidate is not None:
            by_page.setdefault(canonical(candidate.url).partition("://")[2], candidate)
    ordered = sorted(by_page.values(), key=lambda candidate: candidate.rank)
    of_kind = {kind: [page for page in ordered if page.kind == kind] for kind in (*TURN, "other", "careers")}
    in_turn = (page for row in zip_longest(*(of_kind[kind] for kind in TURN)) for page in row if page is not None)
    return [*in_turn, *of_kind["other"], *of_kind["careers"]]


def is_worthless(url: str) -> bool:
    """Whether an address is of a kind that is never read (a legal page, a login, a file)."""
    parts = urlsplit(url)
    return any(_matches("never", segment) for segment in _segments(parts.path)) or _is_asset(parts.path)


def kind_of(url: str, anchor_text: str = "") -> Kind:
    """What a page seems to be, by the words that lead to it and by its path."""
    segments = _segments(urlsplit(url).path)
    anchor = _plain(anchor_text)
    nearest = [text for text in (anchor, segments[-1] if segments else "") if text]
    for text in [*nearest, *segments[:-1]]:
        for kind in KINDS:
            if _matches(kind, text):
                return kind
    return "news" if any(_matches("blog", text) for text in nearest) else "other"


def _candidate(link: Link, position: int, site: str, lang: str) -> Candidate | None:
    parts, anchor = urlsplit(link.url), _plain(link.anchor_text)
    if not _same_site(link.url, site) or is_worthless(link.url) or _matches("never", anchor):
        return None
    if _in_another_language(link, site, lang) or _endless().search(f"{parts.path}?{parts.query}".lower()):
        return None
    depth, kind = len(_segments(parts.path)), kind_of(link.url, link.anchor_text)
    long = len(anchor.split()) > MAX_WORDS
    if depth > MAX_DEPTH or depth == 0:
        return None
    if kind == "other" and (long or not anchor or depth > 2 or parts.query):
        return None
    away = ascii_host(parts.hostname or "") != ascii_host(urlsplit(site).hostname or "")
    return Candidate(link.url, kind, (away, long, bool(parts.query), depth, position))


def _same_site(url: str, site: str) -> bool:
    try:
        canonical(url)
    except (Refused, Malformed):
        return False
    if registrable_domain(url) != registrable_domain(site):
        return False
    host = urlsplit(url).hostname or ""
    return host == urlsplit(site).hostname or host.partition(".")[0] not in _set_of("never_hosts")


def _in_another_language(link: Link, site: str, lang: str) -> bool:
    ours, theirs = _language_prefix(site), _language_prefix(link.url)
    if theirs:
        return theirs not in {ours, lang}
    return _matches("languages", _plain(link.anchor_text))


def _language_prefix(url: str) -> str:
    first = urlsplit(url).path.strip("/").partition("/")[0].lower()
    code = re.split(r"[-_]", first)[0] if len(first) in (2, 5) else ""
    return code if code in _set_of("language_codes") else ""


def _segments(path: str) -> list[str]:
    """A path's parts as words, without an ending such as `.html` and without a language's code."""
    bare = re.sub(r"\.(?:html?|php|aspx?|jsp)$", "", unquote(path).lower())
    parts = [part for part in bare.split("/") if part and part not in {"index", "home", "default"}]
    return [_plain(part) for part in parts if not (len(part) in (2, 5) and part[:2] in _set_of("language_codes"))]


def _plain(text: str) -> str:
    return NOT_WORD.sub(" ", text.lower()).strip()


def _is_asset(path: str) -> bool:
    ending = path.rpartition("/")[2].rpartition(".")
    return bool(ending[1]) and bool(_pattern("assets").fullmatch(ending[2].lower()))


def _matches(key: str, text: str) -> bool:
    return bool(text) and bool(_pattern(key).fullmatch(text))


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile("|".join(lists_of("site")[key]))


@cache
def _endless() -> re.Pattern[str]:
    return re.compile("|".join(lists_of("site")["endless"]))


@cache
def _set_of(key: str) -> frozenset[str]:
    return frozenset(lists_of("site")[key])
