"""The embedded index itself: a Qdrant Edge shard in a folder. Everything here blocks, and holds the interpreter.

It runs in a process of its own (see `edge_index`). What the shard is known for is dealt with here: nothing is on
disk before `flush`, what is deleted stays in the files until they are written anew, and a full disk kills.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from qdrant_edge import (
    CountRequest,
    Distance,
    EdgeConfig,
    EdgeOptimizersConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    FieldCondition,
    Filter,
    HasIdCondition,
    MatchAny,
    Modifier,
    MultiVectorComparator,
    MultiVectorConfig,
    PayloadSchemaType,
    Query,
    QueryRequest,
    RangeDateTime,
    ScrollRequest,
    SparseVector,
    UpdateOperation,
)
from qdrant_edge import Point as EdgePoint

from memory.errors import Conflict, Malformed, Unavailable, ZigralError
from memory.files import write_whole
from memory.interaction_index import KEYWORDS, WORDS_NAME, Hit, Mark, Point, Probe, conditions, joined
from memory.interactions import Where

LEAST_FREE = 256 * 1024 * 1024  # bytes; the shard's process dies where the disk is full
PATIENCE = 3.0  # seconds that we wait for whoever holds the folder: a server lets go of it after two
COPY = 256  # points in one step of a copy


class Shard:
    """The shard under `folder`, ours alone for as long as the process lives or until `close`.

    The model that its vectors are of and their size are fixed; another one's shard is thrown away.
    """

    def __init__(self, folder: Path, model: str, size: int, holder: str, least_free: int = LEAST_FREE) -> None:
        self._folder, self._model, self._least_free = folder, model, least_free
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _held(folder / "lock", holder)
        self._config = _config(model, size)
        try:
            self._shard = self._opened()
        except BaseException:
            os.close(self._lock)
            raise

    def mark(self) -> Mark | None:
        try:
            return Mark.model_validate_json((self._folder / "index.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, points: Sequence[Point], mark: Mark | None) -> None:
        self._need(self._least_free)
        with _telling():
            self._shard.update(UpdateOperation.upsert_points([self._edge_point(point) for point in points]))
        self._keep(mark)

    def remove(self, ids: Sequence[UUID], mark: Mark | None) -> None:
        with _telling():
            if self._shard.retrieve(list(ids), with_payload=False, with_vector=False):
                self._shard.update(UpdateOperation.delete_points(list(ids)))
                self._write_anew()
        self._keep(mark)

    def search(self, probe: Probe, where: Where, limit: int) -> list[Hit]:
        row = [float(number) for number in probe.row]
        words = SparseVector(list(probe.words.indices), list(probe.words.values))
        must = _must(where)
        with _telling():
            meanings = self._nearest(row, self._model, must, limit)
            worded = self._nearest(words, WORDS_NAME, must, limit) if probe.words.indices else {}
            if missing := [each for each in worded if each not in meanings]:
                meanings |= self._nearest(row, self._model, [HasIdCondition(set(missing))], len(missing))
            if probe.words.indices and (missing := [each for each in meanings if each not in worded]):
                worded |= self._nearest(words, WORDS_NAME, [HasIdCondition(set(missing))], len(missing))
        return joined(meanings, worded)

    def count(self, where: Where) -> int:
        must = _must(where)
        with _telling():
            request = CountRequest(filter=Filter(must=must) if must else None, exact=True)
            return int(self._shard.count(request))

    def clear(self) -> None:
        with _telling():
            self._shard.close()
        self._sweep()
        self._shard = self._opened()

    def close(self) -> None:
        with _telling():
            self._shard.close()
        os.close(self._lock)

    def _opened(self) -> EdgeShard:
        """The shard, or a new one where it is missing, damaged, or of another model."""
        for name in ("shard.new", "shard.old"):  # a copy that was never finished
            shutil.rmtree(self._folder / name, ignore_errors=True)
        path, mark = self._folder / "shard", self.mark()
        if mark and mark.model == self._model and path.is_dir():
            try:
                with _telling():
                    shard = EdgeShard.load(str(path), self._config)
                    shard.scroll(ScrollRequest(limit=1, with_payload=True, with_vector=True))
                    return shard
            except Malformed:
                pass  # what is damaged is made anew from the records
        self._need(self._least_free)
        self._sweep()
        return self._new("shard")

    def _new(self, name: str) -> EdgeShard:
        with _telling():
            shard = EdgeShard.create(str(self._folder / name), self._config)
            for field in KEYWORDS:
                shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Keyword))
            shard.update(UpdateOperation.create_field_index("at", PayloadSchemaType.Datetime))
        return shard

    def _sweep(self) -> None:
        (self._folder / "index.json").unlink(missing_ok=True)  # first: without it the rest counts as nothing
        for name in ("shard", "shard.new", "shard.old"):
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def _write_anew(self) -> None:
        """Copy what is left to a new folder and put it in the old one's place: deleting leaves the bytes behind."""
        self._need(self._least_free + _size(self._folder / "shard"))
        fresh = self._new("shard.new")
        offset = None
        while True:
            request = ScrollRequest(limit=COPY, offset=offset, with_payload=True, with_vector=True)
            found, offset = self._shard.scroll(request)
            if found:
                copied = [EdgePoint(one.id, one.vector or {}, one.payload) for one in found]
                fresh.update(UpdateOperation.upsert_points(copied))
            if offset is None:
                break
        fresh.flush()
        fresh.close()
        self._shard.close()
        (self._folder / "shard").rename(self._folder / "shard.old")
        (self._folder / "shard.new").rename(self._folder / "shard")
        shutil.rmtree(self._folder / "shard.old")
        self._shard = EdgeShard.load(str(self._folder / "shard"), self._config)

    def _keep(self, mark: Mark | None) -> None:
        """What was written is on disk before the mark that says so."""
        if mark:
            with _telling():
                self._shard.flush()
            write_whole(self._folder / "index.json", mark.model_dump_json().encode())

    def _need(self, free: int) -> None:
        if shutil.disk_usage(self._folder).free < free:
            raise Unavailable(
                f"The disk of the index has less than {free >> 20} MB left. Make space and try again; "
                "the records themselves are not touched."
            )

    def _edge_point(self, point: Point) -> EdgePoint:
        words = SparseVector(list(point.words.indices), list(point.words.values))
        return EdgePoint(point.id, {self._model: point.rows.tolist(), WORDS_NAME: words}, point.fields)

    def _nearest(self, vector: Any, using: str, must: list[Any], limit: int) -> dict[UUID, float]:
        request = QueryRequest(
            limit=limit,
            query=Query.Nearest(vector, using=using),
            filter=Filter(must=must) if must else None,
            with_payload=False,
            with_vector=False,
        )
        return {UUID(str(found.id)): float(found.score) for found in self._shard.query(request)}


