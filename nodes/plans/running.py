"""The port through which a plan is run: on a server as an execution, elsewhere here and now."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from memory.definitions import Definition
from memory.json_values import JsonObject


@dataclass(frozen=True)
class Ran:
    """The execution that does the plan, where it has one of its own; what it came to, where that was waited for."""

    execution_id: str | None = None
    output: JsonValue = None


class RunPlan(Protocol):
    """Runs plans."""

    async def run(self, job_id: str, definition: Definition, given: JsonObject, *, owner: str) -> Ran:
        """Run the job's workflow on this input, or begin to."""
        ...
