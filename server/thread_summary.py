"""What a thread's record says of its newest state, and what a client that waits is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langgraph.types import StateSnapshot

from memory.threads import ThreadStatus
from server.jsonable import to_json
from server.thread_state import interrupts_of, is_there, status_of


@dataclass(frozen=True)
class Summary:
    """A thread's status, and its values and open interrupts as JSON; values `null` where it never ran."""

    status: ThreadStatus
    values: bytes
    interrupts: bytes


def summary_of(snapshot: StateSnapshot) -> Summary:
    """The summary of a state."""
    return Summary(
        status=status_of(snapshot),
        values=to_json(snapshot.values if is_there(snapshot) else None),
        interrupts=to_json(interrupts_of(snapshot)),
    )


def output_of(values: object, snapshot: StateSnapshot) -> bytes:
    """The values, with the open interrupts beside them."""
    interrupts = [interrupt for task in snapshot.tasks for interrupt in task.interrupts]
    if not interrupts:
        return to_json(values)
    known: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
    return to_json({**known, "__interrupt__": interrupts})
