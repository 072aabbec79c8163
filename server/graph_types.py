"""Which classes of a project its checkpoints may bring back: those that its own code defines.

Checkpoints are strict: bytes in Redis can ask for no import but of classes that are known beforehand.
"""

import dataclasses
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType

from langgraph.pregel import Pregel
from pydantic import BaseModel

Names = set[tuple[str, ...]]


def project_types(folder: Path) -> Names:
    """The data classes in modules of the project's folder that are imported by now, as (module, name)."""
    inside = [module for module in list(sys.modules.values()) if _is_inside(module, folder)]
    return {(found.__module__, found.__qualname__) for module in inside for found in _data_classes(module)}


def graph_types(graph: Pregel) -> Names:  # type: ignore[type-arg]
    """The classes that a graph's schemas name, those of the graphs inside it too; LangGraph collects them."""
    graphs = [graph, *(inner for _, inner in graph.get_subgraphs(recurse=True))]
    return set[tuple[str, ...]]().union(*(getattr(one, "_serde_allowlist", None) or () for one in graphs))


def _is_inside(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).is_relative_to(folder) and "site-packages" not in Path(file).parts


def _data_classes(module: ModuleType) -> Iterator[type]:
    for value in list(vars(module).values()):
        if isinstance(value, type) and value.__module__ == module.__name__ and _is_data(value):
            yield value


def _is_data(found: type) -> bool:
    return issubclass(found, BaseModel | Enum | tuple) or dataclasses.is_dataclass(found)
