"""Noting the steps of one run as they begin and end, for those who watch runs from outside."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook
from langgraph.errors import GraphBubbleUp

from memory.errors import ZigralError
from memory.run_records import Run
from server.measuring import STEP_TAG
from server.observing import Observers, RunSeen, StepSeen

MOST_STEPS = 1000  # of one attempt that are told of
_recorder: ContextVar["StepRecorder | None"] = ContextVar("zigral_steps", default=None)
register_configure_hook(_recorder, inheritable=True)


@dataclass(eq=False)
class StepRecorder(BaseCallbackHandler):
    """Hears of the nodes that run in the tasks begun while it is in place."""

    steps: list[StepSeen] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)  # that nobody raised on purpose
    _began: dict[UUID, tuple[float, str]] = field(default_factory=dict)

    run_inline = True

    def on_chain_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002 - LangChain names them
        inputs: dict[str, Any],  # noqa: ARG002
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A step begins, if it is one."""
        if tags and any(tag.startswith(STEP_TAG) for tag in tags) and len(self.steps) < MOST_STEPS:
            self._began[run_id] = time.time(), str((metadata or {}).get("langgraph_node"))

    def on_chain_end(self, outputs: dict[str, Any], *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        """A step has ended."""
        self._ended(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """A step has failed, or stopped to ask a person."""
        asks = isinstance(error, GraphBubbleUp)
        if self._ended(run_id, failed=not asks) and isinstance(error, Exception) and not asks:
            self.errors += [] if isinstance(error, ZigralError) else [error]

    def _ended(self, run_id: UUID, *, failed: bool = False) -> bool:
        if run_id not in self._began:
            return False
        began, name = self._began.pop(run_id)
        self.steps.append(StepSeen(name, began, time.time(), failed))
        return True


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
