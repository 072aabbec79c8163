"""What a step came to, in the form in which a checkpoint keeps it: plain JSON."""

from collections.abc import Mapping
from typing import Literal, NotRequired

from pydantic import JsonValue
from typing_extensions import TypedDict

from memory.json_values import JsonObject


class Outcome(TypedDict):
    """How a step ended. `output` of a skipped or failed step is null; a failed one is here only if all goes on."""

    status: Literal["completed", "failed", "skipped"]
    output: JsonValue
    error: NotRequired[str]  # why it failed


Outcomes = Mapping[str, Outcome]  # by step_id

SKIPPED: Outcome = {"status": "skipped", "output": None}


def completed(output: JsonValue) -> Outcome:
    """A step that did what it was to do."""
    return {"status": "completed", "output": output}


def failed(error: str) -> Outcome:
    """A step that failed, and was allowed to."""
    return {"status": "failed", "output": None, "error": error}


def seen(outcomes: Outcomes) -> JsonObject:
    """What templates see of these steps: a skipped one is missing, a failed one is null."""
    return {step_id: one["output"] for step_id, one in outcomes.items() if one["status"] != "skipped"}


def outputs(outcomes: Outcomes) -> JsonObject:
    """What a list of steps hands on: the outputs of those that completed."""
    return {step_id: one["output"] for step_id, one in outcomes.items() if one["status"] == "completed"}
