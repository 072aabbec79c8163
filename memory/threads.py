"""Threads: a conversation with a graph, its status and the last state that its runs left.

A thread belongs to one owner, and to anybody else it does not exist. Its status and its runs change together:
see `memory.run_scripts`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from redis.asyncio import Redis

from memory import run_scripts as scripts
from memory.errors import Conflict, NotFound
from memory.json_text import JsonObject, contains, dumps, load_object, loads, merged
from memory.scripts import Scripts, texts

ThreadStatus = Literal["idle", "busy", "interrupted", "error"]
SortBy = Literal["thread_id", "status", "created_at", "updated_at", "state_updated_at"]
FIELDS = ("gone", "owner", "status", "metadata", "config", "values", "interrupts", "error")
TIMES = ("created", "updated", "state_updated")
TIME_INDEX = {"created_at": "created", "updated_at": "updated", "state_updated_at": "state_updated"}
BATCH = 200  # threads read at a time
HOLD_SECONDS = 30  # a state update is a few milliseconds; longer, and its process died


@dataclass(frozen=True)
class Thread:
    """One thread as it was read. `values`, `interrupts` and `error` are those of its last state."""

    thread_id: str
    owner: str
    status: ThreadStatus
    metadata: JsonObject
    config: JsonObject
    values: object  # None before the first run
    interrupts: JsonObject  # {task id: [interrupt]}
    error: object  # None, or {"error": class, "message": sentence}
    created_at: datetime
    updated_at: datetime
    state_updated_at: datetime


@dataclass(frozen=True)
class Query:
    """Which threads are looked for, and in which order. Metadata and values match by containment."""

    owner: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    ids: Sequence[str] | None = None
    status: ThreadStatus | None = None
    sort_by: SortBy = "updated_at"
    descending: bool = True

    @property
    def by_time_alone(self) -> bool:
        """Whether all of an owner's threads are asked for, in the order of a time."""
        narrows = self.metadata or self.values or self.status or self.ids is not None
        return not narrows and self.sort_by in TIME_INDEX


@dataclass
class StateUpdate:
    """A thread held for a change of its state. Set all three, and they are kept when it is let go."""

    status: ThreadStatus | None = None
    values: bytes = b""  # JSON
    interrupts: bytes = b"{}"


