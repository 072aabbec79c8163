"""Opening the interactions: their records on the Redis in use, their index in the data folder or on a server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
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
class PassingInteractions:
    """The interactions where nothing can be closed at the end: opened for each call, and closed after it.

    So the embedded index, which one process at a time can have open, is nobody's for long. With a client their
    records are read on it, and only the index is opened anew.
    """

    settings: Settings
    redis: Redis | None = None

    async def remember(self, items: Sequence[Interaction]) -> int:
        async with self._open() as interactions:
            return await interactions.remember(items)

    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:
        async with self._open() as interactions:
            return await interactions.recall(query, where, limit)

    async def history(
        self, where: Where = ANYWHERE, limit: int = 50, before: datetime | None = None
    ) -> list[Interaction]:
        async with self._open() as interactions:
            return await interactions.history(where, limit, before)

    async def suppressed(self, person: str) -> str | None:
        async with self._open() as interactions:
            return await interactions.suppressed(person)

    async def forget(self, person: str) -> int:
        async with self._open() as interactions:
            return await interactions.forget(person)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[IndexedInteractions]:
        async with AsyncExitStack() as stack:
            client = self.redis
            if client is None:
                client = await stack.enter_async_context(open_redis(self.settings))
            yield await stack.enter_async_context(open_interactions(self.settings, client))


def _index(settings: Settings, embedder: MiniLM) -> Index:
    if settings.qdrant_url is None:
        return EdgeIndex(settings.data / "interactions", model=embedder.name, size=embedder.size)
    from memory.server_index import ServerIndex, open_client  # noqa: PLC0415 - qdrant_client takes 0.9 s to import

    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    client = open_client(settings.qdrant_url.get_secret_value(), key)
    return ServerIndex(client, model=embedder.name, size=embedder.size)
