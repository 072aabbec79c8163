"""Websites as they are: read politely, within limits, and from the public internet alone."""

import ssl
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin

import certifi

from memory.errors import Malformed, NotFound, Refused, Unavailable
from memory.words import Clock, utc_now
from tools.addresses import shown
from tools.guard import Guard, Resolver, SystemResolver
from tools.permission import MAX_ROBOTS, ROBOTS_SECONDS, Permission
from tools.pinned_transport import PinnedTransport
from tools.politeness import Turns
from tools.redirects import Redirects
from tools.request import MAX_HEADERS, Answer, Head, Requests
from tools.request_url import WEB_PORTS, request_url
from tools.sitemaps import MAX_BYTES as MAX_SITEMAP
from tools.web import Document
from tools.wordlists import lists_of

PRODUCT = "Zigral"
LATER = (408, 425, 429)  # beside 5xx: what may be another answer another time


@dataclass(frozen=True)
class Limits:
    """How much of the world's patience and of ours a page may cost."""

    page: int = 5_000_000  # bytes, unpacked
    headers: int = MAX_HEADERS  # bytes
    robots: int = MAX_ROBOTS  # bytes
    sitemap: int = MAX_SITEMAP  # bytes, unpacked once
    redirects: int = 5
    seconds: float = 20.0  # for a page and all its redirects, without the waits for a turn
    robots_seconds: float = ROBOTS_SECONDS
    connect_seconds: float = 5.0
    silent_seconds: float = 10.0


class LiveWeb:
    """The `Web` that is out there. `contact` tells a site's owner whom to write to.

    It holds no connection between two pages, so that there is nothing to close.
    """

    def __init__(
        self,
        *,
        contact: str,
        version: str = "0",
        resolver: Resolver | None = None,
        guard: Guard | None = None,
        ports: Set[int] = WEB_PORTS,
        limits: Limits | None = None,
        turns: Turns | None = None,
        authorities: str | None = None,  # a file of certificates to trust in place of certifi's
        clock: Clock = utc_now,
    ) -> None:
        limits = limits or Limits()
        transport = PinnedTransport(
            resolver=resolver or SystemResolver(),
            guard=guard or Guard(),
            trusted=_trusting(authorities or certifi.where()),
        )
        requests = Requests(
            transport, user_agent(version, contact), limits.connect_seconds, limits.silent_seconds, limits.headers
        )
        self._redirects = Redirects(requests, turns or Turns(), ports, limits.redirects)
        self._permission = Permission(self._redirects, PRODUCT, limits.robots, limits.robots_seconds)
        self._html = frozenset(lists_of("decoding")["html_types"])
        self._limits = limits
        self._ports = ports
        self._clock = clock

    async def read(self, url: str) -> Document:
        """The page at `url` after its redirects, whole or not at all."""
        answer = await self._redirects.follow(
            url,
            seconds=self._limits.seconds,
            largest=self._limits.page,
            wanted=self._is_wanted,
            before=self._permission.pause_before,
        )
        if answer.cut:
            raise self._too_large(answer.url)
        return Document(answer.url, answer.content, _type_of(answer), "", self._clock())

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Those that robots.txt names, else `/sitemap.xml`, where most sites have it."""
        url = request_url(url, self._ports)
        return await self._permission.sitemaps_of(url) or (urljoin(url, "/sitemap.xml"),)

    async def read_sitemap(self, url: str) -> Document:
        """The sitemap at `url` after its redirects, up to a limit that cuts it and does not refuse it."""
        answer = await self._redirects.follow(
            url,
            seconds=self._limits.seconds,
            largest=self._limits.sitemap,
            wanted=_is_there,
            before=self._permission.pause_before,
        )
        return Document(answer.url, answer.content, _type_of(answer), "", self._clock())

    def _is_wanted(self, head: Head) -> bool:
        """True, or the reason why its content is not read."""
        _refuse_status(head)
        kind = _type_of(head).partition(";")[0].strip().lower()
        if kind and kind not in self._html:
            raise Malformed(f"{shown(head.url)} is not a web page ({shown(kind)}).")
        declared = head.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > self._limits.page:
            raise self._too_large(head.url)
        return True

    def _too_large(self, url: str) -> Malformed:
        return Malformed(f"{shown(url)} is larger than {self._limits.page:,} bytes and is not read.")


@cache
def _trusting(authorities: str) -> ssl.SSLContext:
    """Certificates and names are checked by default, and nothing here says otherwise."""
    return ssl.create_default_context(cafile=authorities)


def user_agent(version: str, contact: str) -> str:
    """Who we are and whom to write to, as one line of ASCII."""
    honest = "".join(letter for letter in contact if letter.isascii() and letter.isprintable())
    return f"{PRODUCT}/{version} (+{honest})"


def _is_there(head: Head) -> bool:
    _refuse_status(head)
    return True


def _type_of(head: Answer | Head) -> str:
    return head.headers.get("content-type", "")


def _refuse_status(head: Head) -> None:
    url, status = shown(head.url), head.status
    if status == 200:
        return
    if status in (404, 410):
        raise NotFound(f"There is no page at {url} ({status}). Correct the website.")
    if status >= 500 or status in LATER:
        wait = head.headers.get("retry-after", "")[:40]
        when = f"It asks to be left alone until then: Retry-After {shown(wait)}." if wait else "Try again later."
        raise Unavailable(f"{url} cannot answer now ({status}). {when}")
    if status >= 400:
        raise Refused(f"{url} does not let us read it ({status}).")
    raise Malformed(f"{url} answered with {status}, which is no page.")
