"""A run that has ended calls its webhook: whatever became of it, again where it must, and signed."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

GRAPHS = Path(__file__).parent / "graphs" / "calling_back.json"


@dataclass
class Listener:
    """A server that fails the first calls, as many as it is told."""

    fails: int = 0
    url: str = ""
    tries: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)
    taken: "asyncio.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.tries += 1
        self.called.set()
        status = "503 Busy" if self.tries <= self.fails else "204 Taken"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        if self.tries > self.fails:
            await self.taken.put((headers, body))

    async def next(self) -> tuple[dict[str, str], bytes]:
        return await asyncio.wait_for(self.taken.get(), 30)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        yield made


async def test_the_call_holds_the_run_and_what_came_of_it_and_is_signed(serve: Any, listener: Listener) -> None:
    async with serve(GRAPHS, webhook_secret="s3cret") as http:
        asked = {"assistant_id": "steps", "input": {"text": "hello"}, "webhook": listener.url}
        thread = (await http.post("/threads", json={})).json()["thread_id"]
        run = (await http.post(f"/threads/{thread}/runs", json=asked)).json()
        headers, body = await listener.next()
    told = json.loads(body)
    assert (told["run_id"], told["status"], told["values"]["text"]) == (run["run_id"], "success", "hello")
    assert told["error"] is None and told["run_started_at"] <= told["run_ended_at"] <= told["webhook_sent_at"]
    seconds, signed = (part.partition("=")[2] for part in headers["x-zigral-signature"].split(","))
    assert signed == hmac.digest(b"s3cret", f"{seconds}.".encode() + body, "sha256").hex()


async def test_a_run_that_failed_says_so(serve: Any, listener: Listener) -> None:
    async with serve(GRAPHS) as http:
        await http.post("/runs/wait", json={"assistant_id": "failing", "input": {}, "webhook": listener.url})
        _, body = await listener.next()
    told = json.loads(body)
    assert told["status"] == "error" and told["error"]["error"] == "ValueError"


async def test_a_call_that_is_not_taken_is_made_again(serve: Any, listener: Listener) -> None:
    listener.fails = 1
    async with serve(GRAPHS) as http:
        await http.post("/runs/wait", json={"assistant_id": "steps", "input": {}, "webhook": listener.url})
        await listener.next()
    assert listener.tries == 2


async def test_a_call_is_not_lost_with_the_server_that_was_to_make_it(serve: Any, listener: Listener) -> None:
    """The run ends while nobody listens; the next server on the same data calls."""
    listener.fails = 1
    asked = {"assistant_id": "steps", "input": {}, "webhook": listener.url}
    async with serve(GRAPHS) as http:
        thread = (await http.post("/threads", json={})).json()["thread_id"]
        await http.post(f"/threads/{thread}/runs/wait", json=asked)
        await listener.called.wait()
    async with serve(GRAPHS):
        await listener.next()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://10.0.0.1/", "ftp://8.8.8.8/", "nonsense"])
async def test_an_address_within_our_own_network_is_422_unless_it_is_allowed(serve: Any, url: str) -> None:
    async with serve() as http:
        asked = {"assistant_id": "steps", "input": {}, "webhook": url}
        refused = await http.post("/runs/wait", json=asked)
    assert refused.status_code == 422
    assert isinstance(refused.json()["detail"], str)
