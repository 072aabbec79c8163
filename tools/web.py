"""Reading the web: one port, with a saved form that serves pages from a folder."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from memory.errors import Refused


@dataclass(frozen=True)
class Document:
    """What an address answered with, before anything is made of it."""

    url: str  # where it was found in the end, after redirects
    content: bytes  # as sent, unpacked
    content_type: str  # "" where the server named none
    encoding: str  # as declared outside the bytes; "" where nothing was declared
    fetched_at: datetime  # aware, in UTC


class Web(Protocol):
    """Reads one address. What it may reach, and how politely, is the implementation's to decide."""

    async def read(self, url: str) -> Document:
        """The document at `url`.

        Raises `NotFound` where there is none, `Unavailable` where the site does not answer,
        `Refused` where it must not be read, and `Malformed` where the address is none.
        """
        ...


@runtime_checkable
class Mapped(Protocol):
    """A web whose sites may list their pages. One of saved pages does not."""

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The addresses at which the site of `url` may have its sitemaps, the likeliest first."""
        ...

    async def read_sitemap(self, url: str) -> Document:
        """The sitemap at `url`, of whatever type, or the beginning of a large one. Raises as `Web.read` does."""
        ...


@dataclass(frozen=True)
class ClosedWeb:
    """A web that nothing may be read from: for what happens after the research."""

    async def read(self, url: str) -> Document:
        raise Refused(f"No page is read here, {url} included.")
