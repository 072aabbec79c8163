"""Assistants: a graph with a name, and the config and context that its runs begin with. On a plain Redis.

{zigral:assistants}:one:<id>     its owner, which version is the latest, and each version (v1, v2, ...) as JSON
{zigral:assistants}:of:<owner>   the ids of an owner's; those of SYSTEM are everybody's

Each change makes a version; an old one can be made the latest again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from redis.asyncio import Redis

from memory.answering import answering
from memory.assistant_scripts import CREATE, DELETE, READ, SET_LATEST, UPDATE
from memory.errors import Conflict, NotFound, Refused
from memory.json_text import JsonObject, contains, dumps, load_object, merged
from memory.words import Clock, utc_now

PREFIX = "{zigral:assistants}:"
SYSTEM = "*"  # the owner of the assistants that the server makes: no key can have this name
BATCH = 200  # assistants read at a time
SortBy = Literal["assistant_id", "graph_id", "name", "created_at", "updated_at"]


@dataclass(frozen=True)
class Assistant:
    """One version of an assistant."""

    assistant_id: str
    owner: str
    graph_id: str
    name: str
    description: str | None
    config: JsonObject
    context: JsonObject
    metadata: JsonObject
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class AssistantChange:
    """What is to be changed; None leaves a field as it is, and metadata are merged."""

    graph_id: str | None = None
    name: str | None = None
    description: str | None = None
    config: JsonObject | None = None
    context: JsonObject | None = None
    metadata: JsonObject | None = None


@dataclass(frozen=True)
class AssistantQuery:
    """Which assistants are looked for, in which order. Metadata match by containment, a name by a part."""

    owner: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    graph_id: str | None = None
    name: str | None = None
    sort_by: SortBy = "updated_at"
    descending: bool = True
    served: frozenset[str] = frozenset()  # the graphs whose system assistants are shown


@dataclass(frozen=True)
class Assistants:
    """All assistants on one Redis. To anybody but its owner an assistant does not exist."""

    redis: Redis
    clock: Clock = utc_now

    async def create(self, assistant_id: str, first: AssistantChange, *, owner: str) -> Assistant:
        """Make an assistant; `Conflict` where there is one of this id, whoever owns it."""
        now = self.clock()
        made = Assistant(
            assistant_id=assistant_id,
            owner=owner,
            graph_id=first.graph_id or "",
            name=first.name or "",
            description=first.description,
            config=first.config or {},
            context=first.context or {},
            metadata=first.metadata or {},
            version=1,
            created_at=now,
            updated_at=now,
        )
        if not await self._run(CREATE, made, assistant_id, owner, now.isoformat(), _written(made)):
            raise Conflict(f"Assistant {assistant_id} exists already. Use it, or choose another id.")
        return made

    async def ensure(self, assistants: Mapping[str, str], *, descriptions: Mapping[str, str] | None = None) -> None:
        """See that the server's own assistants are there: ids by their graphs. What is there is left alone."""
        for graph_id, assistant_id in assistants.items():
            first = AssistantChange(
                graph_id=graph_id,
                name=graph_id,
                description=(descriptions or {}).get(graph_id),
                metadata={"created_by": "system"},
            )
            try:
                await self.create(assistant_id, first, owner=SYSTEM)
            except Conflict:
                continue

    async def get(self, assistant_id: str, *, owner: str) -> Assistant:
        """The latest version; `NotFound` where there is none that this owner sees."""
        (found,) = await self._read([assistant_id], owner)
        if found is None:
            raise _none(assistant_id)
        return found

    async def update(self, assistant_id: str, change: AssistantChange, *, owner: str) -> Assistant:
        """Make the next version of it, from the latest one."""
        while True:
            old = await self._own(assistant_id, owner)
            async with answering("assistant store", PREFIX):
                latest, top = await self.redis.hmget(_key(assistant_id), ["latest", "top"])
            if latest is None or top is None or int(latest) != old.version:
                continue  # somebody else was quicker: look again
            now = self.clock()
            given = {name: value for name, value in vars(change).items() if value is not None}
            given["metadata"] = merged(old.metadata, change.metadata or {})
            new = replace(old, **given, version=int(top) + 1, updated_at=now)
            if await self._run(UPDATE, new, latest, top, now.isoformat(), _written(new)):
                return new

    async def versions(
        self, assistant_id: str, *, owner: str, metadata: Mapping[str, object], limit: int, offset: int
    ) -> list[Assistant]:
        """Its versions, the newest first."""
        await self.get(assistant_id, owner=owner)
        async with answering("assistant store", PREFIX):
            row = await self.redis.hgetall(_key(assistant_id))
        stored = {int(name[1:]): text for name, text in row.items() if name[:1] == b"v"}
        found = [_read_version(stored[number]) for number in sorted(stored)[::-1]]
        return [one for one in found if contains(one.metadata, dict(metadata))][offset : offset + limit]

    async def set_latest(self, assistant_id: str, version: int, *, owner: str) -> Assistant:
        """Make an earlier version the one that runs get."""
        own = await self._own(assistant_id, owner)
        if not await self._run(SET_LATEST, own, version, self.clock().isoformat()):
            raise NotFound(f"Assistant {assistant_id} has no version {version}.")
        return await self.get(assistant_id, owner=owner)

    async def delete(self, assistant_id: str, *, owner: str) -> None:
        """Delete all its versions. What ran with it stays."""
        own = await self._own(assistant_id, owner)
        if own.owner == SYSTEM:
            raise Refused("The server makes this assistant for its graph, and would make it again.")
        await self._run(DELETE, own, assistant_id)

    async def search(self, query: AssistantQuery) -> list[Assistant]:
        """All that match, in the order asked for; ties by id."""
        async with answering("assistant store", PREFIX):
            own = await self.redis.zrange(_index(query.owner), 0, -1)
            system = await self.redis.zrange(_index(SYSTEM), 0, -1)
        ids = [member.decode() for member in (*own, *system)]
        found: list[Assistant] = []
        for start in range(0, len(ids), BATCH):
            read = await self._read(ids[start : start + BATCH], query.owner)
            found += [one for one in read if one and _matches(one, query)]
        found.sort(key=lambda one: (getattr(one, query.sort_by), one.assistant_id), reverse=query.descending)
        return found

    async def _own(self, assistant_id: str, owner: str) -> Assistant:
        """The assistant, if this owner may change it: nobody may change the server's who shares them."""
        found = await self.get(assistant_id, owner=owner)
        if found.owner == SYSTEM and owner:
            raise Refused("This assistant is the server's, and everybody's. Make one of your own.")
        return found

    async def _read(self, ids: Sequence[str], owner: str) -> list[Assistant | None]:
        async with answering("assistant store", PREFIX), self.redis.pipeline(transaction=False) as pipe:
            for assistant_id in ids:
                pipe.eval(READ, 1, _key(assistant_id))
            rows = await pipe.execute()
        return [_seen(row, owner) for row in rows]

    async def _run(self, script: str, one: Assistant, *arguments: str | bytes | int) -> object:
        async with answering("assistant store", PREFIX):
            return await self.redis.eval(script, 2, _key(one.assistant_id), _index(one.owner), *arguments)


