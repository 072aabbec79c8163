"""Opening the interactions: their records on the Redis in use, their index in the data folder or on a server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from memory.edge_index import EdgeIndex
from memory.indexed_interactions import Health, IndexedInteractions
from memory.interaction_index import Index
from memory.interaction_records import Records
from memory.interactions import ANYWHERE, Recalled, Where
from memory.records import Interaction
from server.data_server import open_redis
from server.settings import Settings
from tools.embedding import MiniLM

LINGER = 2.0  # seconds: opening the index anew takes about one


@asynccontextmanager
async def open_interactions(settings: Settings, client: Redis) -> AsyncIterator[IndexedInteractions]:
    """The interactions on `client`. Their index is opened when it is first needed, and closed with the context."""
    embedder = MiniLM()
    interactions = IndexedInteractions(Records(client), embedder=embedder, index=_index(settings, embedder))
    try:
        yield interactions
    finally:
        await interactions.close()


async def examine_interactions(settings: Settings, client: Redis) -> Health:
    """How the interactions and their index are; for `doctor`. Nothing is made where there is no index yet."""
    if settings.qdrant_url is None and not (settings.data / "interactions" / "index.json").exists():
        records = Records(client)
        return Health(await records.count(), points=0, behind=await records.count_changes(0))
    async with open_interactions(settings, client) as interactions:
        return await interactions.examine()


@dataclass(frozen=True)
class BorrowedInteractions:
    """The interactions where nobody holds them for long: each call borrows them, and gives them back."""

    borrow: Callable[[], AbstractAsyncContextManager[IndexedInteractions]]

    async def remember(self, items: Sequence[Interaction]) -> int:
        async with self.borrow() as interactions:
            return await interactions.remember(items)

    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:
        async with self.borrow() as interactions:
            return await interactions.recall(query, where, limit)

    async def history(
        self, where: Where = ANYWHERE, limit: int = 50, before: datetime | None = None
    ) -> list[Interaction]:
        async with self.borrow() as interactions:
            return await interactions.history(where, limit, before)

    async def suppressed(self, person: str) -> str | None:
        async with self.borrow() as interactions:
            return await interactions.suppressed(person)

    async def forget(self, person: str) -> int:
        async with self.borrow() as interactions:
            return await interactions.forget(person)


def passing_interactions(settings: Settings) -> BorrowedInteractions:
    """The interactions where nothing can be closed at the end, as in Studio: opened anew for each call.

    So the embedded index, which one process at a time can have open, is nobody's for long.
    """

    @asynccontextmanager
    async def borrow() -> AsyncIterator[IndexedInteractions]:
        async with open_redis(settings) as client, open_interactions(settings, client) as interactions:
            yield interactions

    return BorrowedInteractions(borrow)


@asynccontextmanager
async def lingering_interactions(
    settings: Settings, client: Redis, *, seconds: float = LINGER
) -> AsyncIterator[BorrowedInteractions]:
    """The interactions of a process that serves: their index stays open between calls that are close together.

    When none has come for so many `seconds` it is let go, so that the command line may have it.
    """
    async with open_interactions(settings, client) as interactions:
        lingering = Lingering(interactions, seconds)
        try:
            yield BorrowedInteractions(lingering.borrow)
        finally:
            await lingering.end()


@dataclass
class Lingering:
    """Lends the interactions to as many as ask at once, and lets go of their index a while after the last."""

    held: IndexedInteractions
    seconds: float
    _borrowers: int = 0
    _resting: "asyncio.Task[None] | None" = None  # as long as it can be told not to
    _letting_go: "asyncio.Task[None] | None" = None

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[IndexedInteractions]:
        """The interactions; an index that was let go is opened again by whoever needs it."""
        self._borrowers += 1
        if self._resting:
            self._resting.cancel()
        try:
            yield self.held
        finally:
            self._borrowers -= 1
            if not self._borrowers:
                self._resting = self._letting_go = asyncio.create_task(self._let_go())

    async def end(self) -> None:
        """Wait for nobody any more."""
        if self._resting:
            self._resting.cancel()
        if self._letting_go:
            await asyncio.gather(self._letting_go, return_exceptions=True)

    async def _let_go(self) -> None:
        await asyncio.sleep(self.seconds)
        self._resting = None  # from here on it is not stopped half way
        await self.held.close()


def _index(settings: Settings, embedder: MiniLM) -> Index:
    if settings.qdrant_url is None:
        return EdgeIndex(settings.data / "interactions", model=embedder.name, size=embedder.size)
    from memory.server_index import ServerIndex, open_client  # noqa: PLC0415 - qdrant_client takes 0.9 s to import

    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    client = open_client(settings.qdrant_url.get_secret_value(), key)
    return ServerIndex(client, model=embedder.name, size=embedder.size)
