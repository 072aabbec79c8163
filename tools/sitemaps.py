"""What a sitemap lists, as sitemaps.org has it: pages, or further sitemaps. Pure: run it through `tools.workers`.

Anybody may have written it. It is read as a stream, without a tree and without a document type, so that no entity
is ever expanded; of a file that breaks off, what came before counts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote
from xml.parsers import expat

from memory.errors import Malformed, Refused
from tools.addresses import MAX_LENGTH, shown, web_address
from tools.page_links import Link
from tools.unpacking import GZIP, PackingError, unpacker

MAX_BYTES = 5_000_000  # unpacked; what comes after is not read
MAX_ENTRIES = 5_000
MAX_DEPTH = 8  # elements within each other; a sitemap has three
PIECE = 65_536  # bytes between two looks at whether there is enough
ENTRY = {"urlset": "url", "sitemapindex": "sitemap"}
XML_BEGINS = (b"<", b"\xff\xfe", b"\xfe\xff", b"\0<")
ENDING = re.compile(r"\.\w{1,5}$")


@dataclass(frozen=True)
class Sitemap:
    """The first `MAX_ENTRIES` addresses that may be read, each once: of pages, or of further sitemaps."""

    pages: tuple[Link, ...] = ()
    sitemaps: tuple[Link, ...] = ()


def read_sitemap(content: bytes, *, url: str) -> Sitemap:
    """What `content` lists: XML, a text of an address a line, or either gzipped.

    `Malformed` where it is none of these, or declares a document type, whose entities could grow without end.
    """
    content = _unpacked(content, url)
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(XML_BEGINS):
        return Sitemap(_links(content.decode("utf-8", "replace").splitlines()[:MAX_ENTRIES]))
    reader = _Reader()
    if not reader.read(content):
        raise Malformed(f"The sitemap {shown(url)} declares a document type and is not read.")
    if reader.root not in ENTRY:
        raise Malformed(f"There is no sitemap at {shown(url)}.")
    links = _links(reader.found)
    return Sitemap(sitemaps=links) if reader.root == "sitemapindex" else Sitemap(links)


def _unpacked(content: bytes, url: str) -> bytes:
    if not content.startswith(GZIP):
        return content[:MAX_BYTES]
    try:
        inner = unpacker("gzip").feed(content, MAX_BYTES)
    except PackingError as error:
        raise Malformed(f"The sitemap {shown(url)} is not packed as it says.") from error
    if inner.startswith(GZIP):
        raise Malformed(f"The sitemap {shown(url)} is packed twice and is not read.")
    return inner


def _links(addresses: Iterable[str]) -> tuple[Link, ...]:
    """Those that are addresses of the web, each under the words of its path where that is short."""
    found: dict[str, str] = {}
    for text in addresses:
        address = text.strip().partition("#")[0]
        try:
            path = web_address(address).path
        except (Refused, Malformed):
            continue
        found.setdefault(address, _words_of(path))
    return tuple(Link(address, words) for address, words in found.items())


def _words_of(path: str) -> str:
    """What a link to a page right under the homepage would say; deeper down a name says too little."""
    name = unquote(path).strip("/")
    return "" if "/" in name else " ".join(re.split(r"[\W_]+", ENDING.sub("", name))).strip()


class _Enough(Exception):
    """There is nothing more to learn from the file."""


class _Reader:
    """Collects the text of each entry's `loc`; namespaces and whatever else it has are passed over."""

    def __init__(self) -> None:
        self.root = ""
        self.found: list[str] = []
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._size = 0
        self._typed = False

    def read(self, content: bytes) -> bool:
        """Whether all is well: no, where there is a document type."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            for start in range(0, len(content), PIECE):
                parser.Parse(content[start : start + PIECE], False)
        except (expat.ExpatError, _Enough, LookupError, ValueError):  # also: an encoding that nobody knows
            pass
        return not self._typed

    def _begin(self, name: str, _: object) -> None:
        name = name.rpartition(":")[2].lower()
        self.root = self.root or name
        if self.root not in ENTRY or len(self._path) == MAX_DEPTH:
            raise _Enough
        self._path.append(name)
        if self._path == [self.root, ENTRY[self.root], "loc"]:
            self._text, self._size = [], 0

    def _hear(self, text: str) -> None:
        if self._text is not None and self._size <= MAX_LENGTH:
            self._text.append(text)
            self._size += len(text)

    def _end(self, _: str) -> None:
        self._path.pop()
        if self._text is None:
            return
        self.found.append("".join(self._text))
        self._text = None
        if len(self.found) == MAX_ENTRIES:
            raise _Enough

    def _refuse(self, *_: object) -> None:
        self._typed = True
        raise _Enough
