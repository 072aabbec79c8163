"""The long-term store over HTTP: what a graph's nodes write a client reads, and the other way round."""

from typing import Annotated

from fastapi import APIRouter, Query
from langgraph.store.base import BaseStore, Item, SearchItem
from pydantic import Field
from starlette.responses import Response

from memory.errors import Invalid
from server.http.answers import Asked, JsonObject, Limit, Offset, answer, nothing, stamp
from server.http.auth import Owner
from server.http.backend import Backend, BackendOf
from server.http.json_body import JsonRoute

router = APIRouter(prefix="/store", tags=["Store"], route_class=JsonRoute)
DEEPEST = 100  # labels of a namespace
Labels = Annotated[list[str], Field(max_length=DEEPEST)]


class ItemPlace(Asked):
    """Where an item is."""

    namespace: Annotated[Labels, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)]


class NewItem(ItemPlace):
    """An item to be put, or written over."""

    value: JsonObject
    index: bool | list[str] | None = None
    ttl: float | None = None


class ItemSearch(Asked):
    """Which items are listed."""

    namespace_prefix: Labels = Field(default_factory=list)
    filter: JsonObject | None = None
    query: str | None = None
    limit: Limit = 10
    offset: Offset = 0


class NamespaceSearch(Asked):
    """Which namespaces are listed."""

    prefix: Labels | None = None
    suffix: Labels | None = None
    max_depth: Annotated[int, Field(strict=True, ge=1, le=DEEPEST)] | None = None
    limit: Limit = 100
    offset: Offset = 0


@router.put("/items", status_code=204)
async def put_item(asked: NewItem, backend: BackendOf, owner: Owner) -> Response:
    """Put an item, or write over it."""
    namespace = _namespace(asked.namespace)
    if namespace[0] == "langgraph":
        raise Invalid("A namespace that begins with langgraph is LangGraph's own.")
    await _store(backend, owner).aput(namespace, asked.key, asked.value)
    return nothing()


@router.get("/items")
async def get_item(
    backend: BackendOf, owner: Owner, key: Annotated[str, Query(min_length=1)], namespace: str = ""
) -> Response:
    """The item, or null. The namespace's labels are joined by dots."""
    labels = _namespace(namespace.split("."))
    item = await _store(backend, owner).aget(labels, key)
    return answer(shape(item) if item else None)


@router.delete("/items", status_code=204)
async def delete_item(asked: ItemPlace, backend: BackendOf, owner: Owner) -> Response:
    """Delete the item; nothing happens where there is none."""
    await _store(backend, owner).adelete(_namespace(asked.namespace), asked.key)
    return nothing()


@router.post("/items/search")
async def search_items(asked: ItemSearch, backend: BackendOf, owner: Owner) -> Response:
    """Items below a namespace whose values pass a filter."""
    found = await _store(backend, owner).asearch(
        _namespace(asked.namespace_prefix),
        query=asked.query,
        filter=asked.filter,
        limit=asked.limit,
        offset=asked.offset,
    )
    return answer({"items": [_hit(item) for item in found]})


@router.post("/namespaces")
async def list_namespaces(asked: NamespaceSearch, backend: BackendOf, owner: Owner) -> Response:
    """Namespaces that have items, cut off at a depth."""
    found = await _store(backend, owner).alist_namespaces(
        prefix=_namespace(asked.prefix) if asked.prefix else None,
        suffix=_namespace(asked.suffix) if asked.suffix else None,
        max_depth=asked.max_depth,
        limit=asked.limit,
        offset=asked.offset,
    )
    return answer({"namespaces": [list(one) for one in found]})


def shape(item: Item) -> dict[str, object]:
    """An item as the protocol has it."""
    return {
        "namespace": list(item.namespace),
        "key": item.key,
        "value": item.value,
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.updated_at),
    }


def _hit(item: SearchItem) -> dict[str, object]:
    return {**shape(item), "score": item.score}


def _store(backend: Backend, owner: str) -> BaseStore:
    return backend.graphs.store_of(owner)


def _namespace(labels: list[str]) -> tuple[str, ...]:
    if any(not label or "." in label or "\0" in label for label in labels):
        raise Invalid("A namespace's labels are text without dots, and none is empty.")
    return tuple(labels)
