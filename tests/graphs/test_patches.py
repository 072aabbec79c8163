"""LangGraph drops a patch field that the state lacks without a word: here it is an error."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import get_type_hints

import pytest
from pydantic import BaseModel

import nodes
from graphs.outreach import OutreachState


def node_classes() -> Iterator[type]:
    for module in pkgutil.iter_modules(nodes.__path__):
        for _, found in inspect.getmembers(importlib.import_module(f"nodes.{module.name}"), inspect.isclass):
            if found.__module__ == f"nodes.{module.name}" and "__call__" in vars(found):
                yield found


NODES = sorted(node_classes(), key=lambda node: node.__name__)


def hint(node: type, name: str) -> type[BaseModel]:
    found = get_type_hints(vars(node)["__call__"])[name]
    assert issubclass(found, BaseModel)
    return found


def test_every_node_of_the_flow_is_checked_here() -> None:
    assert len(NODES) == 10


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_a_patch_changes_only_what_the_state_has_and_leaves_the_rest_alone(node: type) -> None:
    changes = hint(node, "return")
    assert changes.model_fields.keys() <= OutreachState.model_fields.keys()
    assert all(field.default is None for field in changes.model_fields.values())


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_a_view_reads_only_what_the_state_has(node: type) -> None:
    assert hint(node, "state").model_fields.keys() <= OutreachState.model_fields.keys()
