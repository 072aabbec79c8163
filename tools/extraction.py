"""From a page's bytes to the text that a reader sees on it. Pure and slow: run it through `tools.workers`."""

import logging
import re
from dataclasses import dataclass

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import extract as main_text

from memory.errors import Malformed
from tools.addresses import shown
from tools.decoding import decode_html
from tools.hiding_styles import hiding_of
from tools.language import language_of
from tools.page_links import Link, base_of, canonical_of, links_of
from tools.page_text import as_text, clean_lines, one_line, plain_description
from tools.plain_tree import make_plain
from tools.visible import keep_visible

logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # an empty page is no news on stderr

MAX_TAGS = 80_000  # a page of 238 kB has about 2,000
MAX_TITLE = 300  # characters
SHORT = 1_500  # under this many characters the other setting may have found more
MANY_ATTRIBUTES = re.compile(
    r"""<[A-Za-z][^\s/>]{0,50}+(?:[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+){200}"""
)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class PageText:
    """What a page says. `text` is a snapshot's: a line a block, the meta description first.

    `lang` is an ISO 639-1 code or "". `links` are to http and https addresses, absolute, each once.
    """

    title: str
    description: str
    lang: str
    text: str
    links: tuple[Link, ...] = ()
    canonical: str = ""


def extract(content: bytes, *, url: str, encoding: str = "", content_type: str = "") -> PageText:
    """The page in `content`; `Malformed` where it is no HTML, too large, or its letters cannot be told.

    The same bytes give the same text. Hidden text, consent dialogs, menus, footers, forms and tables are not in it.
    """
    root = _parsed(decode_html(content, url=url, encoding=encoding, content_type=content_type), url)
    title = one_line(_text_of(root.find(".//title")) or _meta(root, "og:title"))[:MAX_TITLE]
    description = plain_description(_meta(root, "description") or _meta(root, "og:description"))
    base = base_of(root, url)
    links, canonical = links_of(root, base), canonical_of(root, base)
    declared = root.get("lang") or root.get("xml:lang") or ""
    body = root.find("body")
    body = root if body is None else body
    keep_visible(body, hiding_of(root))
    make_plain(body)
    text = as_text(_lines_of(root), description)
    return PageText(title, description, language_of(text, declared), text, links, canonical)


def _parsed(markup: str, url: str) -> HtmlElement:
    if markup.count("<") > MAX_TAGS:
        raise Malformed(f"{shown(url)} has more than {MAX_TAGS:,} tags and is not read.")
    if MANY_ATTRIBUTES.search(markup):  # the parser compares each with each
        raise Malformed(f"{shown(url)} has a tag of 200 attributes or more and is not read.")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = document_fromstring(NOT_XML.sub("", markup).encode(), parser=parser)
    except (ParserError, ValueError) as error:
        raise Malformed(f"{shown(url)} is not a web page.") from error
    return root


def _lines_of(root: HtmlElement) -> list[str]:
    """The longer of two settings where the first, which finds more on most pages, found little."""
    lines = clean_lines(_main_text(root, generous=True))
    if sum(map(len, lines)) >= SHORT:
        return lines
    others = clean_lines(_main_text(root, generous=False))
    return max(lines, others, key=lambda found: sum(map(len, found)))


def _main_text(root: HtmlElement, *, generous: bool) -> str:
    return main_text(root, favor_recall=generous, include_comments=False, include_tables=False) or ""


def _meta(root: HtmlElement, name: str) -> str:
    for meta in root.iter("meta"):
        if name in ((meta.get("name") or "").lower(), (meta.get("property") or "").lower()) and meta.get("content"):
            return meta.get("content") or ""
    return ""


def _text_of(element: HtmlElement | None) -> str:
    return "" if element is None else str(element.text_content())
