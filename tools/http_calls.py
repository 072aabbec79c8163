"""Calling an address of the public web for somebody who wrote down the call, such as a workflow's step.

What such a call may not do: reach anything but the public internet, on any hop; take a password, a cookie or a key
to another site than the one that it was meant for; or bring back more than there is room for.
"""

import asyncio
import ssl
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic
from typing import Literal, Protocol
from urllib.parse import urlsplit

import certifi
from pydantic import JsonValue

from memory.errors import Malformed, NotFound, Refused, TooLarge
from memory.json_values import written
from tools.addresses import PORTS, shown
from tools.guard import Guard, PrivateAddress, Resolver, SystemResolver
from tools.http_answers import HttpAnswer, is_readable, read_answer
from tools.http_headers import checked_headers, kept_elsewhere, without_content
from tools.pinned_transport import PinnedTransport
from tools.redirects import is_last, next_url
from tools.request import Answer, Question, Requests
from tools.request_url import WEB_PORTS, request_url

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
SAFE = ("GET", "HEAD")  # what may follow a redirect to another site


@dataclass(frozen=True)
class HttpCall:
    """What is asked, of whom. `json` of None sends no content. What may hold a key is in no repr."""

    url: str = field(repr=False)
    method: Method = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: JsonValue = field(default=None, repr=False)


class HttpCalls(Protocol):
    """Calls addresses."""

    async def call(self, asked: HttpCall) -> HttpAnswer:
        """What came back, whatever its status.

        `Invalid` for a header or a value that cannot be sent, `Refused` for an address that must not be called,
        `NotFound` without such a host, `Unavailable` without an answer (which does not say that nothing was
        done there), `Malformed` for one that cannot be read.
        """
        ...


@dataclass(frozen=True)
class ClosedCalls:
    """No web at all, as where Zigral works from saved pages."""

    why: str = "Zigral works without the web here. Set ZIGRAL_WEB=live to allow calls."

    async def call(self, asked: HttpCall) -> HttpAnswer:
        """Refuses each."""
        raise Refused(f"{site_of(asked.url)} was not called. {self.why}")


@dataclass(frozen=True)
class CallLimits:
    """How much one call may cost."""

    content: int = 5_000_000  # bytes of an answer, unpacked
    sent: int = 1_000_000  # bytes
    redirects: int = 5
    seconds: float = 60.0  # for all hops
    connect_seconds: float = 5.0
    silent_seconds: float = 30.0  # without a byte
    at_once: int = 20  # calls of this process; more wait their turn


@dataclass(frozen=True)
class LiveCalls:
    """The public web. Each hop's name is resolved and checked anew, and only what was checked is connected to."""

    version: str = "0"
    ports: Set[int] = WEB_PORTS
    limits: CallLimits = CallLimits()
    resolver: Resolver = field(default_factory=SystemResolver)
    guard: Guard = field(default_factory=Guard)
    authorities: str | None = None  # a file of certificates to trust in place of certifi's

    async def call(self, asked: HttpCall) -> HttpAnswer:
        question = await asyncio.to_thread(self._question, asked)
        async with self._turns:
            answer = await self._follow(question)
        if answer.cut:
            raise Malformed(f"{site_of(answer.url)} answered with more than {self.limits.content:,} bytes.")
        without = asked.method == "HEAD"
        return await asyncio.to_thread(read_answer, answer, site_of(answer.url), without=without)

    def _question(self, asked: HttpCall) -> Question:
        headers = checked_headers(asked.headers)
        if asked.json is None:
            return Question(asked.url, asked.method, headers)
        content = written(asked.json, "json").encode()
        if len(content) > self.limits.sent:
            raise TooLarge(f"It is larger than {self.limits.sent:,} bytes. Send less.", where="json")
        return Question(asked.url, asked.method, {"content-type": "application/json", **headers}, content)

    async def _follow(self, asked: Question) -> Answer:
        first, seconds = site_of(asked.url), self.limits.seconds
        for hop in range(self.limits.redirects + 1):
            begun = monotonic()
            try:
                asked = replace(asked, url=self._checked(asked.url))
                answer = await self._ask(asked, seconds)
            except PrivateAddress:
                why = "redirect to a private address" if hop else "it leads to a private address"
                raise PrivateAddress(f"{first} must not be called: {why}.") from None
            if is_last(answer):
                return answer
            seconds -= monotonic() - begun
            asked = _after(asked, answer)
        raise Refused(f"{first} must not be called: too many redirects (more than {self.limits.redirects}).")

    async def _ask(self, asked: Question, seconds: float) -> Answer:
        try:
            return await self._requests.send(
                asked,
                seconds=seconds,
                largest=self.limits.content,
                wanted=lambda head: is_last(head) and is_readable(head),
            )
        except NotFound:
            raise NotFound(f"There is no host of {site_of(asked.url)}. Correct the address.") from None

    def _checked(self, url: str) -> str:
        """The one spelling in which `url` is called."""
        try:
            return request_url(url, self.ports)
        except PrivateAddress:
            raise
        except (Refused, Malformed):
            raise Refused(self._why_not(url)) from None

    def _why_not(self, url: str) -> str:
        ports = ", ".join(map(str, sorted(self.ports)))
        return (
            f"{site_of(url)} must not be called. An address is http or https, without a user name or password, "
            f"and its port is one of {ports} (ZIGRAL_WEB_PORTS)."
        )

    @cached_property
    def _requests(self) -> Requests:
        trusted = ssl.create_default_context(cafile=self.authorities or certifi.where())
        return Requests(
            PinnedTransport(resolver=self.resolver, guard=self.guard, trusted=trusted),
            f"Zigral/{self.version}",
            self.limits.connect_seconds,
            self.limits.silent_seconds,
            named=site_of,
        )

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self.limits.at_once)


def site_of(url: str) -> str:
    """An address as it may stand in a message: what follows the host, and a user name before it, may be secret."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "This address"
    return shown(f"{parts.scheme}://{parts.hostname}{port}") if parts.hostname else "This address"


def _after(asked: Question, answer: Answer) -> Question:
    """What a redirect asks for: what browsers make of its status, and nothing secret of another site."""
    try:
        url = next_url(answer)
    except Malformed:
        raise Malformed(f"{site_of(answer.url)} redirects to what is no web address.") from None
    if answer.status == 303 or (answer.status in (301, 302) and asked.method == "POST"):
        method = "HEAD" if asked.method == "HEAD" else "GET"
        asked = Question(url, method, without_content(asked.headers))
    if _is_same_site(answer.url, url):
        return replace(asked, url=url)
    if asked.method not in SAFE:
        raise Refused(f"{site_of(answer.url)} redirects a {asked.method} to another site, which is not followed.")
    return Question(url, asked.method, kept_elsewhere(asked.headers))


def _is_same_site(one: str, other: str) -> bool:
    """The same host and port, or the same host by https after http."""
    before, after = urlsplit(one), urlsplit(other)
    try:
        ports = [parts.port or PORTS.get(parts.scheme) for parts in (before, after)]
    except ValueError:
        return False  # it is no port, and refused when it is asked for
    if before.hostname != after.hostname:
        return False
    return (before.scheme == after.scheme and ports[0] == ports[1]) or ports == [80, 443]
