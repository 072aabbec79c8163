"""A person in the files of the data folder, beside what the data server and the index keep there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from memory.person import How, Person
from server.privacy.files import PARTIAL, drop_rows, files_in, is_mail_to, mask, named_in

BINARY = ("redis", "interactions")  # folders that programs of others write


@dataclass(frozen=True)
class DataFiles:
    """The files of a data folder."""

    folder: Path

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    def is_binary(self, path: Path) -> bool:
        """Whether the file is the data server's or the index's."""
        return any(path.is_relative_to(self.folder / name) for name in BINARY)

    def binary_naming(self, person: Person) -> list[Path]:
        """Those of them that hold a byte of the person."""
        return [
            path for name in BINARY for path in files_in(self.folder / name) if named_in(path, person) is not None
        ]

    def export(self, person: Person) -> list[dict[str, str]]:
        """Mails to them, pages that name them, and rows and lines that do so by their address."""
        found = [
            {"file": str(path), "text": path.read_text(encoding="utf-8", errors="replace")}
            for path in self._mails()
            if is_mail_to(path, person)
        ]
        found += [
            {"file": str(path), "text": path.read_text(encoding="utf-8", errors="replace")}
            for path in files_in(self.snapshots)
            if named_in(path, person)
        ]
        for path in (*self._rows(), *self._logs()):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            named = [line for line in lines if person.named(line) == "address"]
            found += [{"file": str(path), "text": "\n".join(named)}] if named else []
        return found

    def erase(self, person: Person, snapshots: frozenset[str], *, mentions: bool) -> None:
        """Remove what is theirs: mails, rows, names in logs, and the pages at `snapshots`."""
        for path in self._mails():
            if is_mail_to(path, person) or (mentions and named_in(path, person)):
                path.unlink(missing_ok=True)
        for file in snapshots:
            path = (self.folder / file).resolve()
            if path.is_relative_to(self.snapshots.resolve()):
                path.unlink(missing_ok=True)
        if mentions:
            for path in files_in(self.snapshots):
                if named_in(path, person):
                    path.unlink(missing_ok=True)
        hows: frozenset[How] = frozenset({"address", "name"}) if mentions else frozenset({"address"})
        for path in self._rows():
            drop_rows(path, person, hows)
        for path in self._logs():
            mask(path, person)
        for path in files_in(self.folder):
            if PARTIAL.fullmatch(path.name) and not self.is_binary(path) and named_in(path, person):
                path.unlink(missing_ok=True)

    def _mails(self) -> Iterator[Path]:
        yield from sorted((self.folder / "outbox").glob("*.eml"))

    def _rows(self) -> Iterator[Path]:
        yield from sorted((self.folder / "imports").glob("*.csv"))

    def _logs(self) -> Iterator[Path]:
        yield from sorted((self.folder / "logs").glob("*.log"))
