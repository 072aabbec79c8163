"""One person in every store, the data folder and the run folders: exported, erased, and looked for again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from memory.erasures import Erasures
from memory.errors import Unavailable, ZigralError
from memory.interactions import Where
from memory.person import Person
from memory.run_places import RunPlaces
from memory.suppressions import Suppressions
from memory.words import Clock, utc_now
from server.privacy.data_folder import DataFiles
from server.privacy.files import FileHeld, naming
from server.privacy.run_folder import RunFiles
from server.privacy.stores import DataStores, Held, open_stores
from server.run_folder import open_folder
from server.settings import Settings

SECONDS = 5.0  # in which a Redis removes the files that it wrote anew


@dataclass(frozen=True)
class Found:
    """What a search found. `left` is what erasing should have removed; `mentions` are texts of others'."""

    stores: tuple[Held, ...]
    left: tuple[str, ...]
    mentions: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Privacy:
    """Everywhere that this data folder knows of. `missing` are run folders that are not where they were."""

    stores: DataStores
    data: DataFiles
    runs: tuple[RunFiles, ...]
    missing: tuple[Path, ...]
    clock: Clock = utc_now

    @property
    def suppressions(self) -> Suppressions:
        return Suppressions(self.stores.redis)

    async def known(self, person: Person) -> Person:
        """The person with every name and id that is known of them."""
        person = await self.stores.known(person)
        for run in self.runs:
            person = await asyncio.to_thread(run.known, person)
        return person

    async def export(self, person: Person) -> dict[str, object]:
        """All that is held, as one JSON document; its lists are empty where nothing is."""
        person = await self.known(person)
        found = await self.stores.find(person)
        theirs = [held for held in found if held.whose == "theirs"]
        kinds = {"lead": "leads", "interaction": "interactions", "thread": "threads", "context": "contexts"}
        document: dict[str, object] = {
            "version": 1,
            "person": person.address,
            "names": list(person.names),
            "exported_at": self.clock().isoformat(),
            "suppressed": await self.suppressions.reason(person.address),
        }
        for kind, name in kinds.items():
            document[name] = [held.content for held in theirs if held.unit.kind == kind]
        document["stored"] = [
            {**asdict(held.unit), "content": held.content} for held in theirs if held.unit.kind not in kinds
        ]
        document["runs"] = [await asyncio.to_thread(_run, run, person) for run in self.runs]
        document["files"] = await asyncio.to_thread(self.data.export, person)
        document["mentions"] = [mention for held in found if (mention := _mention(held))]
        document["named_in_files"] = [
            each["where"] for each in await asyncio.to_thread(self._file_mentions, person)
        ]
        document["missing_folders"] = list(map(str, self.missing))
        return document

    async def erase(self, person: Person, *, mentions: bool) -> dict[str, object]:
        """Suppress the person, remove what is theirs, and say what a search finds afterwards.

        Whatever stops it, run again it ends the same.
        """
        await self.suppressions.add(person.address, "erased", self.clock())
        erasures = Erasures(self.stores.redis)
        person = await erasures.begin(await self.known(person))
        counts: Counter[str] = Counter()
        snapshots = await self._snapshots_of(person)
        counts["interactions"] = await self._forget(person)
        for run in self.runs:
            counts.update(await asyncio.to_thread(_counts, run, person))
            await asyncio.to_thread(run.erase, person, mentions=mentions)
        together: list[dict[str, object]] = []
        for held in await self.stores.find(person):
            if (held.whose == "theirs" or mentions) and await self.stores.remove(held.unit):
                counts[f"{held.called}s"] += 1
                together += [{"where": str(held), "others": held.others}] if held.others else []
        await asyncio.to_thread(self.data.erase, person, snapshots, mentions=mentions)
        await erasures.end(person)
        await self.stores.compact()
        rewritten = await self.stores.interactions.records.rewrite_log()
        found = await self.search(person)
        return {
            "version": 1,
            "person": person.address,
            "erased": dict(counts),
            "with_others": together,
            "suppressed": True,
            "log_rewritten": rewritten,
            "searched": self._places(),
            "left": list(found.left),
            "mentions": list(found.mentions),
            "missing_folders": list(map(str, self.missing)),
        }

    async def search(self, person: Person) -> Found:
        """Everything that still names the person."""
        held = await self.stores.find(person)
        left = [str(each) for each in held if each.whose == "theirs"]
        mentions = [mention for each in held if (mention := _mention(each))]
        for run in self.runs:
            left += await asyncio.to_thread(_left, run, person)
        in_files = await asyncio.to_thread(self._file_mentions, person)
        mentions += in_files
        if not held:  # else the stores' own files name the person as the stores do
            left += await self._binary(person)
        return Found(tuple(held), tuple(left), tuple(mentions))

    async def _forget(self, person: Person) -> int:
        try:
            return await self.stores.interactions.forget(person.address)
        except Unavailable:
            if await self.stores.interactions.history(Where(person=person.address), 1):
                raise
            return 0  # only the log was not written anew: that is asked for once more at the end

    async def _snapshots_of(self, person: Person) -> frozenset[str]:
        """Files of pages in the data folder that threads of theirs read, and no other thread did."""
        if not self.data.snapshots.is_dir():
            return frozenset()
        theirs: set[str] = set()
        others: set[str] = set()
        mine = {held.unit.id for held in await self.stores.find(person) if held.whose == "theirs"}
        async for thread, files in self.stores.held_threads.pages():
            (theirs if thread in mine else others).update(files)
        return frozenset(theirs - others)

    def _file_mentions(self, person: Person) -> list[dict[str, str]]:
        folders = [*(run.folder.path for run in self.runs), self.data.folder]
        seen: dict[Path, FileHeld] = {}
        for folder in folders:
            for held in naming(folder, person):
                if not self.data.is_binary(held.path):
                    seen.setdefault(held.path, held)
        return [{"where": str(held.path), "named_by": held.how, "text": held.excerpt} for held in seen.values()]

    async def _binary(self, person: Person) -> list[str]:
        """Files of the data server and of the index that still hold a byte of the person."""
        deadline = asyncio.get_running_loop().time() + SECONDS
        while True:
            found = await asyncio.to_thread(self.data.binary_naming, person)
            if not found or asyncio.get_running_loop().time() > deadline:
                return [str(path) for path in found]
            await asyncio.sleep(0.1)

    def _places(self) -> list[str]:
        stores = (
            "every key of the data server: leads, interactions, threads, runs, contexts, notes, tasks, workflows, "
            "executions, shared values, messages, stores, kept answers"
        )
        return [stores, str(self.data.folder), *(str(run.folder.path) for run in self.runs)]