class Threads:
    """All threads on one Redis."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._scripts = Scripts(client, scripts.LIBRARY)

    async def create(
        self, thread_id: str, *, owner: str, metadata: JsonObject | None = None, config: JsonObject | None = None
    ) -> Thread:
        """Make a thread; `Conflict` where there is one of this id, whoever owns it."""
        given = metadata or {}
        made = await self._scripts.call(
            scripts.CREATE_THREAD, thread_id, owner, dumps(given), dumps(config or {}), *tags(given)
        )
        if not made:
            raise Conflict(f"Thread {thread_id} exists already. Use it, or choose another id.")
        return await self.get(thread_id, owner=owner)

    async def get(self, thread_id: str, *, owner: str) -> Thread:
        """The thread; `NotFound` where there is none of this owner's."""
        found = (await self.read([thread_id], owner=owner))[0]
        if found is None:
            raise no_thread(thread_id)
        return found

    async def read(self, thread_ids: Sequence[str], *, owner: str) -> list[Thread | None]:
        """Several threads in the order asked for; None where there is none of this owner's."""
        async with self._client.pipeline(transaction=False) as pipe:
            for thread_id in thread_ids:
                pipe.hmget(_key(thread_id), [*FIELDS, *TIMES])
            rows = await self._scripts.run(pipe.execute())
        found = [_thread(thread_id, row) for thread_id, row in zip(thread_ids, rows, strict=True)]
        return [thread if thread and thread.owner == owner else None for thread in found]

    async def patch(self, thread_id: str, *, owner: str, metadata: JsonObject) -> Thread:
        """Merge into the thread's metadata, key by key."""
        while True:
            thread = await self.get(thread_id, owner=owner)
            raw = await self._scripts.run(self._client.hget(_key(thread_id), "metadata"))
            new = merged(load_object(raw or b"{}"), metadata)
            said = await self._scripts.call(scripts.PATCH_THREAD, thread.thread_id, raw, dumps(new), *tags(new))
            if said == b"GONE":
                raise no_thread(thread_id)
            if said == b"OK":
                return await self.get(thread_id, owner=owner)

    async def delete(self, thread_id: str, *, owner: str) -> None:
        """Delete the thread's record and its runs, which stop. Its checkpoints are the saver's to delete, after."""
        await self.get(thread_id, owner=owner)
        await self._scripts.call(scripts.DELETE_THREAD, thread_id)

    async def copy(self, thread_id: str, new_id: str, *, owner: str) -> Thread:
        """Copy the thread's record without its runs. Its checkpoints are the saver's to copy, before."""
        await self.get(thread_id, owner=owner)
        said = await self._scripts.call(scripts.COPY_THREAD, thread_id, new_id)
        if said == b"GONE":
            raise no_thread(thread_id)
        if said == b"EXISTS":
            raise Conflict(f"Thread {new_id} exists already. Choose another id.")
        return await self.get(new_id, owner=owner)

    @asynccontextmanager
    async def updating(self, thread_id: str, *, owner: str) -> AsyncIterator[StateUpdate]:
        """Hold the thread while its state is changed: no run starts meanwhile. `Conflict` while it is busy."""
        await self.get(thread_id, owner=owner)
        token = uuid4().hex
        said = await self._scripts.call(scripts.HOLD_THREAD, thread_id, token, HOLD_SECONDS)
        if said == b"GONE":
            raise no_thread(thread_id)
        if said == b"BUSY":
            raise Conflict(f"Thread {thread_id} is busy. Wait for its run, or cancel it, and try again.")
        update = StateUpdate()
        try:
            yield update
        finally:
            change = (update.status, update.values, update.interrupts) if update.status else ()
            await self._scripts.call(scripts.RELEASE_THREAD, thread_id, token, *change)

    async def page(self, query: Query, *, limit: int, offset: int) -> tuple[list[Thread], int]:
        """One page, and how many match in all."""
        if query.by_time_alone:
            chosen, total = await self._slice(query, limit=limit, offset=offset)
        else:
            ids = await self._ordered(query)
            if not _is_indexed(query):
                ids = [thread_id async for thread_id in self._matching(ids, query)]
            chosen, total = ids[offset : offset + limit], len(ids)
        found = await self.read(chosen, owner=query.owner) if chosen else []
        return [thread for thread in found if thread and query.status in (None, thread.status)], total

    async def total(self, owner: str) -> int:
        """How many threads an owner has."""
        return int(await self._scripts.run(self._client.zcard(f"{{zigral}}:threads:{owner}:created")))

    async def count(self, query: Query) -> int:
        """How many threads match."""
        return (await self.page(query, limit=0, offset=0))[1]

    async def scan(self, query: Query) -> AsyncIterator[list[Thread]]:
        """All that match, in order, a bounded number at a time."""
        ids = await self._ordered(query)
        for start in range(0, len(ids), BATCH):
            read = await self.read(ids[start : start + BATCH], owner=query.owner)
            yield [thread for thread in read if thread and _matches(thread.metadata, thread.values, query)]

    async def _matching(self, ids: Sequence[str], query: Query) -> AsyncIterator[str]:
        """Those whose metadata and values match. Values may be large, and are read only where asked for."""
        fields = ["metadata", "values"] if query.values else ["metadata"]
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            async with self._client.pipeline(transaction=False) as pipe:
                for thread_id in some:
                    pipe.hmget(_key(thread_id), fields)
                rows = await self._scripts.run(pipe.execute())
            for thread_id, (metadata, *values) in zip(some, rows, strict=True):
                kept = loads(values[0]) if values and values[0] else None
                if metadata is not None and _matches(load_object(metadata), kept, query):
                    yield thread_id

    async def going(self, *, limit: int = 100) -> list[str]:
        """Threads of runs that left none, whose time has come to be deleted."""
        return [name.decode() for name in await self._scripts.call(scripts.GOING, limit)]

    async def drop(self, thread_id: str) -> None:
        """Delete a thread's record, whoever owns it and hidden or not."""
        await self._scripts.call(scripts.DELETE_THREAD, thread_id)

    async def _slice(self, query: Query, *, limit: int, offset: int) -> tuple[list[str], int]:
        """A page of all threads by a time, without reading the others' ids."""
        index = f"{{zigral}}:threads:{query.owner}:{TIME_INDEX[query.sort_by]}"
        async with self._client.pipeline(transaction=False) as pipe:
            pipe.zcard(index)
            pipe.zrange(index, offset, offset + limit - 1, desc=query.descending)
            total, members = await self._scripts.run(pipe.execute())
        return [member.decode() for member in members] if limit else [], total

    async def _ordered(self, query: Query) -> list[str]:
        """The ids in the order asked for, of those threads that the indexes leave over."""
        index = f"{{zigral}}:threads:{query.owner}"
        by = TIME_INDEX.get(query.sort_by, "updated")
        graph, assistant = tags(query.metadata)
        narrow = [f"{index}:graph:{graph}"] if graph else []
        narrow += [f"{index}:assistant:{assistant}"] if assistant else []
        narrow += [f"{index}:status:{query.status}"] if query.status else []
        keys = {f"{index}:{by}": 1.0, **dict.fromkeys(narrow, 0.0)}
        rows = await self._scripts.run(self._client.zinter(keys, aggregate="SUM", withscores=True))
        wanted = None if query.ids is None else set(query.ids)
        pairs = [(member.decode(), score) for member, score in rows]
        pairs = [(thread_id, score) for thread_id, score in pairs if wanted is None or thread_id in wanted]
        if query.sort_by == "thread_id":
            return sorted((thread_id for thread_id, _ in pairs), reverse=query.descending)
        if query.sort_by == "status":
            return await self._by_status([thread_id for thread_id, _ in pairs], descending=query.descending)
        ordered = sorted(pairs, key=lambda pair: (pair[1], pair[0]), reverse=query.descending)
        return [thread_id for thread_id, _ in ordered]

    async def _by_status(self, ids: list[str], *, descending: bool) -> list[str]:
        async with self._client.pipeline(transaction=False) as pipe:
            for thread_id in ids:
                pipe.hget(_key(thread_id), "status")
            statuses = await self._scripts.run(pipe.execute())
        pairs = sorted(
            ((status or b"", one) for status, one in zip(statuses, ids, strict=True)), reverse=descending
        )
        return [thread_id for _, thread_id in pairs]