def _config(model: str, size: int) -> EdgeConfig:
    """No HNSW: building it stops everything, and without it 100,000 are searched in 8 ms."""
    pieces = MultiVectorConfig(MultiVectorComparator.MaxSim)
    return EdgeConfig(
        vectors={model: EdgeVectorParams(size=size, distance=Distance.Cosine, multivector_config=pieces)},
        sparse_vectors={WORDS_NAME: EdgeSparseVectorParams(modifier=Modifier.Idf)},
        optimizers=EdgeOptimizersConfig(indexing_threshold=10**9),
    )


def _must(where: Where) -> list[Any]:
    found: list[Any] = [
        FieldCondition(key=name, match=MatchAny(values)) for name, values in conditions(where).items()
    ]
    if where.since or where.until:
        since = where.since.isoformat() if where.since else None
        until = where.until.isoformat() if where.until else None
        found.append(FieldCondition(key="at", range=RangeDateTime(gte=since, lt=until)))
    return found


def _held(path: Path, holder: str) -> int:
    """The lock at `path` with our name in it; `Conflict` with the holder's where it is taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                other = os.pread(descriptor, 500, 0).decode(errors="replace").strip() or "another process"
                os.close(descriptor)
                raise Conflict(
                    f"The index of the interactions in {path.parent} is held by {other}. Ask through its API, wait "
                    "until it ends, or let both use a server: set QDRANT_URL."
                ) from None
            time.sleep(0.02)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder.encode(errors="replace"), 0)
    return descriptor


@contextmanager
def _telling() -> Iterator[None]:
    """Turn the shard's bare exceptions, and its panics, into our own errors."""
    try:
        yield
    except ZigralError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Malformed(f"The index of the interactions is damaged ({str(error)[:200]}).") from None


def _size(folder: Path) -> int:
    """Bytes that the folder takes on disk; its files are sparse."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


Call = Callable[..., Any]
_open: dict[str, Shard] = {}  # the one shard of this process, in a process of its own


def open_in_this_process(folder: Path, model: str, size: int, holder: str, least_free: int) -> None:
    """Open the shard that `call_in_this_process` then works on."""
    if not _open:
        _open["shard"] = Shard(folder, model, size, holder, least_free)


def call_in_this_process(name: str, *arguments: Any) -> Any:
    """A method of the open shard."""
    result = getattr(_open["shard"], name)(*arguments)
    if name == "close":
        _open.clear()
    return result
