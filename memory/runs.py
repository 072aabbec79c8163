"""Runs: what was asked, where it stands, and what came of it.

A run waits, is under way, and ends in exactly one state. Whoever works on it holds an attempt number; with
another's, nothing that is written counts. A run and its thread change in one script (`memory.run_scripts`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import uuid4

import redis.exceptions
from redis.asyncio import Redis

from memory import run_scripts as scripts
from memory.errors import Conflict, NotFound, Unavailable
from memory.json_text import dumps, load_object, merged
from memory.run_records import (
    ENDED,
    FIELDS,
    CancelAction,
    Claim,
    Created,
    NewRun,
    Outcome,
    Run,
    created_run,
    run_of,
)
from memory.scripts import Scripts, texts
from memory.threads import no_thread, tags
from memory.worker_pulse import SILENT_SECONDS

SILENT = int(SILENT_SECONDS * 1_000_000)
RETRIES = 50  # of a creation whose thread's metadata changed meanwhile


class Runs:
    """All runs on one Redis. `lease_seconds`: how long a worker may be silent before another takes over."""

    def __init__(self, client: Redis, *, lease_seconds: float = 30) -> None:
        self._client = client
        self._scripts = Scripts(client, scripts.LIBRARY)
        self._lease = int(lease_seconds * 1_000_000)
        self._disk: bool | None = None  # whether the server has WAITAOF; not known before the first run

    async def create(self, new: NewRun) -> Created:
        """Accept a run: it is on disk when this returns. `NotFound` without its thread; `Conflict` at `reject`."""
        for _ in range(RETRIES):
            owner, metadata = await self._thread(new.thread_id)
            if owner is None and not new.make_thread:
                raise no_thread(new.thread_id)
            if owner not in (None, new.owner):
                raise no_thread(new.thread_id)
            async with self._client.client() as connection:
                said = await self._create(connection, new, metadata)
                if said[0] == b"OK":
                    await self.on_disk(connection)
                    return created_run(new, said)
            if said[0] == b"BUSY":
                raise Conflict(f"Thread {new.thread_id} has a run. Wait for it, or choose another strategy.")
            if said[0] == b"GONE":
                raise no_thread(new.thread_id)
            if said[0] == b"STALE":
                raise Conflict(f"Execution {new.thread_id} was stopped or goes on otherwise.")
        raise Conflict(f"Thread {new.thread_id} is changed by too many at once. Try again.")

    async def _create(self, connection: Redis, new: NewRun, metadata: bytes | None) -> Any:
        tagged = {"graph_id": new.graph_id, "assistant_id": new.assistant_id}
        whole = merged(merged(load_object(metadata or b"{}"), new.thread_metadata or {}), tagged)
        fields: dict[str, str | bytes] = {
            "owner": new.owner,
            "assistant_id": new.assistant_id,
            "graph_id": new.graph_id,
            "metadata": dumps(new.metadata),
            "kwargs": dumps(new.kwargs),
            "multitask_strategy": new.multitask_strategy,
            "webhook": new.webhook,
        }
        return await self._scripts.call(
            scripts.CREATE_RUN,
            *(new.thread_id, new.run_id, new.multitask_strategy, int(new.after_seconds * 1_000_000)),
            *(int(new.make_thread), new.owner, metadata or b"{}", dumps(whole), *tags(whole)),
            dumps(new.thread_config or {}),
            "" if new.priority is None else new.priority,
            *(part for pair in fields.items() for part in pair),
            client=connection,
        )

    async def _thread(self, thread_id: str) -> tuple[str | None, bytes | None]:
        key = f"{{zigral}}:thread:{thread_id}"
        owner, metadata = await self._scripts.run(self._client.hmget(key, ["owner", "metadata"]))
        return (None if owner is None else owner.decode()), metadata

    async def on_disk(self, connection: Redis) -> None:
        """Wait until what this connection wrote is in the append-only file. Alone, since it waits nowhere else."""
        if self._disk is False:
            return
        try:
            synced = await self._scripts.run(connection.waitaof(1, 0, 10_000))
        except redis.exceptions.ResponseError:  # an old server, or one without an append-only file
            self._disk = False
            return
        self._disk = True
        if synced[0] < 1:
            raise Unavailable("The data server did not write to its disk in time. Try again shortly.")

    async def get(self, run_id: str, *, owner: str, thread_id: str | None = None) -> Run:
        """The run; `NotFound` where there is none of this owner's, or none on this thread."""
        run = await self.find(run_id)
        if run is None or run.owner != owner or thread_id not in (None, run.thread_id):
            raise no_run(run_id)
        return run

    async def find(self, run_id: str) -> Run | None:
        """The run, whoever owns it."""
        return (await self._read([run_id]))[0]

    async def _read(self, run_ids: Sequence[str]) -> list[Run | None]:
        async with self._client.pipeline(transaction=False) as pipe:
            for run_id in run_ids:
                pipe.hmget(_key(run_id), FIELDS)
            rows = await self._scripts.run(pipe.execute())
        hashes = [texts(dict(zip(FIELDS, row, strict=True))) for row in rows]
        return [run_of(run_id, stored) for run_id, stored in zip(run_ids, hashes, strict=True)]

    async def output(self, run_id: str) -> bytes | None:
        """What a waiting client is answered, as JSON; None before the run has ended, b"" where it never started."""
        status, output = await self._scripts.run(self._client.hmget(_key(run_id), ["status", "output"]))
        if status is None:
            raise no_run(run_id)
        return (output or b"") if status.decode() in ENDED else None

    async def page(self, thread_id: str, *, limit: int, offset: int, status: str | None = None) -> list[Run]:
        """A thread's runs, newest first."""
        key = f"{{zigral}}:thread:{thread_id}:runs"
        if status is None:
            names = await self._scripts.run(self._client.zrevrange(key, offset, offset + limit - 1))
            return [run for run in await self._read([name.decode() for name in names]) if run]
        names = await self._scripts.run(self._client.zrevrange(key, 0, -1))
        found: list[Run] = []
        for start in range(0, len(names), 200):
            read = await self._read([name.decode() for name in names[start : start + 200]])
            found += [run for run in read if run and run.status == status]
            if len(found) >= offset + limit:
                break
        return found[offset : offset + limit]

    async def delete(self, run_id: str) -> None:
        """Delete a run that has ended, with its events. `Conflict` while it waits or is under way."""
        said = await self._scripts.call(scripts.DELETE_RUN, run_id)
        if said == b"GONE":
            raise no_run(run_id)
        if said == b"BUSY":
            raise Conflict(f"Run {run_id} has not ended. Cancel it first.")

    async def cancel(self, run_id: str, action: CancelAction) -> tuple[str, str]:
        """ENDED or GONE; STOPPED, where it had not started (and the run to start next); else STOPPING: wait."""
        said = await self._scripts.call(scripts.CANCEL, run_id, action)
        return said[0].decode(), said[1].decode() if len(said) > 1 else ""

    async def claim(self, run_id: str, *, worker: str) -> Claim:
        """Take a run for a worker, with the next attempt number; of executions, the one whose turn it is."""
        said = await self._scripts.call(scripts.CLAIM, run_id, self._lease, uuid4().hex, worker, SILENT)
        verdict = said[0].decode()
        if verdict == "OK":
            row = said[1] if isinstance(said[1], dict) else dict(zip(said[1][::2], said[1][1::2], strict=True))
            return Claim("OK", run=run_of(said[2].decode(), texts(row)))
        if verdict in ("LEASED", "EARLY"):
            return Claim(verdict, seconds=int(said[1]) / 1_000_000)
        return Claim(verdict, head=said[1].decode() if verdict == "BEHIND" else "")

    async def renew(self, held: Mapping[str, int]) -> dict[str, str]:
        """Renew the leases of {run: attempt}. Answers of each: "" (go on), "lost", or how it is to stop."""
        pairs = [str(part) for pair in held.items() for part in pair]
        said = await self._scripts.call(scripts.RENEW, self._lease, *pairs)
        return {run_id: word.decode() for run_id, word in zip(held, said, strict=True)}

    async def end(self, run_id: str, attempt: int, outcome: Outcome) -> str | None:
        """End a run and say what its thread's state is. The run to start next or ""; None: the lease was lost."""
        values = b"" if outcome.values is None else outcome.values
        said = await self._scripts.call(
            scripts.END,
            *(run_id, attempt, outcome.status, outcome.output, outcome.error, outcome.thread_status),
            *(values, outcome.interrupts, "" if outcome.thread_goes is None else int(outcome.thread_goes)),
            *(outcome.execution_output, "1" if outcome.asks else "", outcome.wakes_at or ""),
            *(part for event in outcome.events for part in event),
        )
        return None if said[0] == b"LOST" else said[1].decode()

    async def hand_back(self, run_id: str, attempt: int) -> bool:
        """Let another worker go on with it from its last checkpoint."""
        return bool(await self._scripts.call(scripts.HAND_BACK, run_id, attempt) == b"OK")

    async def note(self, run_id: str, attempt: int, name: str, value: bytes) -> bool:
        """Note something for the attempts after this one; False: the lease was lost."""
        return bool(await self._scripts.call(scripts.NOTE, run_id, attempt, name, value) == b"OK")

    async def noted(self, run_id: str, name: str) -> bytes | None:
        """What an attempt noted."""
        value = await self._scripts.run(self._client.hget(_key(run_id), name))
        return value if value is None else bytes(value)

    async def strayed(self, *, worker: str, grace_seconds: float = 2, limit: int = 2000) -> list[str]:
        """Runs whose worker has died, and runs that are due and that the queue seems to have lost."""
        names = await self._scripts.call(scripts.STRAYED, int(grace_seconds * 1_000_000), limit, worker, SILENT)
        return [name.decode() for name in names]

    async def under_way(self, which: Literal["pending", "running"]) -> list[str]:
        """All runs that wait, or that are under way, the first to be due first."""
        names = await self._scripts.run(self._client.zrange(f"{{zigral}}:runs:{which}", 0, -1))
        return [name.decode() for name in names]

    async def counts(self) -> dict[str, int]:
        """How many runs wait and are under way, and how many have ended, by status, since the beginning."""
        async with self._client.pipeline(transaction=False) as pipe:
            pipe.zcard("{zigral}:runs:pending")
            pipe.zcard("{zigral}:runs:running")
            pipe.hgetall("{zigral}:runs:ended")
            pending, running, ended = await self._scripts.run(pipe.execute())
        return {"pending": pending, "running": running, **{k: int(v) for k, v in texts(ended).items()}}


def new_id() -> str:
    """An id for a thread or a run."""
    return str(uuid4())


def no_run(run_id: str) -> NotFound:
    """The error that says so."""
    return NotFound(f"There is no run {run_id}, or it has been deleted. Check its id and its thread's.")


def _key(run_id: str) -> str:
    return f"{{zigral}}:run:{run_id}"
