"""Checking a workflow's definition against what is there: agents, and the other workflows of its owner."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from redis.asyncio import Redis

from memory.definitions import Definition
from memory.workflows import Workflows
from nodes.registry import AgentRegistry
from nodes.workflow.checking import check_definition
from server.pinning import reached


@dataclass(frozen=True)
class Definitions:
    """The check that every definition passes before it is kept or run."""

    redis: Redis
    agents: AgentRegistry

    async def checked(self, given: object, *, owner: str, workflow_id: str | None = None) -> Definition:
        """The definition that a JSON value says; `Mistakes` with all that is wrong.

        `workflow_id` is its own, where it has one already.
        """
        others, _ = await reached(_named(given), Workflows(self.redis, owner))
        return await asyncio.to_thread(
            check_definition, given, agents=list(self.agents), workflows=others, workflow_id=workflow_id
        )


def _named(given: object) -> Iterator[str]:
    """The texts that may name a workflow, in a value of which nothing is known yet."""
    waiting = [given]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(named := part.get("workflow_id"), str):
                yield named
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
