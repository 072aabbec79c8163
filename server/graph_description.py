"""What can be said of a graph without running it: its drawing, its schemas, those of the graphs inside it."""

from collections.abc import Callable
from typing import Any

from langgraph.pregel import Pregel
from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from server.graph_registry import Compiled

Schema = dict[str, object] | None
UNDESCRIBABLE = (PydanticUserError, TypeError, ValueError, NameError, AttributeError, RecursionError)


def drawing_of(graph: Compiled, xray: int | bool) -> dict[str, object]:
    """The graph's nodes and edges; with `xray` those inside of its subgraphs, that many levels deep."""
    return dict(graph.get_graph(xray=xray).to_json())


def schemas_of(graph: Pregel[Any, Any, Any, Any]) -> dict[str, Schema]:
    """The schemas of a graph; None for one that cannot be described."""
    builder = getattr(graph, "builder", None)
    context = _described(graph.get_context_jsonschema)
    return {
        "input_schema": _described(graph.get_input_jsonschema),
        "output_schema": _described(graph.get_output_jsonschema),
        "state_schema": _described(lambda: TypeAdapter(builder.state_schema).json_schema()) if builder else None,
        "config_schema": context,
        "context_schema": context,
    }


def subgraph_schemas(
    graph: Compiled, *, namespace: str | None = None, recurse: bool = False
) -> dict[str, dict[str, Schema]]:
    """The schemas of the graphs inside a graph, by their namespaces (`node`, or `node|inner` where it recurses)."""
    found = graph.get_subgraphs(namespace=namespace, recurse=recurse)
    return {name: schemas_of(inner) for name, inner in found if isinstance(inner, Pregel)}


def _described(describe: Callable[[], Schema]) -> Schema:
    try:
        return describe()
    except UNDESCRIBABLE:  # a graph is served whether or not its types have a schema
        return None
