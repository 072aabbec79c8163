"""Answers that stay open: parts as they come, an end when the client goes, and nothing that piles up."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class LiveAnswer(Response):
    """An answer whose parts come by and by. `on_gone` is called when the client leaves before its end.

    While the client reads nothing, no part is asked for. When `leaving` is set, the connection is broken off, so
    that the client goes on with another server.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes],
        *,
        media_type: str,
        headers: Mapping[str, str],
        leaving: asyncio.Event,
        on_gone: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(media_type=media_type, headers=dict(headers))
        del self.headers["content-length"]
        self._parts = parts
        self._leaving = leaving
        self._on_gone = on_gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the parts until there are no more, the client goes, or we leave."""
        sending = asyncio.create_task(self._send(send))
        gone = asyncio.create_task(_until_gone(receive))
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait({sending, gone, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, leaving, sending):
                task.cancel()
            await asyncio.gather(gone, leaving, sending, return_exceptions=True)
        cut = not sending.cancelled() and isinstance(sending.exception(), TimeoutError | OSError)
        if (cut or (sending.cancelled() and not gone.cancelled())) and self._on_gone:
            await self._on_gone()
        if not sending.cancelled() and not cut:
            sending.result()

    async def _send(self, send: Send) -> None:
        async with aclosing(self._parts) as parts:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
