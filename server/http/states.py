"""A thread's states over HTTP: the newest, one of its history, the history, and changing it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from langchain_core.runnables import RunnableConfig
from redis.exceptions import RedisError
from starlette.responses import Response

from memory.errors import Invalid, NotFound, ZigralError
from memory.json_text import contains
from memory.threads import Thread
from server.graph_registry import Compiled
from server.http.answers import Asked, JsonObject, Limit, answer
from server.http.auth import Owner
from server.http.backend import Backend, BackendOf
from server.http.checkpoints import Checkpoint, GivenCheckpoint
from server.http.errors import contradiction
from server.http.json_body import JsonRoute
from server.thread_state import (
    EMPTY_STATE,
    Place,
    checkpoint_of,
    graph_of,
    is_there,
    note_newest,
    state_at,
    state_shape,
)

router = APIRouter(prefix="/threads/{thread_id}", tags=["Threads"], route_class=JsonRoute)
QueryLimit = Annotated[int, Query(ge=1, le=1000)]


class StateWanted(Asked):
    """Which state is read."""

    checkpoint: Checkpoint
    subgraphs: bool | None = None


class StateChange(Asked):
    """What a node is taken to have written. `values` go through the reducers; null changes what is next alone."""

    values: JsonObject | list[Any] | None = None
    as_node: str | None = None
    checkpoint: Checkpoint | None = None
    checkpoint_id: UUID | None = None


class HistoryWanted(Asked):
    """Which states are listed: newest first, before `before`, those whose metadata contain `metadata`."""

    limit: Limit | None = None
    before: Checkpoint | None = None
    metadata: JsonObject | None = None
    checkpoint: Checkpoint | None = None


@router.get("/state")
async def get_state(thread_id: UUID, backend: BackendOf, owner: Owner, *, subgraphs: bool = False) -> Response:
    """The newest state; an empty one before any run."""
    return await _state(backend, owner, thread_id, Place(), subgraphs=subgraphs)


@router.get("/state/{checkpoint_id}")
async def get_state_at(
    thread_id: UUID, checkpoint_id: UUID, backend: BackendOf, owner: Owner, *, subgraphs: bool = False
) -> Response:
    """The state of one checkpoint."""
    return await _state(backend, owner, thread_id, Place(str(checkpoint_id)), subgraphs=subgraphs)


@router.post("/state/checkpoint")
async def get_state_of_checkpoint(
    thread_id: UUID, asked: StateWanted, backend: BackendOf, owner: Owner
) -> Response:
    """The state of a checkpoint, of the graph or of one inside it."""
    return await _state(backend, owner, thread_id, asked.checkpoint.place(), subgraphs=bool(asked.subgraphs))


@router.post("/state")
async def update_state(thread_id: UUID, asked: StateChange, backend: BackendOf, owner: Owner) -> Response:
    """Change the state as if a node had written this; from an older checkpoint, that forks."""
    place = (asked.checkpoint or GivenCheckpoint(checkpoint_id=asked.checkpoint_id)).place()
    thread = await backend.threads.get(str(thread_id), owner=owner)
    graph = await graph_of(thread, backend.graphs, writes=True)
    if graph is None:
        raise contradiction("This thread has no graph yet: run one on it, or set graph_id in its metadata.")
    async with backend.threads.updating(thread.thread_id, owner=owner) as update:
        if place.checkpoint_id and not is_there(await state_at(graph, place.config(thread))):
            raise NotFound(f"This thread has no checkpoint {place.checkpoint_id}.")
        written = await _written(graph, place.config(thread), asked)
        await note_newest(update, graph, thread)
    return answer({"checkpoint": checkpoint_of(written)})


@router.post("/history")
async def list_history(thread_id: UUID, asked: HistoryWanted, backend: BackendOf, owner: Owner) -> Response:
    """The thread's states, the newest first."""
    return await _history(backend, owner, thread_id, asked)


@router.get("/history")
async def get_history(
    thread_id: UUID,
    backend: BackendOf,
    owner: Owner,
    limit: QueryLimit = 1,
    before: UUID | None = None,
) -> Response:
    """The same, by a query: `before` is a checkpoint's id."""
    cursor = GivenCheckpoint(checkpoint_id=before) if before else None
    return await _history(backend, owner, thread_id, HistoryWanted(limit=limit, before=cursor))


async def _state(backend: Backend, owner: str, thread_id: UUID, place: Place, *, subgraphs: bool) -> Response:
    thread = await backend.threads.get(str(thread_id), owner=owner)
    graph = await graph_of(thread, backend.graphs)
    if graph is None:
        return _empty_or_missing(place)
    snapshot = await state_at(graph, place.config(thread), subgraphs=subgraphs)
    return answer(state_shape(snapshot)) if is_there(snapshot) else _empty_or_missing(place)


def _empty_or_missing(place: Place) -> Response:
    if place.checkpoint_id:
        raise NotFound(f"This thread has no checkpoint {place.checkpoint_id}.")
    if place.checkpoint_ns:
        raise NotFound("There is no state of a graph inside this thread's graph there.")
    return answer(EMPTY_STATE)


async def _written(graph: Compiled, config: RunnableConfig, asked: StateChange) -> RunnableConfig:
    """Write it. Whatever a graph's own reducers and types say against the values is the client's to hear."""
    try:
        return await graph.aupdate_state(config, asked.values, as_node=asked.as_node)
    except (ZigralError, RedisError):
        raise
    except Exception as error:
        raise Invalid(f"The graph does not take this update ({type(error).__name__}: {error})") from error


async def _history(backend: Backend, owner: str, thread_id: UUID, asked: HistoryWanted) -> Response:
    thread = await backend.threads.get(str(thread_id), owner=owner)
    graph = await graph_of(thread, backend.graphs)
    if graph is None:
        return answer([])
    place = (asked.checkpoint or GivenCheckpoint()).place()
    return answer(await _states(graph, thread, place, asked))


async def _states(graph: Compiled, thread: Thread, place: Place, asked: HistoryWanted) -> list[dict[str, object]]:
    """The states, read one by one until there are enough."""
    before = asked.before.place().config(thread) if asked.before else None
    wanted, limit = asked.metadata or {}, asked.limit or 1
    found: list[dict[str, object]] = []
    try:
        async for snapshot in graph.aget_state_history(place.config(thread), before=before):
            if contains(snapshot.metadata or {}, wanted):
                found.append(state_shape(snapshot))
            if len(found) == limit:
                break
    except ValueError as error:  # LangGraph's word for a namespace that leads to no subgraph
        raise NotFound("There is no such graph inside this thread's graph.") from error
    return found
