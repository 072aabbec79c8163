"""What a page's address says of it: the company, its customers, its news, one product, or the law."""

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from tools.offline.lexicon import load
from tools.site_links import kind_of as kind_of_link

PageKind = Literal["home", "about", "customers", "news", "product", "legal", "other"]

_LISTS = load("pages")
_ARTICLE_NUMBER = re.compile(r"(?:^|[-/])\d{3,}[-.]|-\d{3,}\.html?$|\d{4,}\.html?$")
_LANGUAGE = re.compile(r"^(?:en|de|fr|en-[a-z]{2}|de-[a-z]{2}|fr-[a-z]{2})$")


def kind_of_page(url: str) -> PageKind:
    """The kind of the page at `url`."""
    path = unquote(urlsplit(url).path).lower().rstrip("/")
    parts = [part.partition(".")[0].replace("_", "-") for part in path.split("/") if part]
    parts = [part for part in parts if not _LANGUAGE.match(part)]
    if not parts:
        return "home"
    for kind in ("legal", "about", "customers", "news", "product"):
        if not set(parts).isdisjoint(_LISTS[kind]):
            return kind
    return "product" if _ARTICLE_NUMBER.search(path) else _by_its_link(url)


def _by_its_link(url: str) -> PageKind:
    """What the words of its path say, by the lists that choose which links are followed."""
    kind = kind_of_link(url)
    return kind if kind in {"about", "customers", "news"} else "other"
