"""Assistants over HTTP: one per graph, and those that clients make."""

from typing import Annotated, Literal, cast
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from langchain_core.runnables import RunnableConfig
from pydantic import AfterValidator, Field, ValidationError
from starlette.responses import Response

from memory.assistants import Assistant, AssistantChange, AssistantQuery, SortBy
from memory.errors import Conflict, Invalid, NotFound
from server.chosen_assistant import choose_assistant, mirrored
from server.graph_description import drawing_of, schemas_of, subgraph_schemas
from server.graph_registry import Compiled
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
from server.http.backend import Backend, BackendOf
from server.http.errors import place
from server.http.json_body import JsonRoute
from server.run_request import ConfigAsked

router = APIRouter(prefix="/assistants", tags=["Assistants"], route_class=JsonRoute)
Fields = Literal[
    "assistant_id",
    "graph_id",
    "name",
    "description",
    "config",
    "context",
    "metadata",
    "version",
    "created_at",
    "updated_at",
]


def _callable(config: JsonObject) -> JsonObject:
    """A config as it was given, if a run can be called with it: else each of the assistant's runs would fail."""
    try:
        ConfigAsked.model_validate(config)
    except ValidationError as error:
        fault = error.errors()[0]
        raise ValueError(f"{place(fault['loc'])}: {fault['msg']}") from None
    return config


Config = Annotated[JsonObject, AfterValidator(_callable)]


class NewAssistant(Asked):
    """An assistant to be made."""

    graph_id: str
    assistant_id: Id | None = None
    config: Config | None = None
    context: JsonObject | None = None
    metadata: JsonObject | None = None
    name: str | None = None
    description: str | None = None
    if_exists: Literal["raise", "do_nothing"] | None = None


class ChangedAssistant(Asked):
    """What is to be different in its next version."""

    graph_id: str | None = None
    config: Config | None = None
    context: JsonObject | None = None
    metadata: JsonObject | None = None
    name: str | None = None
    description: str | None = None


class AssistantCount(Asked):
    """Which assistants are counted."""

    metadata: JsonObject | None = None
    graph_id: str | None = None
    name: str | None = None


class AssistantSearch(AssistantCount):
    """Which assistants are listed, and how."""

    limit: Limit = 10
    offset: Offset = 0
    sort_by: SortBy | None = None
    sort_order: SortOrder | None = None
    select: list[Fields] | None = None


class VersionSearch(Asked):
    """Which versions are listed."""

    metadata: JsonObject | None = None
    limit: Limit = 10
    offset: Offset = 0


class LatestVersion(Asked):
    """The version that runs are to get."""

    version: Annotated[int, Field(strict=True, ge=1, le=2**31)]


@router.post("/search")
async def search_assistants(asked: AssistantSearch, backend: BackendOf, owner: Owner) -> Response:
    """Assistants that match, one page of them."""
    query = _query(asked, backend, owner, sort_by=asked.sort_by, sort_order=asked.sort_order)
    found = await backend.assistants.search(query)
    page = found[asked.offset : asked.offset + asked.limit]
    return page_of([chosen(shape(one), asked.select) for one in page], len(found), offset=asked.offset)


@router.post("/count")
async def count_assistants(asked: AssistantCount, backend: BackendOf, owner: Owner) -> Response:
    """How many match: a bare number."""
    return answer(len(await backend.assistants.search(_query(asked, backend, owner))))


@router.post("")
async def create_assistant(asked: NewAssistant, backend: BackendOf, owner: Owner) -> Response:
    """Make an assistant for a graph: its version 1."""
    _refuse_unknown(asked.graph_id, backend)
    config, context = mirrored(asked.config, asked.context)
    first = AssistantChange(
        graph_id=asked.graph_id,
        name=asked.name or "Untitled",
        description=asked.description,
        config=config,
        context=context,
        metadata=asked.metadata,
    )
    assistant_id = asked.assistant_id or str(uuid4())
    try:
        return answer(shape(await backend.assistants.create(str(assistant_id), first, owner=owner)))
    except Conflict:
        if asked.if_exists != "do_nothing":
            raise
    try:
        return answer(shape(await backend.assistants.get(str(assistant_id), owner=owner)))
    except NotFound:
        raise Conflict(f"Assistant {assistant_id} exists already. Choose another id.") from None


@router.get("/{assistant_id}")
async def get_assistant(assistant_id: UUID, backend: BackendOf, owner: Owner) -> Response:
    """Its latest version."""
    return answer(shape(await backend.assistants.get(str(assistant_id), owner=owner)))


@router.patch("/{assistant_id}")
async def update_assistant(
    assistant_id: UUID, asked: ChangedAssistant, backend: BackendOf, owner: Owner
) -> Response:
    """Make its next version. Metadata are merged, everything else is replaced."""
    if asked.graph_id is not None:
        _refuse_unknown(asked.graph_id, backend)
    config, context = await _changed(assistant_id, asked, backend, owner)
    change = AssistantChange(
        graph_id=asked.graph_id,
        name=asked.name,
        description=asked.description,
        config=config,
        context=context,
        metadata=asked.metadata,
    )
    return answer(shape(await backend.assistants.update(str(assistant_id), change, owner=owner)))


