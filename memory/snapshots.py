"""Pages as they were read: cleaned text, kept under the hash of its bytes."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from memory.errors import Malformed, NotFound, Unavailable
from memory.files import write_whole
from memory.records import Snapshot


@dataclass(frozen=True)
class Snapshots:
    """The snapshots under `folder`, as `snapshots/<sha256>.txt`. The same text is kept once."""

    folder: Path

    async def save(self, text: str, *, url: str, fetched_at: datetime, title: str = "", lang: str = "") -> Snapshot:
        """Keep `text` and say where it is; `Unavailable` where the folder cannot be written to."""
        data = _encoded(text, url)
        sha256 = hashlib.sha256(data).hexdigest()
        file = f"snapshots/{sha256}.txt"
        try:
            await asyncio.to_thread(_write_once, self.folder / file, data)
        except OSError as error:
            raise Unavailable(
                f"The snapshot of {url} could not be written to {self.folder} ({error.strerror}). "
                "Make space or allow writing there, and run again."
            ) from error
        return Snapshot(
            id=sha256[:16], url=url, fetched_at=fetched_at, sha256=sha256, file=file, title=title, lang=lang
        )

    async def text(self, snapshot: Snapshot) -> str:
        """The snapshot's text; `Malformed` where the file is not what was saved."""
        data = await asyncio.to_thread(self.read_bytes, snapshot.file)
        if hashlib.sha256(data).hexdigest() != snapshot.sha256:
            raise Malformed(f"The snapshot {snapshot.file} was changed after it was saved. Read the page again.")
        return data.decode("utf-8")

    def read_bytes(self, file: str) -> bytes:
        """The bytes of `file`; `Malformed` where it lies outside the folder, `NotFound` where it is not there."""
        path = (self.folder / file).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise Malformed(f"The snapshot {file!r} lies outside {self.folder}.")
        try:
            return path.read_bytes()
        except OSError as error:
            raise NotFound(f"The snapshot {file!r} cannot be read ({error.strerror}).") from error


def _encoded(text: str, url: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed(
            f"The text of {url} has letters that cannot be written down. Read the page again."
        ) from error


def _write_once(path: Path, data: bytes) -> None:
    """Under its name only when it is whole; what stands there and is not `data` is written anew."""
    if path.is_file() and path.read_bytes() == data:
        return
    write_whole(path, data)
