"""What the stores on Redis hold about a person."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, cast
from urllib.parse import unquote_to_bytes
from uuid import UUID

from redis.asyncio import Redis

from memory.checkpoint_records import readable
from memory.checkpoints import RedisSaver, saver_on
from memory.errors import Malformed, NotFound
from memory.indexed_interactions import IndexedInteractions
from memory.leads import Leads
from memory.person import How, Person
from memory.records import Lead
from memory.searching import every_value
from memory.store import Stores, stores_on
from memory.threads import Threads
from server.data_server import open_redis
from server.interactions import open_interactions
from server.jsonable import plain
from server.privacy.held_exchanges import HeldErrors, HeldMessages, HeldSpaces, HeldValues
from server.privacy.held_jobs import HeldContexts, HeldNotes, HeldTasks, HeldWorkflows
from server.privacy.held_threads import HeldThreads, people_in
from server.privacy.units import Kind, Unit, unit_of
from server.settings import Settings

Whose = Literal["theirs", "mention"]
READABLE = ("lead", "interaction", "item")  # in a form of their own, as all that is kept by others is


@dataclass(frozen=True)
class Held:
    """Something that names a person: theirs, or a text of others' that mentions them."""

    unit: Unit
    whose: Whose
    how: How
    excerpt: str
    content: object = None
    others: int = 0  # people who are in it beside them, where it goes as a whole

    @property
    def called(self) -> str:
        """Its kind as people know it."""
        is_execution = isinstance(self.content, dict) and "execution" in self.content
        return "execution" if self.unit.kind == "thread" and is_execution else self.unit.kind

    def __str__(self) -> str:
        return f"{self.called} {self.unit.shown}"


class Keeping(Protocol):
    """Reads and removes things of one kind."""

    async def read(self, unit: Unit) -> object:
        """The thing as JSON."""
        ...

    async def remove(self, unit: Unit) -> None:
        """Remove it with all that belongs to it."""
        ...


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
            how = person.named_in_bytes(_unfolded(key, part))
            unit = unit_of(key, part) if how else None
            if how and unit and named.get(unit) != "address":
                named[unit] = how
        for unit in list(named):
            if wider := await self._instead(unit, named[unit], person):
                del named[unit]
                named = wider | named
        units = sorted(named, key=lambda unit: (unit.kind, unit.owner, unit.id))
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
        elif unit.kind == "interaction":
            await self.interactions.records.delete([UUID(unit.id)])
            await self.interactions.index.remove([UUID(unit.id)])
        elif unit.kind == "item":
            namespace, key = _place(unit.id)
            await self.stores.of(unit.owner).adelete(namespace, key)
        elif unit.kind in {"answer", "token"}:
            await self.redis.unlink(unit.id)
        elif unit.kind == "run":
            await self.redis.unlink(f"{{zigral}}:run:{unit.id}", f"{{zigral}}:events:{unit.id}")
        elif unit.kind == "thread":
            await self.held_threads.remove(unit.id)
        elif unit.kind in self._kept:
            await self._kept[unit.kind].remove(unit)
        else:
            return False
        return True

    async def compact(self) -> None:
        """Leave no byte of what was removed."""
        await HeldMessages(self.redis).compact()

    async def _instead(self, unit: Unit, how: How, person: Person) -> dict[Unit, How]:
        """What is held in place of a unit: a run's thread, or the notes that name the person alone."""
        if unit.kind == "run":
            thread = await self._field(f"{{zigral}}:run:{unit.id}", "thread")
            return {Unit("thread", thread): how} if thread else {}
        return await HeldNotes(self.redis).of(unit, person)

    async def _judge(self, unit: Unit, how: How, person: Person) -> Held | None:
        """Whose it is, looked at in its own form: bytes alone may look like a name."""
        content = await self._content(unit)
        text = json.dumps(content, ensure_ascii=False, default=str) + f"\n{unit.id}"
        named = person.named(text)
        if named is None and (unit.kind in READABLE or unit.kind in self._kept) and "unreadable" not in text:
            return None  # the bytes around it looked like them
        how = named or how
        theirs, others = _whose(unit, content, how, person)
        return Held(unit, "theirs" if theirs else "mention", how, person.excerpt(text), content, others)

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
        if unit.kind == "thread":
            return await self.held_threads.read(unit.id)
        if unit.kind == "item":
            namespace, key = _place(unit.id)
            item = await self.stores.of(unit.owner).aget(namespace, key)
            return plain(item.dict()) if item else None
        if unit.kind in self._kept:
            return await self._kept[unit.kind].read(unit)
        return [part.decode("utf-8", "replace") async for part in self._raw(unit)]

    @cached_property
    def held_threads(self) -> HeldThreads:
        return HeldThreads(self.redis, self.checkpointer, self.threads)

    @cached_property
    def _kept(self) -> Mapping[Kind, Keeping]:
        """Those that read and remove things of a kind."""
        messages = HeldMessages(self.redis)
        return {
            "context": HeldContexts(self.redis),
            "note": HeldNotes(self.redis),
            "task": HeldTasks(self.redis),
            "workflow": HeldWorkflows(self.redis),
            "value": HeldValues(self.redis),
            "space": HeldSpaces(self.redis),
            "message": messages,
            "dead letter": messages,
            "agent": HeldErrors(self.redis),
        }

    async def _records(self) -> AsyncIterator[tuple[UUID, dict[str, object]]]:
        """The interactions, in pages."""
        async for page in self.interactions.records.pages():
            for item in page:
                yield item.id, item.model_dump(mode="json")

    async def _raw(self, unit: Unit) -> AsyncIterator[bytes]:
        async for key, part in every_value(self.redis, match=_literally(unit)):
            if unit_of(key, part) == unit:
                yield part

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


def _unfolded(key: bytes, part: bytes) -> bytes:
    """Where a name is looked for: names in keys are quoted, and what surrounds a checkpoint may be pressed."""
    name, _, value = part.partition(b"\n")
    return b"\n".join((key, unquote_to_bytes(key), name, readable(value)))


def _whose(unit: Unit, content: object, how: How, person: Person) -> tuple[bool, int]:
    """Whether it is the person's, and how many others are in it."""
    lead = _lead_in(content)
    if unit.kind == "lead":
        return unit.id in person.ids or (lead is not None and person.is_lead(lead)), 0
    if unit.kind == "interaction":
        return isinstance(content, dict) and content.get("person") == person.address, 0
    if lead is not None:
        return person.is_lead(lead), 0
    if unit.kind == "thread" and isinstance(content, dict) and "execution" in content:
        return _is_in(content, how, person)
    return unit.kind == "answer" or (unit.kind != "other" and how == "address"), 0


def _is_in(execution: dict[str, object], how: How, person: Person) -> tuple[bool, int]:
    """Whether they are among those whom an execution is about, and how many the others are.

    Those have their addresses as values in it; who is only named within texts, such as a page, is not. One that is
    about nobody else is theirs wherever the address stands.
    """
    people = set(people_in(execution))
    others = people - {person.address}
    return person.address in people or (how == "address" and not others), len(others)


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
