"""A checkpoint as the saver's scripts take it, and as they give it back.

`serde` writes the values; what surrounds them is plain msgpack, so that a script can read a record's head.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import ormsgpack
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    PendingWrite,
    get_serializable_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from memory.checkpoint_layout import escaped, name_of, parts_of, unescaped

FORMAT = b"\2"
EMPTY = "empty"  # the type of a channel that a step emptied
ERROR = "__error__"
PRESSED_FROM = 2048  # bytes of a body
PRESSED = b"\x78"  # how what zlib makes begins
INDEX_FROM = 10  # special writes have an index below 0, and names have none


@dataclass(frozen=True)
class Place:
    """The thread, the namespace and the checkpoint ("" where there is none) that a config names."""

    thread: str
    ns: str
    checkpoint_id: str

    @classmethod
    def of(cls, config: RunnableConfig) -> "Place":
        named = config["configurable"]
        return cls(str(named["thread_id"]), named.get("checkpoint_ns") or "", str(named.get("checkpoint_id") or ""))

    def at(self, checkpoint_id: str) -> RunnableConfig:
        """The config of a checkpoint beside this one."""
        return {
            "configurable": {
                "thread_id": self.thread,
                "checkpoint_ns": self.ns,
                "checkpoint_id": checkpoint_id,
            }
        }


@dataclass(frozen=True)
class Found:
    """A checkpoint as a script gives it. `values` holds what is there of those that its record names."""

    name: bytes
    record: bytes
    values: Mapping[bytes, bytes | None]
    writes: Sequence[bytes | None]


@dataclass(frozen=True)
class Head:
    """What a script reads of a record. Of values, the names without their namespace."""

    run_id: str
    parent: str
    needed: list[str]
    possible: list[str]

    @classmethod
    def of(cls, record: bytes) -> "Head":
        """Raises `ValueError` for what is no record of ours."""
        if record[:1] != FORMAT:
            raise ValueError("it was written by another program or version")
        run_id, parent, needed, possible = ormsgpack.unpackb(record[5 : _body_of(record)])
        return cls(unescaped(run_id), unescaped(parent), needed, possible)

    def value_names(self, ns: str) -> list[bytes]:
        """The names of all its values, as a script gives them: first those that it needs."""
        stem = name_of("b", ns) + b"\0"
        return [stem + short.encode() for short in (*self.needed, *self.possible)]


@dataclass(frozen=True)
class Records:
    """Writes and reads the records of one saver."""

    serde: SerializerProtocol

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> tuple[list[bytes], list[bytes]]:
        """The names of the values that a checkpoint leans on, and (name, value) of what is to be kept."""
        place, values = Place.of(config), checkpoint["channel_values"]
        stem = name_of("b", place.ns) + b"\0"
        short = {channel: _short(channel, version) for channel, version in checkpoint["channel_versions"].items()}
        needed = [name for channel, name in short.items() if channel in values]
        possible = [name for channel, name in short.items() if channel not in values]
        facts = _plain(get_serializable_checkpoint_metadata(config, metadata))
        head = [escaped(str(facts.get("run_id", ""))), escaped(place.checkpoint_id), needed, possible]
        rest = {key: value for key, value in checkpoint.items() if key != "channel_values"}
        kept = [name_of("c", place.ns, checkpoint["id"]), self._record(head, rest, facts)]
        new = {_short(channel, version): channel for channel, version in new_versions.items()}
        for name, channel in new.items():
            kept.append(stem + name.encode())
            kept.append(self.packed(values[channel]) if channel in values else ormsgpack.packb([EMPTY, b""]))
        return [stem + name.encode() for name in needed if name not in new], kept

    def writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> list[bytes | int]:
        """(name, write, 1 where the last one wins) of each write."""
        place = Place.of(config)
        kept: list[bytes | int] = []
        for position, (channel, value) in enumerate(writes):
            index = WRITES_IDX_MAP.get(channel, position)
            kept.append(name_of("w", place.ns, place.checkpoint_id, task_id, f"{index + INDEX_FROM:08d}"))
            data = self.packed(repr(value) if channel == ERROR and isinstance(value, BaseException) else value)
            kept.append(ormsgpack.packb([escaped(task_path), escaped(task_id), index, escaped(channel), data]))
            kept.append(int(index < 0))
        return kept

    def tuple_of(self, place: Place, found: Found) -> CheckpointTuple:
        """The checkpoint again. Raises `ValueError` and its like where it is damaged."""
        head = Head.of(found.record)
        _, ns, checkpoint_id = parts_of(found.name)
        rest, facts = ormsgpack.unpackb(_unpressed(found.record[_body_of(found.record) :]))
        checkpoint = cast(Checkpoint, self.unpacked(rest))
        checkpoint["channel_values"] = self._values(head, ns, found.values)
        at = Place(place.thread, ns, checkpoint_id)
        return CheckpointTuple(
            config=at.at(checkpoint_id),
            checkpoint=checkpoint,
            metadata=cast(CheckpointMetadata, self.unpacked(facts)),
            parent_config=at.at(head.parent) if head.parent else None,
            pending_writes=self._pending(found.writes),
        )

    def _values(self, head: Head, ns: str, values: Mapping[bytes, bytes | None]) -> dict[str, Any]:
        found = {}
        for number, name in enumerate(head.value_names(ns)):
            data = values.get(name)
            if data is not None:
                kind, payload = ormsgpack.unpackb(data)
                if kind != EMPTY:
                    found[parts_of(name)[2]] = self.serde.loads_typed((kind, payload))
            elif number < len(head.needed):
                raise ValueError(f"the value of {parts_of(name)[2]!r} is missing")
        return found

    def _pending(self, writes: Iterable[bytes | None]) -> list[PendingWrite]:
        read = []
        for write in writes:
            if write is None:
                raise ValueError("a pending write is missing")
            read.append(ormsgpack.unpackb(write))
        ordered = sorted(
            (unescaped(path), unescaped(task), index, unescaped(channel), data)
            for path, task, index, channel, data in read
        )
        return [(task, channel, self.unpacked(data)) for _, task, _, channel, data in ordered]

    def _record(self, head: list[Any], rest: dict[str, Any], facts: dict[str, Any]) -> bytes:
        packed = ormsgpack.packb(head)
        body = ormsgpack.packb([self.packed(rest), self.packed(facts)])
        return FORMAT + len(packed).to_bytes(4, "little") + packed + _pressed(body)

    def packed(self, value: Any) -> bytes:
        """A value with its type. Its length stands in it, so that a part of it is never taken for all."""
        return ormsgpack.packb(self.serde.dumps_typed(value))

    def unpacked(self, data: bytes) -> Any:
        kind, payload = ormsgpack.unpackb(data)
        return self.serde.loads_typed((kind, payload))


def _short(channel: str, version: str | int | float) -> str:
    """A value's name without what all values of a namespace begin with."""
    return f"{escaped(channel)}\0{escaped(str(version))}"


def _body_of(record: bytes) -> int:
    return 5 + int.from_bytes(record[1:5], "little")


def _pressed(body: bytes) -> bytes:
    """The body in less room. A graph of many nodes says the same versions and names over and over."""
    return zlib.compress(body, 1) if len(body) > PRESSED_FROM else body


def _unpressed(body: bytes) -> bytes:
    """The body again: none that is not pressed begins as one that is."""
    if body[:1] != PRESSED:
        return body
    try:
        return zlib.decompress(body)
    except zlib.error as fault:
        raise ValueError("it is damaged") from fault


def readable(record: bytes) -> bytes:
    """A record with nothing in it pressed, for looking somebody up; what is no such record, as it is."""
    if record[:1] != FORMAT or len(record) < 5:
        return record
    try:
        return record[: _body_of(record)] + _unpressed(record[_body_of(record) :])
    except ValueError:
        return record


def _plain(facts: CheckpointMetadata) -> dict[str, Any]:
    """Metadata whose numbers are of no class of their own: they come from anybody's config."""
    return {key: _scalar(value) for key, value in facts.items()}


def _scalar(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return int(value) if isinstance(value, int) else float(value)
