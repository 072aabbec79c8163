"""What one client may take: bytes, time, open answers. ASGI, around everything that answers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message as Header

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.errors import HttpRefusal, refusal
from server.settings import Settings

CLOSE = {"Connection": "close"}
SLOWEST = 128 * 1024  # bytes a second that a body may come at, beyond the seconds that every client has
LINGER = 10.0  # seconds in which the rest of a refused body is thrown away, so that its sender sees the answer
BODIES = 8  # of the largest size that a process holds at a time
YAML = ("application/yaml", "application/x-yaml", "text/yaml")
DEFINITIONS = "/api/v1/workflows"  # where YAML is taken beside JSON
OPEN_ENDS = ("/stream", "/wait", "/join", "/events", "/execute")  # paths whose answers stay open


@dataclass
class OpenAnswers:
    """How many long answers are open in this process, and how many bytes of bodies it holds."""

    count: int = 0
    held: int = 0


@dataclass(frozen=True)
class Bounds:
    """Reads each body whole before anybody acts on it, and refuses what is too much."""

    app: ASGIApp
    settings: Settings
    open: OpenAnswers = field(default_factory=OpenAnswers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer within the bounds, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stays_open = scope["path"].endswith(OPEN_ENDS)
        self.open.count += stays_open
        body = bytearray()
        try:
            if await self._is_read(scope, receive, into=body):
                replay = _Replay(bytes(body), receive)
                await (self.app(scope, replay, send) if stays_open else self._answer(scope, replay, send))
        except HttpRefusal as error:
            await _refuse(error, scope, receive, send)
        finally:
            self.open.count -= stays_open
            self.open.held -= len(body)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer within a time: a data server that hangs must not hang everybody who asks."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                await self.app(scope, receive, sending)
        except TimeoutError:
            if started:
                raise
            raise HttpRefusal(503, "The data server does not answer in time. Try again in a moment.") from None

    async def _is_read(self, scope: Scope, receive: Receive, *, into: bytearray) -> bool:
        """Read the request's body, if the request may be answered; False when the client has gone."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if self.open.count > self.settings.max_streams:
            sentence = f"This server has {self.settings.max_streams} answers open, which is its limit. Try again."
            raise HttpRefusal(429, sentence, headers={"Retry-After": "1"} | CLOSE)
        if b"content-length" in headers and b"transfer-encoding" in headers:
            raise HttpRefusal(
                400, "A request has a Content-Length or a Transfer-Encoding, not both.", headers=CLOSE
            )
        if int(headers.get(b"content-length", b"0")) > self.settings.max_body:
            raise self._too_large()
        is_whole = await self._read(receive, into)
        if into and not is_json(headers) and not (scope["path"].startswith(DEFINITIONS) and is_yaml(headers)):
            raise HttpRefusal(415, "The body must be JSON: set Content-Type: application/json.")
        return is_whole

    async def _read(self, receive: Receive, body: bytearray) -> bool:
        clock = asyncio.get_running_loop().time
        began, more = clock(), True
        while more:
            try:
                async with asyncio.timeout_at(began + self.settings.client_seconds + len(body) / SLOWEST):
                    message = await receive()
            except TimeoutError:
                raise HttpRefusal(408, "The body did not come in time. Send it again.", headers=CLOSE) from None
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            body += chunk
            self.open.held += len(chunk)
            if len(body) > self.settings.max_body:
                raise self._too_large()
            if self.open.held > BODIES * self.settings.max_body:
                again = {"Retry-After": "1"} | CLOSE
                raise HttpRefusal(
                    429, "Too many large requests are under way. Send it again in a moment.", headers=again
                )
            more = message.get("more_body", False)
        return True

    def _too_large(self) -> HttpRefusal:
        return HttpRefusal(413, f"The body is larger than {self.settings.max_body} bytes.", headers=CLOSE)


class _Replay:
    """Gives the body that was read, and then what the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        if self._first is not None:
            message, self._first = self._first, None
            return message
        return await self._receive()


def is_json(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body is sent as JSON."""
    kind = _kind(headers)
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def is_yaml(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body is sent as YAML."""
    return _kind(headers) in YAML


def _kind(headers: Mapping[bytes, bytes]) -> str:
    header = Header()
    header["content-type"] = headers.get(b"content-type", b"text/plain").decode("latin-1")
    return header.get_content_type()


async def _refuse(error: HttpRefusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once. A connection that closes on a sender hides the answer, so a large body is read out first."""
    response = refusal(scope["path"], error.status, str(error), headers=error.headers)
    await send({"type": "http.response.start", "status": error.status, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if error.status in (413, 429):
        await _discard(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _discard(receive: Receive) -> None:
    try:
        async with asyncio.timeout(LINGER):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass
    except TimeoutError:
        return
