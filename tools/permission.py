"""Whether a host lets us read a page: its robots.txt, asked for once."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from memory.errors import Malformed, Refused, Unavailable
from tools.addresses import shown
from tools.politeness import PAUSE
from tools.redirects import Redirects
from tools.request import Answer, Head
from tools.robots import Robots, parse_robots

MAX_ROBOTS = 500_000  # bytes, as RFC 9309 asks for at least; what comes after is not read
ROBOTS_SECONDS = 10.0
HOSTS = 128  # whose robots.txt is remembered


@dataclass
class Permission:
    """Remembers what the last hosts said; whoever comes while a host is asked waits for its answer."""

    redirects: Redirects
    product: str  # the name that robots.txt calls us by
    largest: int = MAX_ROBOTS
    seconds: float = ROBOTS_SECONDS
    known: OrderedDict[str, Robots] = field(default_factory=OrderedDict)
    asking: dict[str, asyncio.Future[Robots]] = field(default_factory=dict)

    async def pause_before(self, url: str) -> float:
        """The seconds to leave between requests; `Refused` where the page, or robots.txt itself, is not for us.

        `Unavailable` where robots.txt does not answer: that is no yes.
        """
        robots = await self._robots_of(_robots_txt(url))
        parts = urlsplit(url)
        if not robots.allows(urlunsplit(("", "", parts.path, parts.query, ""))):
            raise Refused(f"{shown(url)} is not read: the site's robots.txt does not allow it.")
        return max(PAUSE, robots.delay)

    async def sitemaps_of(self, url: str) -> tuple[str, ...]:
        """Where the host of `url` says that its sitemaps are, as it says it."""
        return (await self._robots_of(_robots_txt(url))).sitemaps

    async def _robots_of(self, url: str) -> Robots:
        host = urlsplit(url).netloc
        if host in self.known:
            self.known.move_to_end(host)
            return self.known[host]
        if host not in self.asking:
            self.asking[host] = asyncio.ensure_future(self._learn(host, url))
            self.asking[host].add_done_callback(_heard)  # also where all who asked were stopped
        return await asyncio.shield(self.asking[host])

    async def _learn(self, host: str, url: str) -> Robots:
        try:
            robots = await self._ask(url)
        finally:
            del self.asking[host]
        self.known[host] = robots
        while len(self.known) > HOSTS:
            self.known.popitem(last=False)
        return robots

    async def _ask(self, url: str) -> Robots:
        try:
            answer = await self.redirects.follow(
                url, seconds=self.seconds, largest=self.largest, wanted=_is_there, before=_at_once
            )
        except (Unavailable, Malformed) as error:
            raise _ask_later(url) from error
        return self._read(answer)

    def _read(self, answer: Answer) -> Robots:
        if _is_there(answer):
            content = answer.content
            if answer.cut:
                content = content[: max(content.rfind(b"\n"), content.rfind(b"\r")) + 1]
            return parse_robots(_decoded(content), self.product)
        if 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
            return Robots()
        raise _ask_later(answer.url)


def _robots_txt(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))


def _decoded(content: bytes) -> str:
    """UTF-8, as it has to be; of UTF-16 and UTF-32 the letters between the zeros, lest a no be read as a yes."""
    return (
        content.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").decode("utf-8", "replace")
    )


def _is_there(head: Head) -> bool:
    return head.status == 200


def _heard(asking: asyncio.Future[Robots]) -> None:
    if not asking.cancelled():
        asking.exception()


async def _at_once(_: str) -> float:
    return PAUSE


def _ask_later(url: str) -> Unavailable:
    return Unavailable(f"{shown(url)} does not answer, so that nothing of the site is read. Ask later.")
