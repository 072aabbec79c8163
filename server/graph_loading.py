"""Importing the graph that a place in langgraph.json names."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from langgraph.graph import StateGraph
from langgraph.pregel import Pregel

from memory.errors import Invalid, ZigralError
from server.graph_config import GraphConfig, refuse_collision
from tools.python_files import module_of

Graph = StateGraph | Pregel  # type: ignore[type-arg]
Made = Graph | Callable[..., object]


def load_graph(config: GraphConfig, graph_id: str) -> Made:
    """What the place of a graph names: a `StateGraph`, a compiled graph, or a function that makes one."""
    place = config.places[graph_id]
    where, _, name = place.rpartition(":")
    module = _module(config, graph_id, where)
    found = getattr(module, name, None)
    if not isinstance(found, StateGraph | Pregel) and not callable(found):
        raise Invalid(
            f"{place} names no graph. It must be a StateGraph, a compiled graph, or a function.", where=graph_id
        )
    return found


def _module(config: GraphConfig, graph_id: str, where: str) -> ModuleType:
    try:
        if where.endswith(".py") or "/" in where:
            return _from_file(config.folder / where)
        return importlib.import_module(where)
    except ZigralError:
        raise
    except Exception as error:  # the project's own code, which may raise anything
        message = f"The module {where} cannot be imported ({type(error).__name__}: {error})."
        raise Invalid(message, where=graph_id) from error


def _from_file(path: Path) -> ModuleType:
    """The module of a file: under its package's name where it is in one, so that its relative imports work."""
    path = path.resolve()
    packaged = path.is_file() and (path.parent / "__init__.py").is_file()
    return _in_package(path) if packaged else module_of(path)


def _in_package(path: Path) -> ModuleType:
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    refuse_collision(folder)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module(".".join(parts))
