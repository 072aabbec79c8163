"""An XLSX as a package of parts, each parsed as a stream.

Anybody may have written it. No part is unpacked further than a limit, whatever the package says of its size; none
may declare a document type, nest its elements deeply, or keep its parser waiting for the end of a name.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from memory.errors import Invalid

PIECE = 1 << 16
MAX_PARTS = 10_000
MAX_DIRECTORY = 4_000_000  # bytes of the package's list of parts
MAX_SMALL = 10_000_000  # bytes, unpacked, of a part that holds no rows
LARGE = 100_000_000  # bytes, unpacked, from which on a part is looked at before it is unpacked
MAX_RATIO = 150  # of a large part: sheets are packed to a tenth or a twentieth, a bomb to a thousandth
MAX_DEPTH = 24
MAX_WAIT = 4_000_000  # bytes without an element or a text: a name, a comment or an attribute without end
LIST_ENDS = b"PK\x05\x06"

Attributes = Mapping[str, str]


class PartReader:
    """A part while it is parsed: override what begins, is heard and ends. Names come without their prefix."""

    def begin(self, name: str, attributes: Attributes) -> None: ...

    def hear(self, text: str) -> None: ...

    def end(self, name: str) -> None: ...


@dataclass(frozen=True)
class Package:
    """The XLSX file at `path`."""

    path: Path

    def names(self) -> frozenset[str]:
        """Those of its parts; `Invalid` where it is no package, or one of too many parts."""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - (1 << 16) - 22))
            tail = file.read()
        at = tail.rfind(LIST_ENDS)
        count, length = int.from_bytes(tail[at + 10 : at + 12], "little"), tail[at + 12 : at + 16]
        if at < 0 or count > MAX_PARTS or int.from_bytes(length, "little") > MAX_DIRECTORY:
            raise self.refusal("its list of parts is missing or too long")
        try:
            with zipfile.ZipFile(self.path) as archive:
                return frozenset(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise self.refusal("its list of parts is damaged") from error

    def read(self, part: str, reader: PartReader, most: int = MAX_SMALL) -> None:
        """Feed the whole part to `reader`, at most `most` bytes of it."""
        for _ in self.reading(part, reader, most):
            pass

    def reading(self, part: str, reader: PartReader, most: int) -> Iterator[None]:
        """The same, with a stop after every piece, in which what was found can be taken."""
        parser = _Parser(self, part, reader)
        for piece in self._pieces(part, most):
            parser.feed(piece)
            yield
        parser.feed(b"", last=True)
        yield

    def refusal(self, why: str) -> Invalid:
        """Why the file is not read, and what to do."""
        return Invalid(f"it is no XLSX that can be read: {why}. Save it anew, or as CSV.", where=self.path.name)

    def _pieces(self, part: str, most: int) -> Iterator[bytes]:
        size = 0
        try:
            with zipfile.ZipFile(self.path) as archive:
                info = archive.getinfo(part)
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise self.refusal("it is packed in a way of its own")
                if info.file_size > max(LARGE, MAX_RATIO * info.compress_size):
                    raise self.refusal("a part of it would be more than a hundred times as large when unpacked")
                with archive.open(info) as stream:
                    while piece := stream.read(PIECE):
                        size += len(piece)
                        if size > most:
                            raise self.refusal(f"a part of it has more than {most:,} bytes when unpacked")
                        yield piece
        except KeyError as error:
            raise self.refusal("a part of it is missing") from error
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise self.refusal("a part of it is damaged, or has a password") from error


class _Parser:
    """Expat with limits. The first element or text after each piece shows that it does not wait in vain."""

    def __init__(self, package: Package, part: str, reader: PartReader) -> None:
        self._package, self._part, self._reader = package, part, reader
        self._depth = 0
        self._waited = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear
        self._parser.StartDoctypeDeclHandler = self._refuse_type

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        self._waited += len(piece)
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise self._package.refusal(f"{self._part[-60:]} is not whole") from error
        if self._waited > MAX_WAIT:
            raise self._package.refusal(f"{self._part[-60:]} has a name or a comment without end")

    def _begin(self, name: str, attributes: Attributes) -> None:
        self._waited = 0
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._package.refusal(f"{self._part[-60:]} is nested more than {MAX_DEPTH} deep")
        self._reader.begin(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _hear(self, text: str) -> None:
        self._waited = 0
        self._reader.hear(text)

    def _end(self, name: str) -> None:
        self._waited = 0
        self._depth -= 1
        self._reader.end(name.rpartition(":")[2] if ":" in name else name)

    def _refuse_type(self, *_: object) -> None:
        raise self._package.refusal(f"{self._part[-60:]} declares a document type")
