"""Threads over HTTP: made, found, changed, copied, deleted. Their states are in `states`."""

from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Header
from pydantic import Field
from starlette.responses import Response

from memory.errors import Conflict, Invalid, NotFound
from memory.threads import Query, SortBy, Thread, ThreadStatus
from server.http.answers import (
    Asked,
    Id,
    JsonObject,
    Limit,
    Offset,
    SortOrder,
    answer,
    chosen,
    nothing,
    page_of,
    stamp,
)
from server.http.auth import Owner
from server.http.backend import BackendOf
from server.http.extracting import MOST_PATHS, extracted
from server.http.json_body import JsonRoute
from server.thread_state import graph_of, note_newest

router = APIRouter(prefix="/threads", tags=["Threads"], route_class=JsonRoute)
Fields = Literal[
    "thread_id",
    "status",
    "metadata",
    "config",
    "values",
    "interrupts",
    "error",
    "created_at",
    "updated_at",
    "state_updated_at",
]


class NewThread(Asked):
    """A thread to be made."""

    thread_id: Id | None = None
    metadata: JsonObject | None = None
    if_exists: Literal["raise", "do_nothing"] | None = None
    supersteps: list[object] | None = None


class ChangedThread(Asked):
    """What is merged into a thread's metadata."""

    metadata: JsonObject | None = None


class ThreadCount(Asked):
    """Which threads are counted."""

    metadata: JsonObject | None = None
    values: JsonObject | None = None
    status: ThreadStatus | None = None
    ids: Annotated[list[Id], Field(max_length=10_000)] | None = None


class ThreadSearch(ThreadCount):
    """Which threads are listed, and how."""

    limit: Limit = 10
    offset: Offset = 0
    sort_by: SortBy | None = None
    sort_order: SortOrder | None = None
    select: list[Fields] | None = None
    extract: Annotated[dict[str, str], Field(max_length=MOST_PATHS)] | None = None


@router.post("")
async def create_thread(asked: NewThread, backend: BackendOf, owner: Owner) -> Response:
    """Make a thread."""
    if asked.supersteps:
        raise Invalid("supersteps are not taken yet: make the thread, then update its state.")
    await backend.refuse_full(owner)
    thread_id = str(asked.thread_id or uuid4())
    try:
        return answer(shape(await backend.threads.create(thread_id, owner=owner, metadata=asked.metadata)))
    except Conflict:
        if asked.if_exists != "do_nothing":
            raise
    try:
        return answer(shape(await backend.threads.get(thread_id, owner=owner)))
    except NotFound:
        raise Conflict(f"Thread {thread_id} exists already. Choose another id.") from None


@router.post("/search")
async def search_threads(asked: ThreadSearch, backend: BackendOf, owner: Owner) -> Response:
    """Threads that match, one page of them."""
    query = _query(asked, owner, sort_by=asked.sort_by, sort_order=asked.sort_order)
    found, total = await backend.threads.page(query, limit=asked.limit, offset=asked.offset)
    items = []
    for thread in found:
        whole = shape(thread)
        item = dict(chosen(whole, asked.select))
        items.append(item | ({"extracted": extracted(whole, asked.extract)} if asked.extract else {}))
    return page_of(items, total, offset=asked.offset)


@router.post("/count")
async def count_threads(asked: ThreadCount, backend: BackendOf, owner: Owner) -> Response:
    """How many match: a bare number."""
    return answer(await backend.threads.count(_query(asked, owner)))


@router.get("/{thread_id}")
async def get_thread(thread_id: UUID, backend: BackendOf, owner: Owner) -> Response:
    """The thread, with the values of its last state."""
    return answer(shape(await backend.threads.get(str(thread_id), owner=owner)))


@router.patch("/{thread_id}", responses={204: {"description": "Done, and nothing more was wished for."}})
async def patch_thread(
    thread_id: UUID,
    asked: ChangedThread,
    backend: BackendOf,
    owner: Owner,
    prefer: Annotated[str | None, Header()] = None,
) -> Response:
    """Merge metadata into the thread's."""
    thread = await backend.threads.patch(str(thread_id), owner=owner, metadata=asked.metadata or {})
    return nothing() if prefer and "return=minimal" in prefer else answer(shape(thread))


@router.delete("/{thread_id}", status_code=204)
async def delete_thread(thread_id: UUID, backend: BackendOf, owner: Owner) -> Response:
    """Delete the thread with its runs, which stop, and its states."""
    await backend.delete_thread(str(thread_id), owner=owner)
    return nothing()


@router.post("/{thread_id}/copy")
async def copy_thread(thread_id: UUID, backend: BackendOf, owner: Owner) -> Response:
    """Copy the thread with its states, and without its runs, under a new id."""
    await backend.refuse_full(owner)
    thread = await backend.threads.get(str(thread_id), owner=owner)
    copy = await backend.copy_thread(thread.thread_id, owner=owner)
    graph = await graph_of(copy, backend.graphs) if thread.status == "busy" else None
    if graph is not None:  # what is noted of a thread is as its last run left it, and its states are newer
        async with backend.threads.updating(copy.thread_id, owner=owner) as update:
            await note_newest(update, graph, copy)
        copy = await backend.threads.get(copy.thread_id, owner=owner)
    return answer(shape(copy))


def shape(thread: Thread) -> dict[str, object]:
    """A thread as the protocol has it."""
    return {
        "thread_id": thread.thread_id,
        "status": thread.status,
        "metadata": thread.metadata,
        "config": thread.config,
        "values": thread.values,
        "interrupts": thread.interrupts,
        "error": thread.error,
        "created_at": stamp(thread.created_at),
        "updated_at": stamp(thread.updated_at),
        "state_updated_at": stamp(thread.state_updated_at),
    }


def _query(
    asked: ThreadCount, owner: str, *, sort_by: SortBy | None = None, sort_order: SortOrder | None = None
) -> Query:
    return Query(
        owner=owner,
        metadata=asked.metadata or {},
        values=asked.values or {},
        ids=None if asked.ids is None else [str(one) for one in asked.ids],
        status=asked.status,
        sort_by=sort_by or "updated_at",
        descending=sort_order != "asc",
    )
