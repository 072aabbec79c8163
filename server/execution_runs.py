"""What the runs of an execution are asked: to begin with its input, or to go on from its last checkpoint."""

from collections.abc import Mapping

from memory.json_text import JsonObject as Loaded
from memory.json_values import JsonObject

MOST_SUPERSTEPS = 1_000_000  # LangGraph's bound must not be met: the workflow's own are


def first_kwargs(input_data: JsonObject) -> Loaded:
    """Of the run that begins it."""
    return _kwargs() | {"input": {"input": input_data}}


def kwargs_on(resume: Mapping[str, object]) -> Loaded:
    """Of one that goes on: with answers, by the interrupts that they are for, or, without any, as it stands."""
    if not resume:
        return _kwargs()
    return _kwargs() | {"command": {"resume": dict(resume)}, "answers": list(resume)}


def _kwargs() -> Loaded:
    return {
        "input": None,
        "command": None,
        "config": {"recursion_limit": MOST_SUPERSTEPS},
        "context": {},
        "stream_mode": ["updates"],
        "durability": "sync",
    }
