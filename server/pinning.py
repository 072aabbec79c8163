"""What an execution runs, settled when it starts: a definition, and all that it calls by id, at their versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redis.asyncio import Redis

from memory.definitions import Definition
from memory.errors import Conflict, Invalid, NotFound
from memory.execution_records import Pinned
from memory.workflows import Workflows, no_workflow
from nodes.workflow.checking import called_by

MOST_WORKFLOWS = 100  # that one workflow calls, directly or through others


async def reached(first: Iterable[str], workflows: Workflows) -> tuple[dict[str, Definition], list[str]]:
    """The workflows of these ids with all that they call, and the ids of those that are not there."""
    waiting, found, missing = list(first), dict[str, Definition](), list[str]()
    while waiting and len(found) + len(missing) <= MOST_WORKFLOWS:
        workflow_id = waiting.pop()
        if workflow_id in found or workflow_id in missing:
            continue
        try:
            found[workflow_id] = (await workflows.get(workflow_id)).definition
        except NotFound:
            missing.append(workflow_id)
        else:
            waiting += called_by(found[workflow_id].steps)
    return found, missing


@dataclass(frozen=True)
class Pinning:
    """Resolves the subworkflows of definitions."""

    redis: Redis

    async def __call__(self, definition: Definition, owner: str) -> Pinned:
        """The definition with every workflow that it reaches; `NotFound` where one is not there any more.

        `Conflict` where one reaches itself: two that were changed at once may have closed a circle.
        """
        found, missing = await reached(called_by(definition.steps), Workflows(self.redis, owner))
        if missing:
            raise no_workflow(missing[0])
        if len(found) > MOST_WORKFLOWS:
            raise Invalid(f"It calls more than {MOST_WORKFLOWS} workflows, directly or through others. Split it.")
        for workflow_id in found:
            _refuse_circle(workflow_id, found)
        return Pinned(definition, found)


def _refuse_circle(workflow_id: str, found: Mapping[str, Definition]) -> None:
    seen, waiting = set[str](), list(called_by(found[workflow_id].steps))
    while waiting:
        other = waiting.pop()
        if other == workflow_id:
            raise Conflict(
                f"Workflow {workflow_id} reaches itself through those that it calls. Change one of them."
            )
        if other not in seen:
            seen.add(other)
            waiting += called_by(found[other].steps)
