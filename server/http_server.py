"""uvicorn, set up for clients that may be slow, many or hostile."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from server.http.backend import Backend
from server.settings import Settings
from server.timed_protocol import with_patience

LONGEST_HEAD = 64 * 1024  # bytes of a request line and its headers
KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 10  # for answers that are still open once everything else has ended


class HttpServer(uvicorn.Server):
    """Serves one backend. The first SIGTERM or Ctrl-C drains it, a second one ends at once."""

    def __init__(self, backend: Backend, app: FastAPI, *, on_listening: Callable[[], None]) -> None:
        super().__init__(_config(app, backend.settings))
        self._backend = backend
        self._on_listening = on_listening
        self._leaving: asyncio.Future[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so once connections are taken."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._on_listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """A signal: leave in good order, or at once if we were leaving already."""
        if self._backend.draining.is_on:
            self.force_exit = self.should_exit = True
            return
        self._backend.draining.is_on = True
        self._loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self._leaving = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        try:
            await self._backend.drain()
        finally:
            self.should_exit = True


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=with_patience(settings.client_seconds),
        ws="none",
        lifespan="off",  # the backend is open already
        log_config=None,
        access_log=False,  # a query string may hold what no log should
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),  # by default uvicorn believes this machine
        forwarded_allow_ips=list(settings.trusted_proxies),
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=2 * settings.max_streams + 200,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
