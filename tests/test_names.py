"""`docs/names.md`: what people look for under another system's name is there, under the name that the page says."""

import re
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "names.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
PLACES = sorted(set(re.findall(r"`([a-z_.]+:[A-Za-z_.]+)`", PAGE)))
# What `api.md` of the design lists at its end.
LOOKED_FOR = [
    "AgentWorkflow",
    "AgentWorkflowStep",
    "AgentWorkflowStepType",
    "agent_factory",
    "TaskPlanner.plan",
    "OrchestratorEngine.execute",
    "AgentRegistry.register",
    "BaseAgent",
    "BaseAgent.execute",
    "EchoAgent",
    "StateStore",
    "CampaignManager.ingest_event",
    "InMemoryQueue",
    "Worker.run_once",
    "Dispatcher.submit",
    "Envelope.from_records",
    "Envelope.validate",
    "generate_action_sequence",
    "CheckpointManager.create_checkpoint",
    "CheckpointManager.list_checkpoints",
    "get_logger",
]


def test_every_name_that_people_look_for_has_its_row() -> None:
    assert [row[0].strip().strip("`").partition("(")[0] for row in ROWS] == LOOKED_FOR


@pytest.mark.parametrize("place", PLACES)
def test_what_the_page_names_is_there(place: str) -> None:
    module, _, name = place.partition(":")
    found: Any = attrgetter(name)(import_module(module))
    assert found is not None


def test_every_row_names_something_that_is_there_or_says_not_yet() -> None:
    named = [row[1].strip() for row in ROWS]
    assert all(cell == "not yet" or cell.strip("`") in PLACES for cell in named)
    assert named.count("not yet") == 1  # campaigns


def test_the_routes_that_the_page_names_are_served() -> None:
    paths = create_app(Settings()).openapi()["paths"]
    served = {
        (method.upper(), re.sub(r"{\w+}", "{}", path)) for path, methods in paths.items() for method in methods
    }
    named = re.findall(r"`(POST|GET) (/[^`]+)`", PAGE)
    assert named
    assert {(method, re.sub(r"{\w+}", "{}", path)) for method, path in named} <= served
