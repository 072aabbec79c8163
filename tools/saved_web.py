"""Pages that were kept in a folder: for tests, demos and work without a network."""

import asyncio
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from memory.errors import Invalid, Malformed, NotFound, Refused, Unavailable
from tools.addresses import canonical, shown, web_address
from tools.web import Document

MAX_INDEX = 20_000_000  # bytes
MAX_PAGE = 5_000_000  # bytes, unpacked
GZIP = b"\x1f\x8b"


class _Entry(BaseModel):
    """What `pages` may say of one page. `html` names its file where the entry's key does not."""

    model_config = ConfigDict(frozen=True)

    url: str = ""
    html: str = ""
    file: str = ""
    fetched_at: AwareDatetime | None = None
    content_type: str = ""
    encoding: str = ""
    error: str = ""  # why the site does not answer, for a demo of one that does not: "timeout"


class _Index(BaseModel):
    version: int
    urls: dict[str, str]
    pages: dict[str, _Entry] = Field(default_factory=dict)


@dataclass(frozen=True)
class SavedPage:
    """One page of a folder: where it was found, the file that keeps it, and what is known of it."""

    url: str
    file: Path | None
    known: _Entry


@dataclass(frozen=True)
class SavedWeb:
    """The pages of a folder, by their address in any spelling. http and https count as the same page."""

    pages: Mapping[str, SavedPage]

    async def read(self, url: str) -> Document:
        """The page as it was kept. Its `url` is the one under which it was."""
        page = next((self.pages[key] for key in _keys(url) if key in self.pages), None)
        if page is None:
            raise NotFound(f"{shown(url)} is not among the saved pages. Save it, or correct the website.")
        if page.known.error or page.file is None:
            raise Unavailable(f"{shown(page.url)} did not answer ({shown(page.known.error)}). Try again later.")
        content, changed_at = await asyncio.to_thread(_read, page.file, page.url)
        known = page.known
        return Document(page.url, content, known.content_type, known.encoding, known.fetched_at or changed_at)


def open_saved_web(folder: Path) -> SavedWeb:
    """The saved web that `folder/index.json` describes; `Invalid` where it does not."""
    index = _index_of(folder)
    root = folder.resolve()
    pages: dict[str, SavedPage] = {}
    for page in _pages_of(index, root):
        for key in _keys(page.url):
            pages.setdefault(key, page)
    return SavedWeb(MappingProxyType(pages))


def _keys(url: str) -> Iterator[str]:
    """Spellings to look under, the most exact first."""
    yield url
    folded = canonical(url)
    yield folded
    yield folded.partition("://")[2]


def _index_of(folder: Path) -> _Index:
    path = folder / "index.json"
    try:
        with path.open("rb") as file:
            data = file.read(MAX_INDEX + 1)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise Invalid(f"The saved web {folder} has no index.json that can be read ({reason}).") from error
    if len(data) > MAX_INDEX:
        raise Invalid(f"It is larger than {MAX_INDEX:,} bytes. Split the saved web.", where=str(path))
    try:
        index = _Index.model_validate(json.loads(data))
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{first['msg']}.", where=f"{path}, {'.'.join(map(str, first['loc']))}") from error
    except (ValueError, RecursionError) as error:
        raise Invalid("It is not JSON. Save the pages again.", where=str(path)) from error
    if index.version != 1:
        raise Invalid(f"Its version is {index.version}; only version 1 is known.", where=str(path))
    return index


def _pages_of(index: _Index, root: Path) -> Iterator[SavedPage]:
    by_name = _by_name(index.pages)
    for url, name in index.urls.items():
        known = by_name.get(url) or by_name.get(name) or _Entry()
        yield SavedPage(_checked(url, root), None if known.error else _inside(root, name), known)
    for key, entry in index.pages.items():
        url = entry.url or key
        if entry.error and url not in index.urls and "://" in url:
            yield SavedPage(_checked(url, root), None, entry)


def _by_name(entries: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """Each entry under its key, its file and its address."""
    names = ((name, entry) for key, entry in entries.items() for name in (entry.html, entry.file, entry.url, key))
    return {name: entry for name, entry in names if name}


def _checked(url: str, root: Path) -> str:
    try:
        web_address(url)
    except (Refused, Malformed) as error:
        raise Invalid(f"It lists an address that cannot be served: {error}", where=f"{root}/index.json") from error
    return url


def _inside(root: Path, name: str) -> Path:
    path = (root / name).resolve() if "\0" not in name else root
    if path == root or not path.is_relative_to(root):
        raise Invalid(f"It points to {shown(name)!r}, which lies outside the folder.", where=f"{root}/index.json")
    return path


def _read(path: Path, url: str) -> tuple[bytes, datetime]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PAGE + 1)
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise Malformed(f"The saved page of {shown(url)} cannot be read ({reason}). Save it again.") from error
    content = _unpacked(data, url) if data.startswith(GZIP) else data
    if len(content) > MAX_PAGE:
        raise Malformed(f"The saved page of {shown(url)} is larger than {MAX_PAGE:,} bytes and is not read.")
    return content, changed_at


def _unpacked(data: bytes, url: str) -> bytes:
    """At most one byte more than a page may have, however small the file is."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(data, MAX_PAGE + 1)
    except zlib.error as error:
        raise Malformed(f"The saved page of {shown(url)} is not whole. Save it again.") from error
    if not unpacker.eof and len(content) <= MAX_PAGE:
        raise Malformed(f"The saved page of {shown(url)} is not whole. Save it again.")
    return content