@router.delete("/{assistant_id}", status_code=204)
async def delete_assistant(
    assistant_id: UUID, backend: BackendOf, owner: Owner, *, delete_threads: bool = False
) -> Response:
    """Delete all its versions, and with `delete_threads` the threads that ran with it."""
    await backend.assistants.delete(str(assistant_id), owner=owner)
    if delete_threads:
        await backend.delete_threads({"assistant_id": str(assistant_id)}, owner=owner)
    return nothing()


@router.post("/{assistant_id}/versions")
async def list_versions(assistant_id: UUID, asked: VersionSearch, backend: BackendOf, owner: Owner) -> Response:
    """Its versions, the newest first."""
    found = await backend.assistants.versions(
        str(assistant_id), owner=owner, metadata=asked.metadata or {}, limit=asked.limit, offset=asked.offset
    )
    return answer([shape(one) for one in found])


@router.post("/{assistant_id}/latest")
async def set_latest_version(
    assistant_id: UUID, asked: LatestVersion, backend: BackendOf, owner: Owner
) -> Response:
    """Make an earlier version the one that runs get."""
    return answer(shape(await backend.assistants.set_latest(str(assistant_id), asked.version, owner=owner)))


@router.get("/{assistant_id}/graph")
async def draw_graph(
    assistant_id: str, backend: BackendOf, owner: Owner, xray: Annotated[str | None, Query()] = None
) -> Response:
    """Its graph's nodes and edges; with `xray` also what is inside of subgraphs, N levels deep."""
    return answer(drawing_of(await _graph(assistant_id, backend, owner), _depth(xray)))


@router.get("/{assistant_id}/schemas")
async def get_schemas(assistant_id: str, backend: BackendOf, owner: Owner) -> Response:
    """The JSON schemas of what its graph takes, keeps and gives; null where one cannot be described."""
    found = await choose_assistant(assistant_id, assistants=backend.assistants, graphs=backend.graphs, owner=owner)
    graph = await _graph(assistant_id, backend, owner)
    return answer({"graph_id": found.graph_id, **schemas_of(graph)})


@router.get("/{assistant_id}/subgraphs")
async def get_subgraphs(assistant_id: str, backend: BackendOf, owner: Owner, *, recurse: bool = False) -> Response:
    """The schemas of the graphs inside its graph, by the nodes that they are in."""
    return answer(subgraph_schemas(await _graph(assistant_id, backend, owner), recurse=recurse))


@router.get("/{assistant_id}/subgraphs/{namespace}")
async def get_subgraph(
    assistant_id: str, namespace: str, backend: BackendOf, owner: Owner, *, recurse: bool = False
) -> Response:
    """The same, of one node."""
    graph = await _graph(assistant_id, backend, owner)
    return answer(subgraph_schemas(graph, namespace=namespace, recurse=recurse))


def shape(one: Assistant) -> dict[str, object]:
    """An assistant as the protocol has it."""
    return {
        "assistant_id": one.assistant_id,
        "graph_id": one.graph_id,
        "name": one.name,
        "description": one.description,
        "config": one.config,
        "context": one.context,
        "metadata": one.metadata,
        "version": one.version,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }


def _query(
    asked: AssistantCount,
    backend: Backend,
    owner: str,
    *,
    sort_by: SortBy | None = None,
    sort_order: SortOrder | None = None,
) -> AssistantQuery:
    if asked.graph_id is not None:
        _refuse_unknown(asked.graph_id, backend)
    return AssistantQuery(
        owner=owner,
        metadata=asked.metadata or {},
        graph_id=asked.graph_id,
        name=asked.name,
        sort_by=sort_by or "updated_at",
        descending=sort_order != "asc",
        served=frozenset(backend.graphs),
    )


def _refuse_unknown(graph_id: str, backend: Backend) -> None:
    if graph_id not in backend.graphs:
        raise NotFound(f"There is no graph {graph_id[:100]!r}. This server has: {', '.join(backend.graphs)}.")


async def _graph(name: str, backend: Backend, owner: str) -> Compiled:
    found = await choose_assistant(name, assistants=backend.assistants, graphs=backend.graphs, owner=owner)
    config = cast("RunnableConfig", found.config)
    return await backend.graphs.compiled(found.graph_id, config, owner=owner, access="assistants.read")


async def _changed(
    assistant_id: UUID, asked: ChangedAssistant, backend: Backend, owner: str
) -> tuple[JsonObject | None, JsonObject | None]:
    """Config and context as they are to be, the one that was not given following the other; None: as they were."""
    if asked.config is None and asked.context is None:
        return None, None
    old = await backend.assistants.get(str(assistant_id), owner=owner)
    if asked.config is None:
        rest = {name: value for name, value in old.config.items() if name != "configurable"}
        return mirrored(rest, asked.context)
    has_context = asked.context is not None or "configurable" in asked.config
    return mirrored(asked.config, asked.context if has_context else old.context)


def _depth(xray: str | None) -> int | bool:
    """How many levels of subgraphs are drawn."""
    words = {None: False, "": False, "false": False, "true": True}
    if xray in words:
        return words[xray]
    if xray is not None and xray.isascii() and xray.isdigit() and 0 < int(xray[:4]) <= 100:
        return int(xray[:4])
    raise Invalid("xray is true, false, or the number of levels, 1 to 100.")
