"""Writing a file whole or not at all."""

from pathlib import Path
from uuid import uuid4


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path`, in a folder that is made where it is missing.

    Nobody ever reads a part of it, and a write that fails leaves nothing behind: what stood there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
