"""One request to a host that may be anybody's: checked, limited, and its failures named."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from memory.errors import Malformed, Refused, Unavailable
from tools.addresses import shown
from tools.pinned_transport import PinnedTransport
from tools.unpacking import OFFERED, PackingError, unpacker

MAX_HEADERS = 64_000  # bytes of an answer's headers together


@dataclass(frozen=True)
class Head:
    """How an answer begins. Headers are by their names in small letters."""

    url: str
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer(Head):
    """`content` is empty where it was not wanted, and only its beginning where it is `cut`."""

    content: bytes = b""
    cut: bool = False


@dataclass(frozen=True)
class Requests:
    """Asks for one address at a time, each by a connection of its own.

    No cookie is kept, no proxy or password taken from the environment, no redirect followed.
    """

    transport: PinnedTransport
    agent: str
    connect_seconds: float = 5.0
    silent_seconds: float = 10.0  # without a byte
    max_headers: int = MAX_HEADERS

    async def get(self, url: str, *, seconds: float, largest: int, wanted: Callable[[Head], bool]) -> Answer:
        """The answer at `url`; its content is read where its head is `wanted`, and no further than `largest` bytes.

        `seconds` is for all of it. Raises `Unavailable`, `Refused` (an address or a certificate), `Malformed`.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._get(url, largest, wanted)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Unavailable(f"{shown(url)} took too long to answer. Try again later.") from error
        except PackingError as error:
            raise Malformed(f"{shown(url)} is not read: {error}.") from error
        except httpx.TransportError as error:
            raise _named(url, error) from error
        except httpx.InvalidURL as error:
            raise Malformed(f"{shown(url)} is not a web address. Correct the website.") from error

    async def _get(self, url: str, largest: int, wanted: Callable[[Head], bool]) -> Answer:
        headers = {
            "User-Agent": self.agent,
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Encoding": OFFERED,
            "Connection": "close",
        }
        timeout = httpx.Timeout(self.silent_seconds, connect=self.connect_seconds)
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout.as_dict()})
        response = await self.transport.handle_async_request(request)
        try:
            head = self._head(url, response)
            if not wanted(head):
                return Answer(url, head.status, head.headers)
            content, cut = await _body(response, largest)
            return Answer(url, head.status, head.headers, content, cut)
        finally:
            await response.aclose()

    def _head(self, url: str, response: httpx.Response) -> Head:
        if sum(len(name) + len(value) for name, value in response.headers.raw) > self.max_headers:
            raise Malformed(f"{shown(url)} has headers of more than {self.max_headers:,} bytes and is not read.")
        return Head(url, response.status_code, dict(response.headers))


async def _body(response: httpx.Response, largest: int) -> tuple[bytes, bool]:
    """The content, unpacked, and whether there is more of it than `largest` bytes, packed or not."""
    unpack = unpacker(response.headers.get("content-encoding", ""))
    content, received = bytearray(), 0
    async for piece in response.aiter_raw():
        received += len(piece)
        content += unpack.feed(piece, largest + 1 - len(content))
        if max(received, len(content)) > largest:
            return bytes(content[:largest]), True
    if not unpack.is_whole():
        raise PackingError("it is not whole")
    return bytes(content), False


def _named(url: str, error: httpx.TransportError) -> Refused | Unavailable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = shown(cause.verify_message)
            return Refused(f"{shown(url)} is not read: its certificate does not hold ({why}).")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return Unavailable(f"{shown(url)} cannot be connected to. Try again later.")
    return Unavailable(f"{shown(url)} broke off, or does not answer as a website does. Try again later.")
