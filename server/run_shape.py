"""A run as programs outside see it: in answers, and in what webhooks are told."""

from memory.run_records import Run
from server.http.answers import stamp


def shape(run: Run) -> dict[str, object]:
    """A run as the protocol has it."""
    return {
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "assistant_id": run.assistant_id,
        "status": run.status,
        "metadata": run.metadata,
        "kwargs": run.kwargs,
        "multitask_strategy": run.multitask_strategy,
        "created_at": stamp(run.created_at),
        "updated_at": stamp(run.updated_at),
    }
