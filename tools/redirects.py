"""From an address to what it leads to in the end, each hop checked anew and in its turn."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin, urlsplit

from memory.errors import Malformed, Refused
from tools.addresses import shown
from tools.guard import PrivateAddress
from tools.politeness import Turns
from tools.request import Answer, Head, Requests
from tools.request_url import WEB_PORTS, request_url

REDIRECTS = (301, 302, 303, 307, 308)

Before = Callable[[str], Awaitable[float]]  # asks whether an address may be read; the pause before it, in seconds


@dataclass(frozen=True)
class Redirects:
    """Follows at most `most` redirects. A turn at a host lasts for one request alone."""

    requests: Requests
    turns: Turns
    ports: Set[int] = WEB_PORTS
    most: int = 5

    async def follow(
        self, url: str, *, seconds: float, largest: int, wanted: Callable[[Head], bool], before: Before
    ) -> Answer:
        """The answer that is no redirect. `seconds` are for all hops together, without the waits for a turn."""
        first = url
        for hop in range(self.most + 1):
            try:
                url = request_url(url, self.ports)
                pause = await before(url)
                async with self.turns.turn(_host(url), pause):
                    begun = monotonic()
                    answer = await self.requests.get(
                        url, seconds=seconds, largest=largest, wanted=lambda head: is_last(head) and wanted(head)
                    )
                    seconds -= monotonic() - begun
            except PrivateAddress as error:
                if not hop:
                    raise
                raise PrivateAddress(f"{shown(first)} is not read: redirect to a private address.") from error
            if is_last(answer):
                return answer
            url = next_url(answer)
        raise Refused(f"{shown(first)} is not read: too many redirects (more than {self.most}).")


def next_url(answer: Answer) -> str:
    """Where a redirect leads, which may be nowhere that is read."""
    try:
        return urljoin(answer.url, answer.headers["location"].strip())
    except ValueError as error:
        raise Malformed(f"{shown(answer.url)} redirects to what is no web address.") from error


def is_last(head: Head) -> bool:
    return head.status not in REDIRECTS or not head.headers.get("location")


def _host(url: str) -> str:
    """Whose turn it is: a host with and without `www.` is one."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
