"""A client that stops reading is cut, and one that reads slowly is not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from server.timed_protocol import with_patience

CHUNK = b"x" * 100_000


class Endless:
    """An app that streams without end, and notes when the client has gone."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def body() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield CHUNK
                    await asyncio.sleep(0)
            finally:
                self.left.set()

        await StreamingResponse(body())(scope, receive, send)


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def connected(app: Endless, seconds: float) -> AsyncIterator[asyncio.StreamReader]:
    server = Server(uvicorn.Config(app, port=0, http=with_patience(seconds), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        yield reader
    finally:
        writer.transport.abort()
        server.should_exit = True
        await serving


async def test_a_client_that_reads_nothing_is_cut() -> None:
    app = Endless()
    async with connected(app, 0.2):
        await asyncio.wait_for(app.left.wait(), 20)


async def test_a_client_that_reads_slowly_is_served_on() -> None:
    app = Endless()
    async with connected(app, 1.0) as reader:
        for _ in range(12):
            await asyncio.wait_for(reader.readexactly(900), 20)
            for _ in range(30):
                await reader.read(100_000)
            await asyncio.sleep(0.1)
        assert not app.left.is_set()
