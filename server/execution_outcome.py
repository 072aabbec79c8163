"""What the end of a run means for the execution that it is of: what came of it, and what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from langgraph.types import StateSnapshot

from memory.context_values import micros
from server.jsonable import to_json

WAIT = "wait"  # the kind of interrupt that ends by itself


@dataclass(frozen=True)
class ExecutionOutcome:
    """Its output as JSON, whether a person is asked, and when it goes on by itself, in microseconds since 1970."""

    output: bytes = b""
    asks: bool = False
    wakes_at: int | None = None


def execution_outcome(snapshot: StateSnapshot, values: object) -> ExecutionOutcome:
    """What a run's last state says."""
    asked = [interrupt.value for task in snapshot.tasks for interrupt in task.interrupts]
    waits = [until for value in asked if (until := wait_until(value)) is not None]
    output = values.get("output") if isinstance(values, Mapping) else None
    return ExecutionOutcome(
        output=to_json(output),
        asks=len(waits) < len(asked),
        wakes_at=micros(min(waits)) if waits else None,
    )


def is_cut_off(snapshot: StateSnapshot) -> bool:
    """Whether a run ended though its workflow did not: its graph knows nothing of what its checkpoint leads to."""
    return not snapshot.next and "output" not in snapshot.values


CUT_OFF = "It was begun by another version of Zigral, which this one cannot go on with. Execute the workflow anew."


def wait_until(value: object) -> datetime | None:
    """When a wait is over; None for an interrupt that asks a person."""
    if not isinstance(value, Mapping) or value.get("kind") != WAIT:
        return None
    until = value.get("until")
    return until if isinstance(until, datetime) else datetime.fromisoformat(str(until))