def tags(metadata: Mapping[str, object]) -> tuple[str, str]:
    """The graph and the assistant that a thread's metadata names; "" where it names none that could be one."""
    return _tag(metadata.get("graph_id")), _tag(metadata.get("assistant_id"))


def _tag(name: object) -> str:
    """A name as part of a key: half a surrogate pair has no bytes."""
    return name if isinstance(name, str) and name.encode(errors="ignore") == name.encode(errors="replace") else ""


def no_thread(thread_id: str) -> NotFound:
    """The error that says so."""
    return NotFound(f"There is no thread {thread_id}. Create it first, or check its id.")


def moment(microseconds: bytes | str | float) -> datetime:
    """A stored time, aware, in UTC."""
    seconds, rest = divmod(int(microseconds), 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _key(thread_id: str) -> str:
    return f"{{zigral}}:thread:{thread_id}"


def _thread(thread_id: str, row: Sequence[bytes | None]) -> Thread | None:
    stored = texts(dict(zip((*FIELDS, *TIMES), row, strict=True)))
    if "status" not in stored or "gone" in stored:
        return None
    return Thread(
        thread_id=thread_id,
        owner=stored["owner"],
        status=stored["status"],  # type: ignore[arg-type]  # only the scripts write it
        metadata=load_object(stored["metadata"]),
        config=load_object(stored["config"]),
        values=loads(stored["values"]) if stored.get("values") else None,
        interrupts=load_object(stored.get("interrupts") or "{}"),
        error=loads(stored["error"]) if stored.get("error") else None,
        created_at=moment(stored["created"]),
        updated_at=moment(stored["updated"]),
        state_updated_at=moment(stored["state_updated"]),
    )


def _is_indexed(query: Query) -> bool:
    """Whether the indexes alone say which threads match."""
    graph, assistant = tags(query.metadata)
    known = {"graph_id": graph, "assistant_id": assistant}
    return not query.values and all(known.get(key) for key in query.metadata)


def _matches(metadata: JsonObject, values: object, query: Query) -> bool:
    return contains(metadata, dict(query.metadata)) and (not query.values or contains(values, dict(query.values)))