def _key(assistant_id: str) -> str:
    return f"{PREFIX}one:{assistant_id}"


def _index(owner: str) -> str:
    return f"{PREFIX}of:{owner}"


def _none(assistant_id: str) -> NotFound:
    return NotFound(f"There is no assistant {assistant_id}. POST /assistants/search lists them.")


def _written(one: Assistant) -> bytes:
    """A version as it is kept: all but what the record around it says."""
    times = {"created_at": one.created_at.isoformat(), "updated_at": one.updated_at.isoformat()}
    return dumps({**vars(one), **times})


def _read_version(text: bytes | str) -> Assistant:
    stored = load_object(text)
    times = {name: datetime.fromisoformat(str(stored[name])) for name in ("created_at", "updated_at")}
    return Assistant(**{**stored, **times})  # type: ignore[arg-type]  # as `_written` wrote it


def _seen(row: Sequence[bytes] | None, owner: str) -> Assistant | None:
    """The assistant, if it is there and this owner sees it."""
    if not row or row[0].decode() not in {owner, SYSTEM}:
        return None
    return replace(_read_version(row[2]), updated_at=datetime.fromisoformat(row[1].decode()))


def _matches(one: Assistant, query: AssistantQuery) -> bool:
    return (
        (one.owner != SYSTEM or one.graph_id in query.served)
        and (query.graph_id is None or one.graph_id == query.graph_id)
        and (query.name is None or query.name.lower() in one.name.lower())
        and contains(one.metadata, dict(query.metadata))
    )
