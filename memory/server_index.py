"""The index on a Qdrant server, for when one process is not enough. Any number of processes may use it at once."""

import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from pydantic import ValidationError
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from memory.errors import Malformed, Unavailable
from memory.interaction_index import KEYWORDS, WORDS_NAME, Hit, Mark, Point, Probe, conditions, joined
from memory.interaction_words import Words
from memory.interactions import ANYWHERE, Where

COLLECTION = "zigral-interactions"
MARK = UUID(int=0)  # a point without vectors, that keeps how far the index is
SECONDS = 30  # for one answer


def open_client(url: str, api_key: str | None = None) -> AsyncQdrantClient:
    """A client of the server at `url`. Nothing is asked yet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a key sent in the clear to localhost is the operator's own choice
        return AsyncQdrantClient(url=url, api_key=api_key, timeout=SECONDS, check_compatibility=False)


class ServerIndex:
    """The index in one collection; it is made where it is missing, and made anew for another model.

    Vectors of deleted points stay in the server's files until it writes its segments anew: of the text, which is
    not in here at all, nothing does.
    """

    def __init__(self, client: AsyncQdrantClient, *, model: str, size: int, collection: str = COLLECTION) -> None:
        self._client, self._model, self._size, self._collection = client, model, size, collection
        self._ready = False

    async def mark(self) -> Mark | None:
        async with self._asking() as client:
            found = await client.retrieve(self._collection, [str(MARK)], with_payload=True, with_vectors=False)
        try:
            return Mark.model_validate_json((found[0].payload or {})["mark"]) if found else None
        except (ValidationError, KeyError):
            return None

    async def put(self, points: Sequence[Point], mark: Mark | None = None) -> None:
        records = [
            models.PointStruct(
                id=str(point.id),
                vector={self._model: point.rows.tolist(), WORDS_NAME: _sparse(point.words)},
                payload=dict(point.fields),
            )
            for point in points
        ]
        async with self._asking() as client:
            if records:
                await client.upsert(self._collection, records, wait=True)
        await self._keep(mark)

    async def remove(self, ids: Sequence[UUID], mark: Mark | None = None) -> None:
        async with self._asking() as client:
            if ids:
                chosen = models.PointIdsList(points=[str(each) for each in ids])
                await client.delete(self._collection, chosen, wait=True)
        await self._keep(mark)

    async def search(self, probe: Probe, where: Where, limit: int) -> list[Hit]:
        row = [[float(number) for number in probe.row]]
        words = _sparse(probe.words) if probe.words.indices else None
        must = _must(where)
        meanings = await self._nearest(row, self._model, must, limit)
        worded = await self._nearest(words, WORDS_NAME, must, limit) if words else {}
        if missing := [each for each in worded if each not in meanings]:
            meanings |= await self._nearest(row, self._model, [_among(missing)], len(missing))
        if words and (missing := [each for each in meanings if each not in worded]):
            worded |= await self._nearest(words, WORDS_NAME, [_among(missing)], len(missing))
        return joined(meanings, worded)

    async def count(self, where: Where = ANYWHERE) -> int:
        but_the_mark = models.Filter(must=_must(where), must_not=[_among([MARK])])
        async with self._asking() as client:
            return (await client.count(self._collection, count_filter=but_the_mark, exact=True)).count

    async def clear(self) -> None:
        async with self._asking() as client:
            await client.delete_collection(self._collection)
        self._ready = False
        async with self._asking():
            pass

    async def close(self) -> None:
        await self._client.close()

    async def _keep(self, mark: Mark | None) -> None:
        if mark:
            point = models.PointStruct(id=str(MARK), vector={}, payload={"mark": mark.model_dump_json()})
            async with self._asking() as client:
                await client.upsert(self._collection, [point], wait=True)

    async def _nearest(self, query: Any, using: str, must: list[Any], limit: int) -> dict[UUID, float]:
        async with self._asking() as client:
            found = await client.query_points(
                self._collection,
                query=query,
                using=using,
                query_filter=models.Filter(must=must) if must else None,
                limit=limit,
                with_payload=False,
                with_vectors=False,
            )
        return {UUID(str(point.id)): float(point.score) for point in found.points}

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AsyncQdrantClient]:
        """The client, with its collection made; what goes wrong becomes our own error, without any address."""
        try:
            if not self._ready:
                await self._make()
                self._ready = True
            yield self._client
        except UnexpectedResponse as error:
            if error.status_code == 404:
                self._ready = False
                raise Malformed("The index's collection on the Qdrant server is gone.") from None
            raise Unavailable(_refused(error.status_code)) from None
        except (ResponseHandlingException, ApiException, httpx.HTTPError) as error:
            raise Unavailable(
                f"The Qdrant server did not answer ({type(error).__name__}). Start it, or unset QDRANT_URL to use "
                "the embedded index."
            ) from None

    async def _make(self) -> None:
        client, name = self._client, self._collection
        if await client.collection_exists(name):
            vectors = (await client.get_collection(name)).config.params.vectors
            if isinstance(vectors, dict) and self._model in vectors:
                return
            await client.delete_collection(name)  # another model's: the records make it again
        try:
            await self._create()
        except UnexpectedResponse as error:
            if error.status_code != 409:  # another process made it at the same moment
                raise

    async def _create(self) -> None:
        client, name = self._client, self._collection
        pieces = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
        await client.create_collection(
            name,
            vectors_config={
                self._model: models.VectorParams(
                    size=self._size, distance=models.Distance.COSINE, multivector_config=pieces
                )
            },
            sparse_vectors_config={WORDS_NAME: models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the in-process form has no need of them
            for field in KEYWORDS:
                await client.create_payload_index(name, field, models.PayloadSchemaType.KEYWORD, wait=True)
            await client.create_payload_index(name, "at", models.PayloadSchemaType.DATETIME, wait=True)


def _refused(status: int | None) -> str:
    if status in {401, 403}:
        return "The Qdrant server wants another key. Set QDRANT_API_KEY."
    return f"The Qdrant server refused (HTTP {status}). Look at its log."


def _sparse(words: Words) -> models.SparseVector:
    return models.SparseVector(indices=list(words.indices), values=list(words.values))


def _among(ids: Sequence[UUID]) -> models.HasIdCondition:
    return models.HasIdCondition(has_id=[str(each) for each in ids])


def _must(where: Where) -> list[Any]:
    found: list[Any] = [
        models.FieldCondition(key=name, match=models.MatchAny(any=values))
        for name, values in conditions(where).items()
    ]
    if where.since or where.until:
        found.append(models.FieldCondition(key="at", range=models.DatetimeRange(gte=where.since, lt=where.until)))
    return found
