"""What is kept in versions as contexts are: contexts and the notes in one of them, tasks, workflows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import ValidationError
from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.person import How, Person
from memory.records import Context, JobCheckpoint
from memory.remembered import JOB_ID, Notes, Remembered
from memory.tasks import Tasks
from memory.workflows import Workflows
from server.privacy.units import Unit


@dataclass(frozen=True)
class HeldContexts:
    """The contexts of all owners."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        versions = [context.model_dump(mode="json") async for context in self.versions(unit)]
        checkpoints = [point.model_dump(mode="json") async for point in self.checkpoints(unit)]
        return {"owner": unit.owner, "versions": versions, "checkpoints": checkpoints}

    async def versions(self, unit: Unit) -> AsyncIterator[Context]:
        """The versions of a context, the latest first."""
        contexts, cursor = Contexts(self.redis, unit.owner), None
        while True:
            page = await contexts.history(unit.id, cursor)
            for context in page.items:
                yield context
            if (cursor := page.next_cursor) is None:
                return

    async def checkpoints(self, unit: Unit) -> AsyncIterator[JobCheckpoint]:
        """What was put aside of it, the latest first."""
        contexts, cursor = Contexts(self.redis, unit.owner), None
        while True:
            page = await contexts.checkpoints(unit.id, cursor)
            for point in page.items:
                yield point
            if (cursor := page.next_cursor) is None:
                return

    async def remove(self, unit: Unit) -> None:
        await Contexts(self.redis, unit.owner).delete(unit.id)


@dataclass(frozen=True)
class HeldNotes:
    """The notes that owners have remembered: each is a thing of its own, in whichever version it stands."""

    redis: Redis

    async def of(self, unit: Unit, person: Person) -> dict[Unit, How]:
        """The notes in a context that name the person; none where it holds no notes."""
        if unit.kind != "context" or unit.id != JOB_ID:
            return {}
        held, found = HeldContexts(self.redis), dict[Unit, How]()
        kept = [context.context_data async for context in held.versions(unit)]
        kept += [point.context_data async for point in held.checkpoints(unit)]
        for data in kept:
            try:
                notes = Notes.model_validate(data).notes
            except ValidationError:
                return {}
            named = ((note.text, person.named(note.text)) for note in notes)
            found |= {Unit("note", text, unit.owner): how for text, how in named if how}
        return found

    async def read(self, unit: Unit) -> object:
        return {"owner": unit.owner, "note": unit.id}

    async def remove(self, unit: Unit) -> None:
        await Remembered(Contexts(self.redis, unit.owner)).erase(unit.id)


@dataclass(frozen=True)
class HeldWorkflows:
    """The workflows of all owners."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        workflows, cursor, versions = Workflows(self.redis, unit.owner), None, []
        while True:
            page = await workflows.versions(unit.id, cursor)
            versions += [{"version": one.version, **one.given} for one in page.items]
            if (cursor := page.next_cursor) is None:
                return {"owner": unit.owner, "versions": versions}

    async def remove(self, unit: Unit) -> None:
        await Workflows(self.redis, unit.owner).delete(unit.id)


@dataclass(frozen=True)
class HeldTasks:
    """The tasks of all owners."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        task = await Tasks(self.redis, unit.owner).get(unit.id)
        return {"owner": unit.owner, **task.model_dump(mode="json")}

    async def remove(self, unit: Unit) -> None:
        await Tasks(self.redis, unit.owner).delete(unit.id)
