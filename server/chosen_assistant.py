"""Which assistant a request means, and how what an assistant says meets what a run says."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from memory.assistants import Assistant, Assistants
from memory.errors import Invalid
from memory.json_text import JsonObject
from server.graph_registry import Graphs
from server.http.errors import contradiction

NAMESPACE = UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8")  # LangGraph's: the same graph has the same id everywhere


def system_assistant(graph_id: str) -> str:
    """The id of the assistant that the server makes for a graph."""
    return str(uuid5(NAMESPACE, graph_id))


async def choose_assistant(name: str, *, assistants: Assistants, graphs: Graphs, owner: str) -> Assistant:
    """The assistant of this id, or the one that the server made for the graph of this id.

    `Invalid` where it is neither a UUID nor a graph, `NotFound` where nothing has the UUID.
    """
    if name in graphs:
        return await assistants.get(system_assistant(name), owner=owner)
    try:
        return await assistants.get(str(UUID(name)), owner=owner)
    except ValueError:
        raise Invalid("assistant_id is neither a UUID nor the id of a graph.") from None


def mirrored(config: JsonObject | None, context: JsonObject | None) -> tuple[JsonObject, JsonObject]:
    """Both, with `config.configurable` the same as the context: graphs of either generation see it."""
    config = dict(config or {})
    configurable = config.get("configurable")
    if configurable is not None and not isinstance(configurable, dict):
        raise Invalid("config.configurable must be an object.")
    if configurable and context:
        raise contradiction("Set context or config.configurable, not both: they are the same thing.")
    context = dict(context or configurable or {})
    return (config | {"configurable": context} if context else config), context


def with_defaults(
    assistant: Assistant, config: JsonObject | None, context: JsonObject | None
) -> tuple[JsonObject, JsonObject]:
    """What a run gets: the assistant's config and context under its own, which win key by key."""
    own_config, own_context = mirrored(config, context)
    merged_context = {**_configurable(assistant.config), **assistant.context, **own_context}
    merged_config = {**assistant.config, **own_config}
    return (merged_config | {"configurable": merged_context} if merged_context else merged_config), merged_context


def _configurable(config: Mapping[str, object]) -> JsonObject:
    found = config.get("configurable")
    return found if isinstance(found, dict) else {}
