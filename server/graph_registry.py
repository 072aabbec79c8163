"""The graphs that a server serves, each with the server's own checkpointer and store."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel
from langgraph.store.base import BaseStore
from langgraph_sdk.runtime import AccessContext, ServerRuntime, _ExecutionRuntime, _ReadRuntime

from memory.errors import Invalid, NotFound, ZigralError
from memory.logs import get_logger
from server.graph_config import GraphConfig, Webhooks
from server.graph_loading import Made, load_graph
from server.graph_types import graph_types, project_types

Compiled = CompiledStateGraph[Any, Any, Any, Any]
BuiltIn = Callable[[RunnableConfig, str], Awaitable[Compiled | None]]  # None: that is not for it
log = get_logger(__name__)
KEPT = 256  # compiled copies, by graph and owner


@dataclass(frozen=True)
class Graphs:
    """The graphs of one langgraph.json. A function is called anew for each run, everything else is kept."""

    made: Mapping[str, Made]
    checkpointer: BaseCheckpointSaver[str]
    store_of: Callable[[str], BaseStore]  # the store that an owner's graphs see
    descriptions: Mapping[str, str] = field(default_factory=dict)
    webhooks: Webhooks | None = None
    built_in: dict[str, BuiltIn] = field(default_factory=dict, repr=False)  # none of the project's, and not listed
    _kept: dict[tuple[str, str], Compiled] = field(default_factory=dict, repr=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __contains__(self, graph_id: object) -> bool:
        return graph_id in self.made

    async def compiled(
        self,
        graph_id: str,
        config: RunnableConfig | None = None,
        *,
        owner: str = "",
        access: AccessContext = "threads.create_run",
    ) -> Compiled:
        """The graph, ready to run; `config` is the run's, for graphs that are functions of it."""
        if graph_id in self.built_in and (built := await self.built_in[graph_id](config or {}, owner)) is not None:
            return built
        if graph_id not in self.made:
            raise NotFound(f"There is no graph {graph_id[:100]!r}. GET /assistants/search lists them.")
        made = self.made[graph_id]
        if not isinstance(made, StateGraph | Pregel):
            return self.bound(
                graph_id, await _call(graph_id, made, config or {}, access, self.store_of(owner)), owner
            )
        if (graph_id, owner) not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[graph_id, owner] = self.bound(graph_id, made, owner)
        return self._kept[graph_id, owner]

    def bound(self, graph_id: str, graph: object, owner: str) -> Compiled:
        """The graph with our checkpointer and store, whatever it was compiled with."""
        if isinstance(graph, StateGraph):
            graph = graph.compile(name=graph_id)
        if not isinstance(graph, Pregel):
            raise Invalid(f"Its function gave a {type(graph).__name__}, which is no graph.", where=graph_id)
        checkpointer = self.checkpointer.with_allowlist(graph_types(graph))
        return cast("Compiled", graph.copy({"checkpointer": checkpointer, "store": self.store_of(owner)}))


async def load_graphs(
    config: GraphConfig, *, checkpointer: BaseCheckpointSaver[str], store_of: Callable[[str], BaseStore]
) -> Graphs:
    """Import every graph of a project; `Invalid` names the one that cannot be."""

    def load() -> dict[str, Made]:
        config.prepare()
        return {graph_id: load_graph(config, graph_id) for graph_id in config.places}

    made = await asyncio.to_thread(load)
    if config.unknown_keys:
        log.warning(f"langgraph.json: ignored what is not known here: {', '.join(config.unknown_keys)}")
    return Graphs(
        made=made,
        checkpointer=checkpointer.with_allowlist(project_types(config.folder)),
        store_of=store_of,
        descriptions=config.descriptions,
        webhooks=config.webhooks,
    )


async def _call(
    graph_id: str, make: Callable[..., object], config: RunnableConfig, access: AccessContext, store: BaseStore
) -> object:
    """Call a project's function. A plain one may block, so it is called beside the event loop."""
    arguments = [_argument(parameter, config, access, store) for parameter in _required(make)]
    try:
        if inspect.iscoroutinefunction(make):
            return await make(*arguments)
        made = await asyncio.to_thread(make, *arguments)
        return await made if inspect.isawaitable(made) else made
    except ZigralError:
        raise
    except Exception as error:  # the project's own code, which may raise anything
        raise Invalid(f"Its function failed ({type(error).__name__}: {error}).", where=graph_id) from error


def _required(make: Callable[..., object]) -> list[inspect.Parameter]:
    """The parameters that we fill: one, or none. A second one must have a default of its own."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = [p for p in inspect.signature(make).parameters.values() if p.kind in positional]
    return found[:1] if found and (found[0].default is inspect.Parameter.empty or _is_known(found[0])) else []


def _is_known(parameter: inspect.Parameter) -> bool:
    return parameter.name in {"config", "runtime"}


def _argument(
    parameter: inspect.Parameter, config: RunnableConfig, access: AccessContext, store: BaseStore
) -> RunnableConfig | ServerRuntime[Any]:
    if "Runtime" not in str(parameter.annotation) and parameter.name != "runtime":
        return config
    user = None
    if access == "threads.create_run":
        context = cast("Any", config).get("configurable")
        return _ExecutionRuntime(access_context=access, user=user, store=store, context=context)
    return _ReadRuntime(access_context=access, user=user, store=store)
