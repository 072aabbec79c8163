"""A person in a run's output folder: their lines, mails, pages and rows go, and the report is written again."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from memory.errors import NotFound
from memory.files import write_whole
from memory.person import How, Person
from memory.records import Result
from server.leads_csv import write_leads_csv
from server.privacy.files import PARTIAL, drop_rows, files_in, is_mail_to, mask, named_in
from server.report import write_report
from server.run_folder import RunFolder, hold

ADDRESS: frozenset[How] = frozenset({"address"})
BOTH: frozenset[How] = frozenset({"address", "name"})


@dataclass(frozen=True)
class Line:
    """One line of `runs.jsonl`; `result` is None where it cannot be read."""

    raw: bytes
    result: Result | None


@dataclass(frozen=True)
class RunFiles:
    """The files of one run's folder."""

    folder: RunFolder

    def known(self, person: Person) -> Person:
        """The person with the names and ids that results of theirs have."""
        for result in self.results(person):
            person = person.with_lead(result.lead)
        return person

    def results(self, person: Person) -> list[Result]:
        """Every result of theirs, older ones too."""
        return [line.result for line in self._lines() if line.result and person.is_lead(line.result.lead)]

    def threads(self, person: Person) -> set[str]:
        """The threads that their runs in this folder have or had."""
        made = {self.folder.thread_id(lead_id) for lead_id in person.ids}
        return made | {result.run_id for result in self.results(person)}

    def mails(self, person: Person) -> list[Path]:
        """The drafts and approved mails to them."""
        folders = (self.folder.drafts, self.folder.outbox.folder)
        mails = [path for folder in folders if folder.is_dir() for path in folder.glob("*.eml")]
        return sorted(path for path in mails if is_mail_to(path, person))

    def snapshots(self, person: Person) -> list[Path]:
        """Pages that were read for them and for nobody else."""
        theirs: set[str] = set()
        others: set[str] = set()
        for line in self._lines():
            if line.result:
                files = {snapshot.file for snapshot in line.result.snapshots}
                (theirs if person.is_lead(line.result.lead) else others).update(files)
        loose = {
            f"snapshots/{path.name}"
            for path in (self.folder.path / "snapshots").glob("*.txt")
            if f"snapshots/{path.name}" not in others and named_in(path, person)
        }
        return sorted(self.folder.path / file for file in (theirs | loose) - others if self._is_ours(file))

    def pages(self, person: Person) -> list[Path]:
        """Pages that were read for them alone, and pages that name them."""
        folder = self.folder.path / "snapshots"
        naming = {path for path in folder.glob("*.txt") if named_in(path, person)}
        return sorted({path for path in self.snapshots(person) if path.is_file()} | naming)

    def erase(self, person: Person, *, mentions: bool = False) -> None:
        """Remove what is theirs, and with `mentions` what names them in others'. Run again, it ends the same.

        Their lines go last: until then they say which pages and mails were theirs.
        """
        with hold(self.folder.path):
            for path in (*self.mails(person), *self.snapshots(person)):
                path.unlink(missing_ok=True)
            if mentions:
                self._erase_mentions(person)
            self._drop_partials(person)
            for name in ("rejected.csv", "refresh.csv"):
                if (self.folder.path / name).is_file():
                    drop_rows(self.folder.path / name, person, BOTH if mentions else ADDRESS)
            self._drop_costs(person)
            self._drop_lines(person, mentions=mentions)
            self._write_again()
            for name in ("error.log",):
                if (self.folder.path / name).is_file():
                    mask(self.folder.path / name, person)

    def _erase_mentions(self, person: Person) -> None:
        """Pages and mails of others that name the person; the run of another lead is then there no more."""
        for folder in (self.folder.path / "snapshots", self.folder.drafts, self.folder.outbox.folder):
            for path in files_in(folder):
                if named_in(path, person):
                    path.unlink(missing_ok=True)

    def _drop_partials(self, person: Person) -> None:
        for path in files_in(self.folder.path):
            if PARTIAL.fullmatch(path.name) and named_in(path, person):
                path.unlink(missing_ok=True)

    def _drop_costs(self, person: Person) -> None:
        path = self.folder.path / "costs.jsonl"
        if path.is_file():
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if _lead_id(line) not in person.ids]
            if len(kept) < len(lines):
                write_whole(path, b"".join(kept))

    def _drop_lines(self, person: Person, *, mentions: bool) -> None:
        lines = list(self._lines())
        kept = [line.raw for line in lines if not self._goes(line, person, mentions=mentions)]
        if len(kept) < len(lines):
            write_whole(self.folder.results.path, b"".join(kept))

    def _goes(self, line: Line, person: Person, *, mentions: bool) -> bool:
        if line.result is not None and person.is_lead(line.result.lead):
            return True
        names = person.named(line.raw.decode("utf-8", "replace"))
        return bool(names) and (line.result is None or mentions)

    def _write_again(self) -> None:
        if (self.folder.path / "leads.csv").exists():
            write_leads_csv(self.folder.path / "leads.csv", self.folder.results)
        report = self.folder.path / "report.html"
        if report.exists():
            try:
                write_report(self.folder.path)
            except NotFound:
                report.unlink(missing_ok=True)

    def _lines(self) -> Iterator[Line]:
        try:
            with self.folder.results.path.open("rb") as file:
                for raw in file:
                    yield Line(raw, _result(raw))
        except FileNotFoundError:
            return

    def _is_ours(self, file: str) -> bool:
        return (self.folder.path / file).resolve().is_relative_to(self.folder.path.resolve())


async def erase_in(folder: RunFolder, person: Person, *, mentions: bool) -> None:
    """`RunFiles.erase`, off the event loop."""
    await asyncio.to_thread(RunFiles(folder).erase, person, mentions=mentions)


def _result(raw: bytes) -> Result | None:
    try:
        return Result.model_validate_json(raw)
    except ValidationError:
        return None


def _lead_id(line: bytes) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found.get("lead_id") if isinstance(found, dict) else None
