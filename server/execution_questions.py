"""What a paused execution asks of people: its waiting approvals, and which of them an answer is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memory.errors import Conflict
from server.execution_outcome import wait_until


@dataclass(frozen=True)
class Question:
    """An approval that waits: the interrupt's id, and the step that asks."""

    interrupt_id: str
    step_id: str


def questions_of(interrupts: Sequence[Mapping[str, object]]) -> list[Question]:
    """Those among a thread's interrupts, in their order."""
    return [
        Question(str(one["id"]), _step(one.get("value")))
        for one in interrupts
        if wait_until(one.get("value")) is None
    ]


def choose(execution_id: str, waiting: Sequence[Question], step_id: str | None) -> Question:
    """The question that an answer is for; `Conflict` names those that wait where that is not clear."""
    if not waiting:
        raise Conflict(f"Execution {execution_id} waits for no answer. Resume it without one.")
    found = [question for question in waiting if step_id in (None, question.step_id)]
    names = ", ".join(question.step_id for question in waiting)
    if not found:
        raise Conflict(f"The step {str(step_id)[:80]!r} waits for no answer. What waits: {names}.")
    if len(found) > 1:
        raise Conflict(f"Several steps wait for an answer: {names}. Say which by step_id.")
    return found[0]


def _step(value: object) -> str:
    """The step that asks."""
    return str(value.get("step_id", "")) if isinstance(value, Mapping) else ""
