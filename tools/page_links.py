"""The links of a page, as absolute addresses that may be read."""

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from lxml.html import HtmlElement

from memory.errors import Malformed, Refused
from tools.addresses import web_address
from tools.page_text import one_line

MAX_LINKS = 2_000
MAX_ANCHOR = 200  # characters
MAX_PLAIN = 1_000
PLAIN = re.compile(r"https?://[a-z0-9.-]+(?:[/?][!-~]*)?")  # nothing to resolve, nothing to refuse
WEB = re.compile(r"\s*(?:https?:|//|[^:]*$|[^:/?#]*[/?#])", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """An http or https address without its fragment, and the words it stands under."""

    url: str
    anchor_text: str


def links_of(root: HtmlElement, base: str) -> tuple[Link, ...]:
    """The first `MAX_LINKS` links, each address once, under the first words that it has."""
    found: dict[str, str] = {}
    resolved: dict[str, str] = {}
    for anchor in root.iter("a", "area"):
        href = anchor.get("href") or ""
        if href not in resolved:
            resolved[href] = _absolute(href, base)
        url = resolved[href]
        if url and not found.get(url):
            found[url] = _words_of(anchor)
        if len(found) == MAX_LINKS:
            break
    return tuple(Link(url, words) for url, words in found.items())


def base_of(root: HtmlElement, url: str) -> str:
    """What relative links are relative to."""
    base = root.find(".//base[@href]")
    return (_absolute(base.get("href") or "", url) if base is not None else "") or url


def canonical_of(root: HtmlElement, base: str) -> str:
    """The address that the page gives as its own, or ""."""
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical":
            return _absolute(link.get("href") or "", base)
    return ""


def _absolute(href: str, base: str) -> str:
    if not href or href.startswith("#") or not WEB.match(href):
        return ""
    if len(href) < MAX_PLAIN and PLAIN.fullmatch(href):
        return href.partition("#")[0]
    try:
        url = urldefrag(urljoin(base, href.strip())).url
        web_address(url)
    except (ValueError, Refused, Malformed):
        return ""
    return url


def _words_of(anchor: HtmlElement) -> str:
    """The link's text, else its image's or its label: these guide us and are quoted nowhere."""
    text = one_line(str(anchor.text_content())[: 5 * MAX_ANCHOR])
    image = anchor.find(".//img[@alt]")
    return (text or one_line(anchor.get("title") or (image.get("alt") if image is not None else "") or ""))[
        :MAX_ANCHOR
    ]
