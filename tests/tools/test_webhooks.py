"""A webhook is one signed POST, and never a way into this machine's own network."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from memory.errors import Invalid, Refused, Unavailable
from tools.webhooks import LiveWebhooks, WebhookRules

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HERE = WebhookRules(private=True)


@dataclass
class Receiver:
    """A server that keeps what it is sent and answers with `status`."""

    status: str = "200 OK"
    url: str = ""
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(length))
        writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    def header(self, name: str) -> str | None:
        lines = (line.partition(":") for line in self.heads[-1].split("\r\n"))
        return next((value.strip() for key, _, value in lines if key.lower() == name), None)


@dataclass(frozen=True)
class Names:
    """A resolver of our own: each name's addresses, in the order in which they are asked for."""

    answers: dict[str, list[str]]

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        left = self.answers[host]
        return [left.pop(0) if len(left) > 1 else left[0]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/done"
    async with server:
        yield made


async def test_the_signature_is_that_of_the_time_and_the_body(receiver: Receiver) -> None:
    await LiveWebhooks(rules=HERE, secret="s3cret", clock=lambda: NOON).post(receiver.url, b'{"a": 1}')
    seconds = int(NOON.timestamp())
    expected = hmac.digest(b"s3cret", f"{seconds}.".encode() + b'{"a": 1}', "sha256").hex()
    assert receiver.header("x-zigral-signature") == f"t={seconds},v1={expected}"
    assert receiver.bodies == [b'{"a": 1}']
    assert receiver.header("content-type") == "application/json"


async def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    await LiveWebhooks(rules=HERE).post(receiver.url, b"{}")
    assert receiver.header("x-zigral-signature") is None


@pytest.mark.parametrize("status", ["302 Found\r\nLocation: http://127.0.0.1:1/", "404 Not Found", "500 Oops"])
async def test_any_other_answer_than_yes_is_not_taken_for_one(receiver: Receiver, status: str) -> None:
    receiver.status = status
    with pytest.raises(Unavailable, match="answered with"):
        await LiveWebhooks(rules=HERE).post(receiver.url, b"{}")
    assert len(receiver.heads) == 1  # nothing was followed


async def test_an_address_that_nobody_listens_at_can_be_tried_again() -> None:
    with pytest.raises(Unavailable):
        await LiveWebhooks(rules=HERE).post("http://127.0.0.1:9999/", b"{}")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://inside.example/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "http://user:pass@8.8.8.8/",
        "https://8.8.8.8:25/",
        "http://",
        "nonsense",
        "",
    ],
)
async def test_an_address_that_must_not_be_called_is_refused_when_it_is_given(url: str) -> None:
    webhooks = LiveWebhooks(resolver=Names({"inside.example": ["10.1.2.3"]}))
    with pytest.raises(Invalid) as refused:
        await webhooks.check(url)
    assert "pass" not in str(refused.value).replace("passwd", "")


async def test_the_address_is_checked_again_when_it_is_called(receiver: Receiver) -> None:
    webhooks = LiveWebhooks(resolver=Names({"moves.example": ["8.8.8.8", "127.0.0.1"]}))
    url = receiver.url.replace("127.0.0.1", "moves.example")
    await webhooks.check(url)
    with pytest.raises(Refused, match="private"):
        await webhooks.post(url, b"{}")
    assert receiver.heads == []


async def test_where_https_is_asked_for_nothing_else_is_called(receiver: Receiver) -> None:
    webhooks = LiveWebhooks(rules=WebhookRules(https_only=True, private=True))
    with pytest.raises(Invalid, match="https"):
        await webhooks.check(receiver.url)
    with pytest.raises(Refused, match="https"):
        await webhooks.post(receiver.url, b"{}")


async def test_a_public_address_on_https_passes() -> None:
    await LiveWebhooks(rules=WebhookRules(https_only=True)).check("https://8.8.8.8/hook?x=1")
