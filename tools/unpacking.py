"""Unpacking what a server sends, never further than asked for."""

import zlib
from typing import Protocol

OFFERED = "gzip, deflate"
GZIP = b"\x1f\x8b"
MAX_PARTS = 1_000  # of a body that was packed in pieces; each costs as much as a large one


class PackingError(ValueError):
    """A body is packed in a way that cannot be undone, or is not."""


class Unpacker(Protocol):
    """Takes a body in pieces, as they come."""

    def feed(self, piece: bytes, most: int) -> bytes:
        """What `piece` adds, at most `most` bytes of it; where it would be more, the rest is lost."""
        ...

    def is_whole(self) -> bool:
        """Whether the body may end here."""
        ...


def unpacker(encoding: str) -> Unpacker:
    """For one `Content-Encoding`; `PackingError` where it was not offered, such as one packed twice."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _Plain()
    if name in {"gzip", "x-gzip"}:
        return _Packed(zlib.MAX_WBITS | 16)
    if name == "deflate":
        return _Packed(None)
    raise PackingError("its encoding was not asked for")


class _Plain:
    def feed(self, piece: bytes, most: int) -> bytes:
        return piece[:most]

    def is_whole(self) -> bool:
        return True


class _Packed:
    def __init__(self, window: int | None) -> None:
        self._window = window
        self._unpack = zlib.decompressobj(window) if window else None
        self._head = b""
        self._parts = 1

    def feed(self, piece: bytes, most: int) -> bytes:
        if len(self._head) < 2:
            piece = self._head = self._head + piece
            if len(piece) < 2:
                return b""
        content = b""
        while piece and len(content) < most:
            unpack = self._next(piece)
            if unpack is None:
                break
            try:
                content += unpack.decompress(piece, most - len(content))
            except zlib.error as error:
                raise PackingError("it is not packed as it says") from error
            piece = unpack.unused_data
        return content

    def is_whole(self) -> bool:
        return not self._head or (self._unpack is not None and self._unpack.eof)

    def _next(self, piece: bytes) -> "zlib._Decompress | None":
        """What unpacks `piece`: None where the body has ended, and what follows is no part of it."""
        if self._unpack is None:
            self._unpack = zlib.decompressobj(_window_of_deflate(piece))
        elif self._unpack.eof:
            if not (self._window and piece.startswith(GZIP)):
                return None
            self._parts += 1
            if self._parts > MAX_PARTS:
                raise PackingError(f"it is packed in more than {MAX_PARTS:,} parts")
            self._unpack = zlib.decompressobj(self._window)
        return self._unpack


def _window_of_deflate(head: bytes) -> int:
    """Servers that say deflate send it with zlib's two bytes before it (RFC 1950), or without."""
    with_head = head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if with_head else -zlib.MAX_WBITS
