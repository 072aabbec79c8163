"""One request to a host that may be anybody's: checked, limited, and its failures named."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from memory.errors import Malformed, Refused, Unavailable
from tools.addresses import shown
from tools.pinned_transport import PinnedTransport
from tools.unpacking import OFFERED, PackingError, unpacker

MAX_HEADERS = 64_000  # bytes of an answer's headers together
PAGES = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"}


@dataclass(frozen=True)
class Question:
    """What a host is asked: `headers` are beside those that every request of ours has."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


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
    named: Callable[[str], str] = shown  # an address as it may stand in a message

    async def get(self, url: str, *, seconds: float, largest: int, wanted: Callable[[Head], bool]) -> Answer:
        """The page at `url`; see `send`."""
        return await self.send(Question(url, headers=PAGES), seconds=seconds, largest=largest, wanted=wanted)

    async def send(
        self, asked: Question, *, seconds: float, largest: int, wanted: Callable[[Head], bool]
    ) -> Answer:
        """The answer; its content is read where its head is `wanted`, and no further than `largest` bytes.

        `seconds` is for all of it. Raises `Unavailable`, `Refused` (an address or a certificate), `Malformed`.
        """
        name = self.named(asked.url)
        try:
            async with asyncio.timeout(seconds):
                return await self._send(asked, largest, wanted)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Unavailable(f"{name} took too long to answer. Try again later.") from error
        except PackingError as error:
            raise Malformed(f"{name} is not read: {error}.") from error
        except httpx.TransportError as error:
            raise _named(name, error) from error
        except httpx.InvalidURL as error:
            raise Malformed(f"{name} is not a web address. Correct the website.") from error

    async def _send(self, asked: Question, largest: int, wanted: Callable[[Head], bool]) -> Answer:
        headers = httpx.Headers({"User-Agent": self.agent, "Accept-Encoding": OFFERED, "Connection": "close"})
        headers.update(asked.headers)
        timeout = httpx.Timeout(self.silent_seconds, connect=self.connect_seconds)
        request = httpx.Request(
            asked.method,
            asked.url,
            headers=headers,
            content=asked.content,
            extensions={"timeout": timeout.as_dict()},
        )
        response = await self.transport.handle_async_request(request)
        try:
            head = self._head(asked.url, response)
            if not wanted(head):
                return Answer(asked.url, head.status, head.headers)
            content, cut = await _body(response, largest)
            return Answer(asked.url, head.status, head.headers, content, cut)
        finally:
            await response.aclose()

    def _head(self, url: str, response: httpx.Response) -> Head:
        if sum(len(name) + len(value) for name, value in response.headers.raw) > self.max_headers:
            name = self.named(url)
            raise Malformed(f"{name} has headers of more than {self.max_headers:,} bytes and is not read.")
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


def _named(name: str, error: httpx.TransportError) -> Refused | Unavailable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = shown(cause.verify_message)
            return Refused(f"{name} is not read: its certificate does not hold ({why}).")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return Unavailable(f"{name} cannot be connected to. Try again later.")
    return Unavailable(f"{name} broke off, or does not answer as a website does. Try again later.")
