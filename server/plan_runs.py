"""Running plans on a server: each as an execution, which its job's context then names."""

from contextlib import suppress
from dataclasses import dataclass

from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.definitions import Definition
from memory.errors import Conflict, NotFound, Unavailable
from memory.json_values import JsonObject
from nodes.plans.running import Ran
from server.executions import ExecutionService


@dataclass(frozen=True)
class PlanExecutions:
    """Starts plans and waits for none: a `nodes.plans.running.RunPlan`."""

    redis: Redis
    executions: ExecutionService

    async def run(self, job_id: str, definition: Definition, given: JsonObject, *, owner: str) -> Ran:
        """Begin to run the job's workflow, and note it in the context.

        One that was begun is not begun again: whoever asks may be a run that was killed and goes on.
        """
        kept = await Contexts(self.redis, owner).get(job_id)
        if isinstance(begun := kept.context_data.get("execution_id"), str):
            return Ran(begun)
        execution_id = await self.start(definition, given, owner=owner)
        await self.note(job_id, {"execution_id": execution_id}, owner=owner)
        return Ran(execution_id)

    async def start(self, definition: Definition, given: JsonObject, *, owner: str) -> str:
        """Begin to run a checked workflow; the id of its execution."""
        return (await self.executions.start(definition, input_data=given, owner=owner)).execution_id

    async def note(self, job_id: str, found: JsonObject, *, owner: str) -> None:
        """Write into the job's context what is ours to say. A person's change at this moment is not lost.

        Where it cannot be written, nothing is said: the execution is accepted all the same.
        """
        contexts = Contexts(self.redis, owner)
        with suppress(Conflict, NotFound, Unavailable):
            kept = await contexts.get(job_id)
            data = {**kept.context_data, **found}
            await contexts.put(job_id, kept.job_type, data, version=kept.version, error=kept.error)
