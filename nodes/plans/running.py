"""The port through which a plan is run: on a server as an execution, on the command line here and now."""

from typing import Protocol

from memory.definitions import Definition


class RunPlan(Protocol):
    """Runs the plans of one person."""

    async def start(self, job_id: str, definition: Definition) -> str:
        """Begin to run the job's workflow; the id of its execution."""
        ...
