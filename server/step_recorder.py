"""Noting the steps of one run as they begin and end, for those who watch runs from outside."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from langchain_core.tracers.context import register_configure_hook
from langgraph.errors import GraphBubbleUp

from memory.errors import ZigralError
from memory.run_records import Run
from server.observing import Observers, RunSeen, StepSeen
from server.step_listener import HeardStep, StepListener

MOST_STEPS = 1000  # of one attempt that are told of
_recorder: ContextVar["StepRecorder | None"] = ContextVar("zigral_steps", default=None)
register_configure_hook(_recorder, inheritable=True)


@dataclass(eq=False)
class StepRecorder(StepListener):
    """Hears of the nodes that run in the tasks begun while it is in place."""

    steps: list[StepSeen] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)  # that nobody raised on purpose

    def heard(self, step: HeardStep) -> None:
        """Note a step, and what it raised; a step that stopped to ask a person has not failed."""
        if len(self.steps) >= MOST_STEPS:
            return
        failed = step.error is not None and not isinstance(step.error, GraphBubbleUp)
        self.steps.append(StepSeen(step.node, step.began, step.began + step.seconds, failed))
        if failed and isinstance(step.error, Exception) and not isinstance(step.error, ZigralError):
            self.errors.append(step.error)


@asynccontextmanager
async def watched(run: Run, observers: Observers) -> AsyncIterator[None]:
    """Tell the observers, afterwards, of the attempt at `run` that is made within."""
    if not observers.all:
        yield
        return
    recorder, began = StepRecorder(), time.time()
    token = _recorder.set(recorder)
    status = "error"
    try:
        yield
        status = "error" if any(step.failed for step in recorder.steps) else "done"
    finally:
        _recorder.reset(token)
        for error in recorder.errors:
            observers.failed(error, run_id=run.run_id)
        observers.ran(
            RunSeen(
                run_id=run.run_id,
                thread_id=run.thread_id,
                graph_id=run.graph_id,
                attempt=run.attempt,
                status=status,
                began=began,
                ended=time.time(),
                steps=recorder.steps,
            )
        )
