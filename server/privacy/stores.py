"""What the stores on Redis hold about a person."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

from redis.asyncio import Redis

from memory.checkpoints import RedisSaver, saver_on
from memory.contexts import Contexts
from memory.errors import Malformed, NotFound
from memory.indexed_interactions import IndexedInteractions
from memory.leads import Leads
from memory.person import How, Person
from memory.records import Lead
from memory.searching import every_value
from memory.store import Stores, stores_on
from memory.tasks import Tasks
from memory.threads import Threads
from memory.workflows import Workflows
from server.data_server import open_redis
from server.interactions import open_interactions
from server.jsonable import plain, to_json
from server.privacy.units import Unit, unit_of
from server.settings import Settings

Whose = Literal["theirs", "mention"]
READABLE = (
    "lead",
    "interaction",
    "context",
    "task",
    "workflow",
    "item",
)  # in a form of their own


@dataclass(frozen=True)
class Held:
    """Something that names a person: theirs, or a text of others' that mentions them."""

    unit: Unit
    whose: Whose
    how: How
    excerpt: str
    content: object = None


@dataclass(frozen=True)
class DataStores:
    """Every store on the Redis in use."""

    redis: Redis
    leads: Leads
    interactions: IndexedInteractions
    checkpointer: RedisSaver
    stores: Stores
    threads: Threads

    async def known(self, person: Person) -> Person:
        """The person with the names and ids that the lead store and the interactions have."""
        for lead in await self.leads.find(person.address):
            person = person.with_lead(lead)
        async for _, record in self._records():
            if record.get("person") == person.address:
                person = person.also(names=[str(record.get("person_name", ""))])
        return person

    async def find(self, person: Person) -> list[Held]:
        """All that names the person, each thing once, in the order of its kind and id."""
        named: dict[Unit, How] = {}
        async for key, part in every_value(self.redis):
            how = person.named_in_bytes(key + b"\n" + part)
            unit = unit_of(key, part) if how else None
            if how and unit and named.get(unit) != "address":
                named[unit] = how
        threads = {unit: await self._thread_of(unit) for unit in named if unit.kind == "run"}
        named |= {thread: named[run] for run, thread in threads.items() if thread and thread not in named}
        units = sorted((u for u in named if not threads.get(u)), key=lambda unit: (unit.kind, unit.owner, unit.id))
        judged = [await self._judge(unit, named[unit], person) for unit in units]
        return [held for held in judged if held is not None]

    async def remove(self, unit: Unit) -> bool:
        """Remove one thing with all that belongs to it. False where that is for a person to decide."""
        try:
            return await self._remove(unit)
        except NotFound:
            return True

    async def _remove(self, unit: Unit) -> bool:
        if unit.kind == "lead":
            await self.leads.remove(unit.id)
        elif unit.kind == "thread":
            await self._remove_thread(unit.id)
        elif unit.kind == "context":
            await Contexts(self.redis, unit.owner).delete(unit.id)
        elif unit.kind == "workflow":
            await Workflows(self.redis, unit.owner).delete(unit.id)
        elif unit.kind == "task":
            await Tasks(self.redis, unit.owner).delete(unit.id)
        elif unit.kind == "interaction":
            await self.interactions.records.delete([UUID(unit.id)])
            await self.interactions.index.remove([UUID(unit.id)])
        elif unit.kind == "item":
            namespace, key = _place(unit.id)
            await self.stores.of(unit.owner).adelete(namespace, key)
        elif unit.kind in {"answer", "run"}:
            name = unit.id if unit.kind == "answer" else f"{{zigral}}:run:{unit.id}"
            await self.redis.unlink(name, f"{{zigral}}:events:{unit.id}")
        else:
            return False
        return True

    async def _remove_thread(self, thread_id: str) -> None:
        await self.threads.drop(thread_id)
        await self.checkpointer.adelete_thread(thread_id)

    async def _judge(self, unit: Unit, how: How, person: Person) -> Held | None:
        """Whose it is, looked at in its own form: bytes alone may look like a name."""
        content = await self._content(unit)
        text = json.dumps(content, ensure_ascii=False, default=str) + f"\n{unit.id}"
        named = person.named(text)
        if named is None and unit.kind in READABLE and "unreadable" not in text:
            return None  # the bytes around it looked like them
        how = named or how
        lead = _lead_in(content)
        if unit.kind == "lead":
            theirs = unit.id in person.ids or (lead is not None and person.is_lead(lead))
        elif unit.kind == "interaction":
            theirs = isinstance(content, dict) and content.get("person") == person.address
        elif lead is not None:
            theirs = person.is_lead(lead)
        else:
            theirs = unit.kind == "answer" or (unit.kind != "other" and how == "address")
        return Held(unit, "theirs" if theirs else "mention", how, person.excerpt(text), content)

    async def _content(self, unit: Unit) -> object:
        """The thing as JSON; a damaged one as what can be read of it."""
        try:
            return await self._read(unit)
        except (Malformed, NotFound) as error:
            return {"unreadable": str(error)}

    async def _read(self, unit: Unit) -> object:
        if unit.kind == "lead":
            return (await self.leads.get(unit.id)).model_dump(mode="json")
        if unit.kind == "interaction":
            (found,) = await self.interactions.records.get([UUID(unit.id)])
            return found.model_dump(mode="json") if found else None
        if unit.kind == "context":
            return await self._context(unit)
        if unit.kind == "workflow":
            return await self._workflow(unit)
        if unit.kind == "task":
            task = await Tasks(self.redis, unit.owner).get(unit.id)
            return {"owner": unit.owner, **task.model_dump(mode="json")}
        if unit.kind == "thread":
            return await self._thread(unit.id)
        if unit.kind == "item":
            namespace, key = _place(unit.id)
            item = await self.stores.of(unit.owner).aget(namespace, key)
            return plain(item.dict()) if item else None
        return [part.decode("utf-8", "replace") async for part in self._raw(unit)]

    async def _context(self, unit: Unit) -> object:
        contexts = Contexts(self.redis, unit.owner)
        cursor, versions, checkpoints = None, [], []
        while True:
            page = await contexts.history(unit.id, cursor)
            versions += [context.model_dump(mode="json") for context in page.items]
            if (cursor := page.next_cursor) is None:
                break
        while True:
            points = await contexts.checkpoints(unit.id, cursor)
            checkpoints += [point.model_dump(mode="json") for point in points.items]
            if (cursor := points.next_cursor) is None:
                return {"owner": unit.owner, "versions": versions, "checkpoints": checkpoints}

    async def _workflow(self, unit: Unit) -> object:
        workflows, cursor, versions = Workflows(self.redis, unit.owner), None, []
        while True:
            page = await workflows.versions(unit.id, cursor)
            versions += [{"version": one.version, **one.given} for one in page.items]
            if (cursor := page.next_cursor) is None:
                return {"owner": unit.owner, "versions": versions}

    async def _thread(self, thread_id: str) -> object:
        record = await self._record(f"{{zigral}}:thread:{thread_id}")
        execution = await self._record(f"{{zigral}}:execution:{thread_id}")
        steps = await self._record(f"{{zigral}}:execution:{thread_id}:steps")
        runs = [
            await self._record(f"{{zigral}}:run:{run.decode()}")
            for run in cast("list[bytes]", await self.redis.zrange(f"{{zigral}}:thread:{thread_id}:runs", 0, -1))
        ]
        return {
            "thread_id": thread_id,
            "checkpoints": await self._checkpoints(thread_id),
            "record": record,
            "runs": runs,
            **({"execution": execution, "steps": steps} if execution else {}),
        }

    async def _checkpoints(self, thread_id: str) -> list[object]:
        found = self.checkpointer.alist({"configurable": {"thread_id": thread_id}})
        return [
            json.loads(
                to_json(
                    {
                        "checkpoint_id": each.checkpoint["id"],
                        "at": each.checkpoint["ts"],
                        "metadata": each.metadata,
                        "values": each.checkpoint["channel_values"],
                        "writes": each.pending_writes,
                    }
                )
            )
            async for each in found
        ]

    async def _record(self, key: str) -> dict[str, str]:
        fields = cast("dict[bytes, bytes]", await self.redis.hgetall(key))
        return {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}

    async def _records(self) -> AsyncIterator[tuple[UUID, dict[str, object]]]:
        """The interactions, in pages."""
        async for page in self.interactions.records.pages():
            for item in page:
                yield item.id, item.model_dump(mode="json")

    async def _raw(self, unit: Unit) -> AsyncIterator[bytes]:
        async for key, part in every_value(self.redis, match=_literally(unit)):
            if unit_of(key, part) == unit:
                yield part

    async def _thread_of(self, unit: Unit) -> Unit | None:
        thread = await self._field(f"{{zigral}}:run:{unit.id}", "thread")
        return Unit("thread", thread) if thread else None

    async def _field(self, key: str, name: str) -> str | None:
        found = cast("bytes | None", await self.redis.hget(key, name))
        return found.decode() if found is not None else None


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[DataStores]:
    """The stores on the Redis in use."""
    async with (
        open_redis(settings) as redis,
        open_interactions(settings, redis) as interactions,
        saver_on(redis) as checkpointer,
        stores_on(redis) as stores,
    ):
        yield DataStores(redis, Leads(redis), interactions, checkpointer, stores, Threads(redis))


def _lead_in(content: object) -> Lead | None:
    """The lead that a thing is about: itself, or what the newest state of a thread has."""
    if not isinstance(content, dict):
        return None
    found = content if "email" in content else None
    for checkpoint in content.get("checkpoints", ()) if found is None else ():
        values = checkpoint.get("values") if isinstance(checkpoint, dict) else None
        if isinstance(values, dict) and isinstance(values.get("lead"), dict):
            found = values["lead"]
            break
    try:
        return Lead.model_validate(found) if found else None
    except ValueError:
        return None


def _place(member: str) -> tuple[tuple[str, ...], str]:
    labels, _, key = member.partition("\0\0")
    return tuple(labels.split("\0")), key


def _literally(unit: Unit) -> str:
    """A pattern of Redis for keys that may be the unit's; what is special in it stands for any letter."""
    return "*" + "".join(letter if letter.isalnum() or letter in ":-_" else "?" for letter in unit.id) + "*"
