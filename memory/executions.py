"""Executions of workflows: what was started, where it stands, what came of it and of each step.

An execution is a thread whose runs are its attempts, pauses and goings-on; it changes together with them, in the
scripts of `memory.run_scripts` (see `memory.execution_states`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from memory import execution_scripts as scripts
from memory.answering import answering
from memory.context_values import in_key, micros
from memory.definitions import every_step
from memory.errors import NotFound
from memory.execution_records import FIELDS, Execution, ExecutionStatus, Pinned, execution_of
from memory.json_text import JsonObject as Loaded
from memory.json_text import dumps, load_object
from memory.json_values import JsonObject, written
from memory.pages import Page, next_cursor, page_size, place_of
from memory.scripts import Scripts, texts

GRACE = 2_000_000  # microseconds after which a run that should be there is looked for
AGAIN = 10_000_000  # and after which it is looked for once more
PAGE_BYTES = 8_000_000
EXECUTION_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class NewExecution:
    """An execution to be. `kwargs` are those of the run that begins it."""

    execution_id: str
    owner: str
    workflow_id: str | None
    version: int | None
    pinned: Pinned
    input_data: JsonObject
    priority: int
    run_id: str
    kwargs: Loaded


class Executions:
    """All executions on one Redis."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._scripts = Scripts(client, scripts.LIBRARY)

    async def create(self, new: NewExecution) -> None:
        """Keep it, pending. Its run is to be made next; `due` names those whose run was not."""
        fields: dict[str, str | bytes] = {
            "owner": new.owner,
            "workflow_id": new.workflow_id or "",
            "version": "" if new.version is None else str(new.version),
            "pinned": new.pinned.text(),
            "step_ids": dumps([step.step_id for step in every_step(new.pinned.definition.steps)]),
            "input": written(new.input_data, "input_data"),
            "priority": str(new.priority),
            "run": new.run_id,
            "kwargs": dumps(new.kwargs),
        }
        index = _index(new.owner, new.workflow_id)
        parts = (part for pair in fields.items() for part in pair)
        await self._call(scripts.CREATE, new.execution_id, index, GRACE, *parts)

    async def get(self, execution_id: str, *, owner: str) -> Execution:
        """The execution; `NotFound` where there is none of this owner's."""
        found = await self.find(execution_id)
        if found is None or found.owner != owner:
            raise no_execution(execution_id)
        return found

    async def find(self, execution_id: str) -> Execution | None:
        """The execution, whoever owns it."""
        if not EXECUTION_ID.fullmatch(execution_id):
            return None
        found = await self._call(scripts.GET, execution_id, *FIELDS)
        return None if found is None else execution_of(execution_id, found[0], _pairs(found[1]))

    async def status(self, execution_id: str) -> ExecutionStatus | None:
        """Its status alone; None where there is no such execution."""
        found = await self._scripts.run(self._client.hget(_key(execution_id), "status"))
        return None if found is None else found.decode()

    async def pinned(self, execution_id: str) -> bytes | None:
        """The JSON of what it runs; None where there is no such execution."""
        return cast("bytes | None", await self._scripts.run(self._client.hget(_key(execution_id), "pinned")))

    async def kwargs(self, execution_id: str) -> Loaded:
        """What the run that is to be made for it is asked."""
        return load_object(await self._scripts.run(self._client.hget(_key(execution_id), "kwargs")) or b"{}")

    async def page(
        self,
        workflow_id: str | None,
        cursor: str | None = None,
        *,
        owner: str,
        limit: int = 100,
        status: ExecutionStatus | None = None,
    ) -> Page[Execution]:
        """An owner's executions of a workflow, those started last first. What comes meanwhile moves nothing."""
        place = place_of(cursor)
        index = _index(owner, workflow_id) + (f":{status}" if status else "")
        sent = (index, f"({place}" if place else "+inf", page_size(limit), PAGE_BYTES, *FIELDS)
        end, found = await self._call(scripts.LIST, *sent)
        items = (execution_of(name.decode(), row, _pairs(steps)) for name, row, steps in found)
        return Page(tuple(items), next_cursor(end))

    async def ask(self, execution_id: str, what: str) -> str:
        """Ask it to pause or to cancel: OK, or the status that does not allow it."""
        return str((await self._call(scripts.ASK, execution_id, what)).decode())

    async def go_on(
        self,
        execution_id: str,
        *,
        run_id: str,
        kwargs: Loaded,
        allowed: Sequence[ExecutionStatus],
        if_due: datetime | None = None,
    ) -> str:
        """Note the run that it goes on with, to be made next: OK, or why it may not. One of several callers wins.

        With the time `if_due`: only if a wait of its is over then.
        """
        sent = (execution_id, run_id, dumps(kwargs), GRACE, micros(if_due) if if_due else "", *allowed)
        return str((await self._call(scripts.GO_ON, *sent)).decode())

    async def due(self, now: datetime, *, limit: int = 100) -> list[str]:
        """Those to be seen to now: their run was not made, or their wait is over. Not told again for a while."""
        return [name.decode() for name in await self._call(scripts.DUE, limit, AGAIN, micros(now))]

    async def counts(self) -> dict[str, int]:
        """How many there are, by status."""
        found = await self._scripts.run(self._client.hgetall("{zigral}:executions:counts"))
        return {name: int(count) for name, count in texts(found).items()}

    async def _call(self, script: str, *arguments: Any) -> Any:
        async with answering("execution store", "{zigral}:execution"):
            return await self._scripts.call(script, *arguments)


def no_execution(execution_id: str) -> NotFound:
    """The error that says so."""
    return NotFound(f"There is no execution {execution_id[:80]!r}, or it has been deleted.")


def _index(owner: str, workflow_id: str | None) -> str:
    return f"{{zigral}}:executions:{in_key(owner)}:{in_key(workflow_id or '')}"


def _key(execution_id: str) -> str:
    return f"{{zigral}}:execution:{execution_id}"


def _pairs(found: Any) -> Mapping[bytes, bytes]:
    """A hash that a script answered: a list, or with RESP3 a map."""
    if isinstance(found, dict):
        return found
    return dict(zip(found[::2], found[1::2], strict=True))
