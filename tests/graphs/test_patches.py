"""LangGraph drops a patch field that the state lacks without a word: here it is an error."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import get_type_hints

import pytest
from pydantic import BaseModel

import nodes
import nodes.command
from graphs.command import CommandState
from graphs.outreach import OutreachState


def node_classes(package: ModuleType) -> list[type]:
    """The nodes in the modules of a package, not in packages below it."""
    return sorted(_node_classes(package), key=lambda node: node.__name__)


def _node_classes(package: ModuleType) -> Iterator[type]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if found.__module__ == module.name and "__call__" in vars(found):
                yield found


STATES: dict[type, type[BaseModel]] = {
    **dict.fromkeys(node_classes(nodes), OutreachState),
    **dict.fromkeys(node_classes(nodes.command), CommandState),
}
NODES = list(STATES)


def hint(node: type, name: str) -> type[BaseModel]:
    found = get_type_hints(vars(node)["__call__"])[name]
    assert issubclass(found, BaseModel)
    return found


def test_every_node_of_the_flows_is_checked_here() -> None:
    assert len(node_classes(nodes)) == 10
    assert len(node_classes(nodes.command)) == 5


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_a_patch_changes_only_what_the_state_has_and_leaves_the_rest_alone(node: type) -> None:
    changes = hint(node, "return")
    assert changes.model_fields.keys() <= STATES[node].model_fields.keys()
    assert all(field.default is None for field in changes.model_fields.values())


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_a_view_reads_only_what_the_state_has(node: type) -> None:
    assert hint(node, "state").model_fields.keys() <= STATES[node].model_fields.keys()
