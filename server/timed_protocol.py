"""HTTP/1.1 that cuts slow clients: those whose request's head does not come, and those that read nothing.

uvicorn itself would wait for either for ever.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class TimedProtocol(H11Protocol):
    """uvicorn's protocol over h11, with `seconds` of patience."""

    seconds = 30.0
    _head: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client: it may take so long for its first request's head."""
        super().connection_made(transport)
        self._head = self.loop.call_later(self.seconds, self._cut_headless)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        _cancel(self._head)
        self._head = None
        _cancel(self._reader)
        self._reader = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request. The time for a head begins with its first byte."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            _cancel(self._head)
            self._head = None
        elif self._head is None:
            self._head = self.loop.call_later(self.seconds, self._cut_headless)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write: see whether it reads at all."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """It has read."""
        _cancel(self._reader)
        self._reader = None
        super().resume_writing()

    def _watch_reader(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self._reader = self.loop.call_later(self.seconds, self._cut_reader, unread)

    def _cut_reader(self, unread: int) -> None:
        if self.transport.get_write_buffer_size() < unread:
            self._watch_reader()
        else:
            self.transport.abort()  # closing would wait until it has read

    def _cut_headless(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def with_patience(seconds: float) -> type[TimedProtocol]:
    """The protocol with this many seconds of patience."""
    return type("PatientProtocol", (TimedProtocol,), {"seconds": seconds})


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
