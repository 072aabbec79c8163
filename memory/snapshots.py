"""Pages as they were read: cleaned text, kept under the hash of its bytes."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from memory.errors import Malformed, NotFound
from memory.records import Snapshot


@dataclass(frozen=True)
class Snapshots:
    """The snapshots under `folder`, as `snapshots/<sha256>.txt`. The same text is kept once."""

    folder: Path

    async def save(self, text: str, *, url: str, fetched_at: datetime, title: str = "", lang: str = "") -> Snapshot:
        """Keep `text` and say where it is."""
        data = text.encode("utf-8")
        sha256 = hashlib.sha256(data).hexdigest()
        file = f"snapshots/{sha256}.txt"
        await asyncio.to_thread(_write_once, self.folder / file, data)
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


def _write_once(path: Path, data: bytes) -> None:
    if path.exists() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid4().hex}")
    partial.write_bytes(data)
    partial.replace(path)
