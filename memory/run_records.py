"""What is kept of a run, and what is said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from memory.json_text import JsonObject, dumps, load_object, loads
from memory.threads import ThreadStatus, moment

RunStatus = Literal["pending", "running", "success", "error", "timeout", "interrupted"]
Strategy = Literal["reject", "enqueue", "interrupt", "rollback"]
CancelAction = Literal["interrupt", "rollback"]
ENDED: frozenset[str] = frozenset({"success", "error", "timeout", "interrupted"})


@dataclass(frozen=True)
class Run:
    """One run as it was read."""

    run_id: str
    thread_id: str
    owner: str
    assistant_id: str
    graph_id: str
    status: RunStatus
    attempt: int  # how often it was begun
    metadata: JsonObject
    kwargs: JsonObject  # what was asked
    multitask_strategy: Strategy
    cancel: str  # "", or how it is to stop
    webhook: str  # "" or an address
    error: object  # None, or {"error": class, "message": sentence}
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    is_execution: bool = False  # whether it is of a workflow's execution; known from its claim on


@dataclass(frozen=True)
class NewRun:
    """A run to be created."""

    run_id: str
    thread_id: str
    owner: str
    assistant_id: str
    graph_id: str
    metadata: JsonObject
    kwargs: JsonObject
    multitask_strategy: Strategy = "enqueue"
    after_seconds: float = 0
    webhook: str = ""
    make_thread: bool = False  # where there is none
    thread_metadata: JsonObject | None = None
    thread_config: JsonObject | None = None
    priority: int | None = None  # of an execution's run: 9 goes first


@dataclass(frozen=True)
class Created:
    """The run, and whether a worker may begin it at once (else one begins it when the run before it ends)."""

    run: Run
    starts: bool


@dataclass(frozen=True)
class Claim:
    """What a worker may do with a run: `verdict` OK gives it; else it is GONE, ENDED, EARLY (by `seconds`),
    BEHIND another (`head`), HELD by a state update, or LEASED to a worker that lives (for `seconds` more)."""

    verdict: str
    run: Run | None = None
    head: str = ""
    seconds: float = 0


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what its thread's state says then. Values and interrupts are JSON; None: as before."""

    status: RunStatus | Literal["rolled back"]
    thread_status: ThreadStatus
    output: bytes = b""  # what a waiting client is answered
    error: bytes = b""
    values: bytes | None = None
    interrupts: bytes = b"{}"
    events: Sequence[tuple[str, bytes]] = ()  # its last ones, told together with its end
    thread_goes: float | None = None  # after so many seconds, hidden at once; None: it stays
    execution_output: bytes = b""  # as JSON, of an execution that is completed
    asks: bool = False  # whether an execution waits for a person
    wakes_at: int | None = None  # when an execution that waits goes on by itself, in microseconds since 1970


FIELDS = (
    *(
        "thread",
        "owner",
        "assistant_id",
        "graph_id",
        "status",
        "attempt",
        "metadata",
        "kwargs",
        "multitask_strategy",
    ),
    *("cancel", "webhook", "error", "created", "updated", "due", "started", "ended"),
)


def created_run(new: NewRun, said: Sequence[bytes]) -> Created:
    """The run that a script says it has made."""
    row = {
        "thread": new.thread_id,
        "owner": new.owner,
        "assistant_id": new.assistant_id,
        "graph_id": new.graph_id,
        "status": "pending",
        "metadata": dumps(new.metadata).decode(),
        "kwargs": dumps(new.kwargs).decode(),
        "multitask_strategy": new.multitask_strategy,
        "webhook": new.webhook,
        "created": said[1].decode(),
        "updated": said[1].decode(),
        "due": said[2].decode(),
    }
    run = run_of(new.run_id, row)
    assert run is not None
    return Created(run, starts=said[3] == b"1")


def run_of(run_id: str, row: Mapping[str, str]) -> Run | None:
    """The run of a stored hash; None where there is none."""
    if "status" not in row:
        return None
    return Run(
        run_id=run_id,
        thread_id=row["thread"],
        owner=row["owner"],
        assistant_id=row["assistant_id"],
        graph_id=row["graph_id"],
        status=row["status"],  # type: ignore[arg-type]  # only the scripts write it
        attempt=int(row.get("attempt", 0)),
        metadata=load_object(row["metadata"]),
        kwargs=load_object(row["kwargs"]),
        multitask_strategy=row["multitask_strategy"],  # type: ignore[arg-type]
        cancel=row.get("cancel", ""),
        webhook=row.get("webhook", ""),
        error=loads(row["error"]) if row.get("error") else None,
        created_at=moment(row["created"]),
        updated_at=moment(row["updated"]),
        due_at=moment(row["due"]),
        started_at=moment(row["started"]) if row.get("started") else None,
        ended_at=moment(row["ended"]) if row.get("ended") else None,
        is_execution=row.get("execution") == "1",
    )
