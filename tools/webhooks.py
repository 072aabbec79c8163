"""Telling another program that something happened: one signed POST, to an address that may be called.

The signature is the header `X-Zigral-Signature: t=<unix time>,v1=<hex>`, whose hex is the HMAC-SHA256 of
`<unix time>.<body>` under the secret that both sides know; a receiver refuses a time that is long ago.
"""

import asyncio
import hmac
import ssl
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import certifi
import httpx

from memory.errors import Invalid, Malformed, NotFound, Refused, Unavailable
from memory.words import Clock, utc_now
from tools.addresses import PORTS, shown
from tools.guard import Guard, PrivateAddress, Resolver, SystemResolver
from tools.pinned_transport import PinnedTransport
from tools.request_url import request_url

SIGNATURE = "X-Zigral-Signature"
SECONDS = 10.0  # for one call, from the name to the answer's head
CALLED_PORTS = frozenset({80, 443, *range(1024, 65_536)})  # below 1024 other services listen, such as mail


class Webhooks(Protocol):
    """Calls other programs' addresses."""

    async def check(self, url: str) -> None:
        """Raises `Invalid`, with the reason, where `url` is no address or one that must not be called."""
        ...

    async def post(self, url: str, body: bytes) -> None:
        """Send `body`, which is JSON, once.

        Raises `Unavailable` where it was not taken, and `Refused` where the address must not be called now.
        """
        ...


@dataclass(frozen=True)
class WebhookRules:
    """Which addresses may be called."""

    https_only: bool = False
    private: bool = False  # also this machine, private networks and link-local addresses


class LiveWebhooks:
    """The network. A name is resolved for each call, and the very address that was checked is connected to."""

    def __init__(
        self,
        *,
        rules: WebhookRules | None = None,
        secret: str | None = None,
        resolver: Resolver | None = None,
        version: str = "0",
        authorities: str | None = None,  # a file of certificates to trust in place of certifi's
        clock: Clock = utc_now,
    ) -> None:
        self._rules = rules or WebhookRules()
        self._guard = Guard(private=self._rules.private)
        self._resolver = resolver or SystemResolver()
        self._trusted = ssl.create_default_context(cafile=authorities or certifi.where())
        self._secret = secret.encode() if secret else None
        self._agent = f"Zigral/{version}"
        self._clock = clock

    async def check(self, url: str) -> None:
        """A name that does not resolve now may do so when the run has ended, and passes."""
        parts = self._place(url)
        try:
            await self._guard.addresses(parts.hostname or "", parts.port or PORTS[parts.scheme], self._resolver)
        except PrivateAddress:
            raise Invalid(
                f"{shown(url)} is an address of this machine or of a private network, and is not called."
            ) from None
        except (NotFound, Unavailable):
            return
        except Malformed as error:
            raise Invalid(str(error)) from None

    async def post(self, url: str, body: bytes) -> None:
        """No redirect is followed, and of the answer only its status is read."""
        headers = {"Content-Type": "application/json", "User-Agent": self._agent}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, int(self._clock().timestamp()), body)
        try:
            async with asyncio.timeout(SECONDS):
                status = await self._status(self._place(url).geturl(), body, headers)
        except (Invalid, PrivateAddress) as error:
            raise Refused(f"{shown(url)} must not be called: {error}") from None
        except (NotFound, Malformed) as error:
            raise Unavailable(f"{shown(url)} was not reached: {error}") from None
        except (httpx.HTTPError, TimeoutError, ssl.SSLError) as error:
            raise Unavailable(f"{shown(url)} did not answer ({type(error).__name__}).") from None
        if not 200 <= status < 300:
            raise Unavailable(f"{shown(url)} answered with {status}.")

    async def _status(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        transport = PinnedTransport(resolver=self._resolver, guard=self._guard, trusted=self._trusted)
        async with (
            httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=body, headers=headers, timeout=SECONDS) as response,
        ):
            return response.status_code

    def _place(self, url: str) -> SplitResult:
        """The parts of the one spelling in which `url` is called."""
        try:
            parts = urlsplit(request_url(url, CALLED_PORTS))
        except (Refused, Malformed):
            raise Invalid(f"{shown(url)} is not an address that a webhook can have.") from None
        if self._rules.https_only and parts.scheme != "https":
            raise Invalid(f"{shown(url)} is not https, which a webhook's address must be here.")
        return parts


def signature(secret: bytes, seconds: int, body: bytes) -> str:
    """The header's value, for a call made at `seconds` (unix time)."""
    digest = hmac.new(secret, f"{seconds}.".encode() + body, "sha256").hexdigest()
    return f"t={seconds},v1={digest}"
