"""Reading a site: the few pages of it that say what a company does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from memory.errors import Malformed, NotFound, Refused, Unavailable
from tools.addresses import canonical, registrable_domain, shown, web_address
from tools.doubts import doubt_about
from tools.extraction import PageText, extract
from tools.listed_pages import MOST, listed_pages
from tools.page_links import Link
from tools.site_links import TURN, Candidate, Kind, is_worthless, kind_of, ranked
from tools.web import Mapped, Web
from tools.workers import Workers

BEFORE_THE_GIVEN: tuple[Kind, ...] = ("about", "customers")
ENOUGH = 3  # telling links, from which on a sitemap is not worth a request


@dataclass(frozen=True)
class SitePage:
    """One page as it was read. `text` is what a snapshot keeps."""

    url: str
    fetched_at: datetime
    title: str
    lang: str
    text: str
    kind: Kind
    description: str = ""


@dataclass(frozen=True)
class SiteText:
    """A site's pages in reading order, each text once: about and customers first.

    `doubt` says why they may not be the company's own: such a lead needs a person. `skipped` has a sentence for
    each page that could not be read. `unread` are addresses of an earlier reading of which nothing is known this
    time: the site did not answer there, or the budget was spent.
    """

    pages: tuple[SitePage, ...]
    doubt: str | None = None
    skipped: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


async def read_site(
    web: Web, workers: Workers, website: str, company: str, *, budget: int = 5, again: Sequence[str] = ()
) -> SiteText:
    """What the site at `website` says, in at most `budget` requests, one after the other.

    The given page comes first, then the homepage, then the pages of an earlier reading (`again`), then those that
    look most telling: by their links, and where these are few, by a sitemap. What the first page raises is raised
    (`NotFound`, `Unavailable`, `Malformed`, `Refused`); a later page that fails is left out.
    """
    given = _given(website)
    reading = _Reading(web, workers, first=given, budget=max(1, budget))
    await reading.read_first(given)
    home = _home(given)
    if not reading.has_asked(home):
        await reading.try_to_read(home, "other")
    for url, kind in _in_turn(await reading.candidates(), again):
        await reading.try_to_read(url, kind)
    pages = [page for page in reading.pages if page.text]
    if not pages:
        raise Malformed(f"{shown(given)} has no text that can be read. Give another page of the site.")
    doubt = doubt_about((p.title for p in pages), (p.text for p in pages), company=company, website=given)
    ordered = sorted(pages, key=_turn_of(reading.pages[0]))
    return SiteText(tuple(ordered), doubt, tuple(reading.skipped), tuple(filter(reading.is_unknown, again)))


@dataclass
class _Reading:
    """One site while it is read: what was asked for, and what came of it."""

    web: Web
    workers: Workers
    first: str
    budget: int
    requests: int = 0
    asked: set[str] = field(default_factory=set)
    pages: list[SitePage] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    async def candidates(self) -> list[Candidate]:
        """The links worth following, and what a sitemap lists where too few of them tell anything."""
        found = await self._ranked()
        room = self.budget - self.requests
        telling = sum(candidate.kind in TURN for candidate in found)
        if not isinstance(self.web, Mapped) or room < 2 or telling >= min(room, ENOUGH):
            return found
        most = min(MOST, room - 1)
        listing = await listed_pages(self.web, self.workers, self.first, self.pages[0].lang, most=most)
        self.requests += listing.requests
        self.links.extend(listing.pages)
        self.skipped.extend([listing.skipped] if listing.skipped else [])
        return await self._ranked() if listing.pages else found

    async def _ranked(self) -> list[Candidate]:
        return await self.workers.run(ranked, self.links, site=self.first, lang=self.pages[0].lang)

    def is_unknown(self, url: str) -> bool:
        """Whether a page may be there, for all that was seen."""
        return not self.has_asked(url) or _page_of(url) in self.silent

    def has_asked(self, url: str) -> bool:
        return _page_of(url) in self.asked

    async def read_first(self, url: str) -> None:
        """The page that all depends on; its own address, after redirects, is the site's."""
        page, links = await self._read(url, kind_of(url))
        self.first = page.url
        self.pages.append(page)
        self.links.extend(links)

    async def try_to_read(self, url: str, kind: Kind) -> None:
        """A further page, unless the budget is spent, it was asked for, or its text is there already."""
        if self.requests >= self.budget or self.has_asked(url):
            return
        try:
            page, links = await self._read(url, kind)
        except (NotFound, Unavailable, Malformed, Refused) as error:
            self.skipped.append(str(error))
            if isinstance(error, Unavailable):
                self.silent.add(_page_of(url))
            return
        if page.text and all(page.text != other.text for other in self.pages):
            self.pages.append(page)
        if _page_of(url) == _page_of(_home(self.first)):
            self.links.extend(links)

    async def _read(self, url: str, kind: Kind) -> tuple[SitePage, tuple[Link, ...]]:
        self.requests += 1
        self.asked.add(_page_of(url))
        document = await self.web.read(url)
        if self.pages and registrable_domain(document.url) != registrable_domain(self.first):
            raise Refused(f"{shown(url)} leads to {shown(document.url)}, another site, and is not read.")
        self.asked.add(_page_of(document.url))
        read = await self.workers.run(
            extract,
            document.content,
            url=document.url,
            encoding=document.encoding,
            content_type=document.content_type,
        )
        return _page(document.url, document.fetched_at, read, kind), read.links


def _in_turn(candidates: Sequence[Candidate], again: Sequence[str]) -> list[tuple[str, Kind]]:
    """Those of an earlier reading first, in its order."""
    kinds = {_page_of(candidate.url): candidate.kind for candidate in candidates}
    before = [(url, kinds.get(_page_of(url), kind_of(url))) for url in again]
    return [*before, *((candidate.url, candidate.kind) for candidate in candidates)]


def _turn_of(given: SitePage) -> Callable[[SitePage], int]:
    """Sorts into reading order: about, customers, the given page, then the others as they were read."""

    def turn(page: SitePage) -> int:
        if page.kind in BEFORE_THE_GIVEN:
            return BEFORE_THE_GIVEN.index(page.kind)
        return len(BEFORE_THE_GIVEN) + (page is not given)

    return turn


def _page(url: str, fetched_at: datetime, read: PageText, kind: Kind) -> SitePage:
    return SitePage(url, fetched_at, read.title, read.lang, read.text, kind, read.description)


def _given(website: str) -> str:
    """The address to begin with: the homepage where the given one is a legal page, a login or a file."""
    if not website.strip():
        raise NotFound("The lead has no website. Add one, or leave the lead out.")
    url = website.strip() if "://" in website else f"https://{website.strip()}"
    web_address(url)
    return _home(url) if is_worthless(url) else url


def _home(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/", "", ""))


def _page_of(url: str) -> str:
    return canonical(url).partition("://")[2]
