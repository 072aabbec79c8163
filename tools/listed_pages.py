"""Finding the pages that a site lists in its sitemaps, in a request or two."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urljoin, urlsplit

from memory.errors import Malformed, NotFound, Refused, Unavailable
from tools.addresses import registrable_domain, shown, web_address
from tools.page_links import Link
from tools.sitemaps import Sitemap, read_sitemap
from tools.web import Mapped
from tools.wordlists import lists_of
from tools.workers import Workers

MOST = 2  # requests: an index of sitemaps, and the most telling of them
NEVER = 8  # the rank of what lists nothing that is worth a page


@dataclass
class Listing:
    """The pages that were found, and what finding them cost."""

    pages: tuple[Link, ...] = ()
    requests: int = 0
    skipped: str = ""  # why there may be more


async def listed_pages(web: Mapped, workers: Workers, site: str, lang: str, *, most: int = MOST) -> Listing:
    """What the site of the page `site` lists, in at most `most` requests; nothing where it lists nothing.

    Of several sitemaps the one whose name promises most is read: pages before products, never single posts. Only
    those on the same registered domain are.
    """
    listing = Listing()
    try:
        waiting = _promising(await web.sitemaps(site), site, lang)
        asked: set[str] = set()
        while waiting and listing.requests < most and not listing.pages:
            address = waiting.pop(0)
            asked.add(address)
            listing.requests += 1
            found = await _read(web, workers, address, site)
            listing.pages = found.pages
            further = _promising((link.url for link in found.sitemaps), site, lang)
            waiting = [child for child in further if child not in asked] or waiting
    except NotFound:
        pass  # most sites have none
    except (Unavailable, Malformed, Refused) as error:
        listing.skipped = str(error)
    return listing


async def _read(web: Mapped, workers: Workers, url: str, site: str) -> Sitemap:
    document = await web.read_sitemap(url)
    if registrable_domain(document.url) != registrable_domain(site):
        raise Refused(f"{shown(url)} leads to {shown(document.url)}, another site, and is not read.")
    return await workers.run(read_sitemap, document.content, url=document.url)


def _promising(addresses: Iterable[str], site: str, lang: str) -> list[str]:
    """Those of the same site that may list what a company says of itself, the likeliest first."""
    ours = [found for address in addresses if (found := _of_the_site(address, site))]
    ranked = sorted((_rank(address, lang), at, address) for at, address in enumerate(dict.fromkeys(ours)))
    return [address for rank, _, address in ranked if rank < NEVER]


def _of_the_site(address: str, site: str) -> str:
    """The whole address, or "" where it is none of this site."""
    try:
        whole = urljoin(site, address)
        web_address(whole)
    except (ValueError, Refused, Malformed):
        return ""
    return whole if registrable_domain(whole) == registrable_domain(site) else ""


def _rank(address: str, lang: str) -> int:
    words = [word for word in re.split(r"[\W\d_]+", unquote(urlsplit(address).path).lower()) if word]
    if _any(words, "sitemaps_never"):
        return NEVER
    languages = [word for word in words if word in lists_of("site")["language_codes"]]
    foreign = bool(languages) and lang not in languages
    return 4 * foreign + (0 if _any(words, "sitemaps_first") else 1 if _any(words, "sitemaps_second") else 2)


def _any(words: list[str], key: str) -> bool:
    return any(_pattern(key).fullmatch(word) for word in words)


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile("|".join(lists_of("site")[key]))
