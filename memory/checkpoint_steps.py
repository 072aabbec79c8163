"""What a checkpoint saver does, step by step, without saying how the server is reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
)

from memory.checkpoint_calls import Ask, Item, Scan, Steps, Stream, damaged
from memory.checkpoint_layout import escaped, name_of, parts_of, thread_of, under
from memory.checkpoint_records import Found, Head, Place, Records
from memory.checkpoint_scripts import (
    DELETE,
    DROP,
    DROP_RUNS,
    DUMP,
    FETCH,
    GET,
    NAMES,
    PUT,
    PUT_WRITES,
    RESTORE,
)
from memory.errors import Conflict, Invalid, Malformed

PAGE = 20  # checkpoints fetched at a time
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Saving:
    """The steps of a saver. Of a thread, `lasting` is how many milliseconds it lives after a write; 0: for ever."""

    records: Records
    lasting: int = 0

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> Steps[RunnableConfig]:
        place = Place.of(config)
        if checkpoint["id"] < place.checkpoint_id:
            raise Conflict(
                f"Thread {place.thread} has a step from the future: this machine's clock was set back. "
                "Set it right, and run again to continue."
            )
        leaned_on, kept = self.records.put(config, checkpoint, metadata, new_versions)
        answer = yield Ask(PUT, place.thread, [self.lasting, len(leaned_on), *leaned_on, *kept])
        _whole(place.thread, answer)
        if answer == b"MISSING":
            raise Conflict(f"Thread {place.thread} was deleted while it ran. Start it again.")
        return place.at(checkpoint["id"])

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> Steps[None]:
        place = Place.of(config)
        kept = self.records.writes(config, writes, task_id, task_path)
        if kept:
            _whole(place.thread, (yield Ask(PUT_WRITES, place.thread, [self.lasting, *kept])))

    def get(self, config: RunnableConfig) -> Steps[CheckpointTuple | None]:
        place = Place.of(config)
        name = name_of("c", place.ns, place.checkpoint_id) if place.checkpoint_id else b""
        answer = _whole(place.thread, (yield Ask(GET, place.thread, [name, *under("c", place.ns)])))
        if answer is None:
            return None
        try:
            name, record, values, writes = answer
            names = Head.of(record).value_names(parts_of(name)[1])
            found = Found(name, record, dict(zip(names, values, strict=True)), writes)
            return self.records.tuple_of(place, found)
        except UNREADABLE as error:
            raise damaged(place.thread, _why(error)) from error

    def listed(
        self,
        config: RunnableConfig | None,
        wanted: dict[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> Stream[CheckpointTuple]:
        """Checkpoints, newest first. Of all threads, those that can be read come first, and then the error."""
        if limit is not None and limit <= 0:
            return
        most = limit if limit is not None and not wanted else -1
        troubles: list[Malformed] = []
        names = yield from self._named(config, before, most, troubles)
        size = PAGE if most < 0 else min(PAGE, most)
        count = 0
        for page in (names[start : start + size] for start in range(0, len(names), size)):
            for found in (yield from self._fetched(page, troubles)):
                if all(found.metadata.get(key) == value for key, value in (wanted or {}).items()):
                    yield Item(found)
                    count += 1
                    if count == limit:
                        return
        if troubles:
            raise troubles[0]

    def threads(self) -> Stream[str]:
        """The id of every thread, in no order."""
        seen: set[str] = set()
        cursor = 0
        while True:
            following, keys = yield Scan(cursor)
            for thread in {*map(thread_of, keys)} - seen:
                yield Item(thread)
                seen.add(thread)
            cursor = int(following)
            if cursor == 0:
                return

    def delete_thread(self, thread: str) -> Steps[None]:
        yield Ask(DELETE, thread)

    def delete_for_runs(self, run_ids: Sequence[str]) -> Steps[None]:
        """Delete the runs' checkpoints in every thread; one that is damaged does not keep the others."""
        runs = [escaped(str(run_id)) for run_id in run_ids]
        troubles: list[Malformed] = []
        for thread in (yield from self._all_threads()) if runs else ():
            try:
                _whole(thread, (yield Ask(DROP_RUNS, thread, runs)))
            except Malformed as error:
                troubles.append(error)
        if troubles:
            raise troubles[0]

    def copy_thread(self, source: str, target: str) -> Steps[None]:
        if source == target:
            return
        dump = _whole(source, (yield Ask(DUMP, source)))
        if dump:
            yield Ask(RESTORE, target, [self.lasting, *dump])

    def prune(self, threads: Sequence[str], strategy: str) -> Steps[None]:
        """Keep of each thread the latest checkpoint a namespace, with what it leans on; or nothing."""
        if strategy not in {"keep_latest", "delete"}:
            raise Invalid(f"There is no way of pruning called {strategy!r}. Use keep_latest or delete.")
        for thread in map(str, threads):
            if strategy == "delete":
                yield Ask(DELETE, thread)
                continue
            names = yield from self._names(thread, b"[c\0", b"(c\1")
            kept = yield from self._kept(thread, names)
            gone = [name for name in names if name not in kept]
            if gone:
                _whole(thread, (yield Ask(DROP, thread, gone)))

    def _kept(self, thread: str, names: Sequence[bytes]) -> Steps[set[bytes]]:
        """The latest of each namespace, and the ancestors that its channels without a value are made from."""
        latest = {parts_of(name)[1]: name for name in reversed(names)}
        kept = set(latest.values())
        for ns, name in latest.items():
            found = yield from self.get(Place(thread, ns, "").at(parts_of(name)[2]))
            open_channels = set(found.metadata.get("counters_since_delta_snapshot") or ()) if found else set()
            while found and (open_channels := open_channels - found.checkpoint["channel_values"].keys()):
                if found.parent_config is None:
                    break
                found = yield from self.get(found.parent_config)
                if found:
                    kept.add(name_of("c", ns, found.checkpoint["id"]))
        return kept

    def _names(self, thread: str, first: bytes, last: bytes, most: int = -1) -> Steps[list[bytes]]:
        names: list[bytes] = _whole(thread, (yield Ask(NAMES, thread, [first, last, most])))
        return names

    def _all_threads(self) -> Steps[list[str]]:
        """Every thread; gathered first, since what is done to them changes what a scan finds."""
        threads: set[str] = set()
        cursor = 0
        while True:
            following, keys = yield Scan(cursor)
            threads.update(map(thread_of, keys))
            cursor = int(following)
            if cursor == 0:
                return sorted(threads)

    def _named(
        self, config: RunnableConfig | None, before: RunnableConfig | None, most: int, troubles: list[Malformed]
    ) -> Steps[list[tuple[str, bytes]]]:
        """(thread, name) of the checkpoints that a config asks for, newest first."""
        named = config["configurable"] if config else {}
        only = str(named.get("checkpoint_id") or "")
        bound = str(get_checkpoint_id(before) or "") if before else ""
        ns = named.get("checkpoint_ns")
        first, last = (b"[c\0", b"(c\1") if ns is None else under("c", ns)
        if ns is not None and bound:
            last = b"(" + name_of("c", ns, bound)
        some = most if ns is not None and not only else -1
        found: list[tuple[str, str, str, bytes]] = []
        for thread in [str(named["thread_id"])] if config else (yield from self._all_threads()):
            try:
                names = yield from self._names(thread, first, last, some)
            except Malformed as error:
                if config:
                    raise
                troubles.append(error)
                continue
            for name in names:
                _, its_ns, its_id = parts_of(name)
                if (not only or its_id == only) and (not bound or its_id < bound):
                    found.append((its_id, its_ns, thread, name))
        return [(thread, name) for _, _, thread, name in sorted(found, reverse=True)]

    def _fetched(
        self, page: Sequence[tuple[str, bytes]], troubles: list[Malformed]
    ) -> Steps[list[CheckpointTuple]]:
        """The checkpoints of a page, in its order; what was deleted meanwhile is left out."""
        threads: dict[str, list[bytes]] = {}
        for thread, name in page:
            threads.setdefault(thread, []).append(name)
        read: dict[tuple[str, bytes], CheckpointTuple] = {}
        for thread, names in threads.items():
            try:
                answer = _whole(thread, (yield Ask(FETCH, thread, names)))
                read.update({(thread, name): found for name, found in self._read(thread, answer)})
            except Malformed as error:
                if len(threads) == 1:
                    raise
                troubles.append(error)
        return [read[each] for each in page if each in read]

    def _read(self, thread: str, answer: Any) -> Iterable[tuple[bytes, CheckpointTuple]]:
        try:
            entries, names, values = answer
            by_name = dict(zip(names, values, strict=True))
            for name, record, writes in entries:
                found = Found(name, record, by_name, writes)
                yield name, self.records.tuple_of(Place(thread, "", ""), found)
        except UNREADABLE as error:
            raise damaged(thread, _why(error)) from error


def _whole(thread: str, answer: Any) -> Any:
    """A script's answer, where both keys of the thread were there."""
    if answer == b"TORN":
        raise damaged(thread, "a part of it was deleted")
    return answer


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
