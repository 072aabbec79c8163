"""What files hold about a person: looked for in every byte, removed by what each kind of file is."""

import csv
import email
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.policy import default
from pathlib import Path

from memory.errors import Unavailable
from memory.files import write_whole
from memory.person import How, Person
from tools.csv_cells import records

WINDOW = 1 << 20  # bytes of a file that are looked at together
OVERLAP = 1 << 10  # bytes that two windows share: longer than any address or name
PARTIAL = re.compile(r"\..+\.[0-9a-f]{32}(?:\.html)?")  # what a killed process was writing


@dataclass(frozen=True)
class FileHeld:
    """A file that names a person, and where."""

    path: Path
    how: How
    excerpt: str


def naming(folder: Path, person: Person) -> Iterator[FileHeld]:
    """Every file under the folder that names the person in its bytes, its name, or, of a mail, its decoded text."""
    for path in sorted(files_in(folder)):
        if (held := named_in(path, person)) is not None:
            yield held


def files_in(folder: Path) -> list[Path]:
    """The folder's files, in all its folders. Links are not followed."""
    found = []
    for base, _, names in os.walk(folder):
        found += [path for name in names if (path := Path(base) / name).is_file() and not path.is_symlink()]
    return found


def named_in(path: Path, person: Person) -> FileHeld | None:
    """How the file names the person, or None."""
    if path.suffix == ".eml" and (how := person.named(text := mail_text(path))):
        return FileHeld(path, how, person.excerpt(text))
    best: FileHeld | None = None
    for window in _windows(path):
        how = person.named_in_bytes(window)
        if how and (best is None or best.how == "name"):
            best = FileHeld(path, how, person.excerpt(window.decode("utf-8", "replace")))
            if how == "address":
                break
    if best is None and (how := person.named(path.name)):
        best = FileHeld(path, how, path.name)
    return best


def mail_text(path: Path) -> str:
    """A mail's headers and its text, decoded."""
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    body = message.get_body(("plain", "html"))
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    return f"{headers}\n{body.get_content() if body else ''}"


def is_mail_to(path: Path, person: Person) -> bool:
    """Whether the mail is to them: by its name, which is a lead's id, or by its header."""
    if path.stem in person.ids:
        return True
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    return person.named(str(message["To"] or "")) == "address"


def drop_rows(path: Path, person: Person, hows: frozenset[How]) -> int:
    """Write a CSV without the rows that name the person in one of these ways; how many there were."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    rows = [record.cells for record in records(io.StringIO(text, newline=""), ",", path.name)]
    kept = [row for row in rows if person.named("\n".join(row)) not in hows]
    if len(kept) < len(rows):
        end = "\r\n" if "\r\n" in text else "\n"
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=end).writerows(kept)
        write_whole(path, out.getvalue().encode("utf-8", "surrogateescape"))
    return len(rows) - len(kept)


def mask(path: Path, person: Person) -> None:
    """Star out in place what names the person: whoever appends to the file meanwhile loses no line."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror}). Allow it, and run again.") from error
    try:
        data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        for start, piece in _lines(data):
            masked = person.masked(piece)
            if masked != piece:
                os.pwrite(descriptor, masked, start)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    for line in data.splitlines(keepends=True):
        yield start, line
        start += len(line)


def _windows(path: Path) -> Iterator[bytes]:
    """The file's bytes, without its holes: an index of vectors may look 200 MB large and take 0.4."""
    try:
        with path.open("rb") as file:
            for start, end in _data(file.fileno()):
                tail = b""
                file.seek(start)
                while block := file.read(min(WINDOW, end - file.tell())):
                    yield tail + block
                    tail = block[-OVERLAP:]
    except FileNotFoundError:
        return


def _data(descriptor: int) -> Iterator[tuple[int, int]]:
    """Where there is data, from and to; a file system that knows of no holes says all of it."""
    end = 0
    while True:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError:  # there is none behind
            return
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, end