@asynccontextmanager
async def open_privacy(settings: Settings, folders: Sequence[Path] = ()) -> AsyncIterator[Privacy]:
    """Everywhere to look: what the data folder knows of, and run folders that are named besides."""
    async with open_stores(settings) as stores:
        known = (*await RunPlaces(stores.redis).all(), *(folder.resolve() for folder in folders))
        runs: dict[Path, RunFiles] = {}
        missing: list[Path] = []
        for path in dict.fromkeys(known):
            try:
                runs[path] = RunFiles(open_folder(path))
            except ZigralError:
                if path in {folder.resolve() for folder in folders}:
                    raise
                missing.append(path)
        yield Privacy(stores, DataFiles(settings.data), tuple(runs.values()), tuple(missing))


def _run(run: RunFiles, person: Person) -> dict[str, object]:
    return {
        "folder": str(run.folder.path),
        "results": [result.model_dump(mode="json") for result in run.results(person)],
        "mails": [_text(path) for path in run.mails(person)],
        "snapshots": [_text(path) for path in run.pages(person)],
    }


def _text(path: Path) -> dict[str, str]:
    return {"file": str(path), "text": path.read_text(encoding="utf-8", errors="replace")}


def _counts(run: RunFiles, person: Person) -> dict[str, int]:
    return {
        "results": len(run.results(person)),
        "mails": len(run.mails(person)),
        "pages": len(run.snapshots(person)),
    }


def _left(run: RunFiles, person: Person) -> list[str]:
    paths = [*run.mails(person), *run.snapshots(person)]
    return [str(path) for path in paths] + [f"result {result.run_id}" for result in run.results(person)]


def _mention(held: Held) -> dict[str, str] | None:
    if held.whose == "theirs":
        return None
    return {"where": str(held), "named_by": held.how, "text": held.excerpt}
