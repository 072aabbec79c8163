"""Hearing of the nodes that run, whatever graphs they are of: LangChain tells its callbacks of each."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

STEP_TAG = "graph:step:"  # LangGraph's tag of a node, and of nothing that a node calls
MOST_OPEN = 10_000  # steps that began and have not ended


@dataclass(frozen=True)
class HeardStep:
    """One step that is over. `error` is what it raised, a question to a person too; None where it is done."""

    node: str
    graph_id: str
    began: float  # unix seconds
    seconds: float  # by the monotonic clock
    error: BaseException | None = None


@dataclass(eq=False)
class StepListener(BaseCallbackHandler):
    """Calls `heard` at the end of each step. Put it in place with `register_configure_hook`."""

    _began: dict[UUID, tuple[str, str, float, float]] = field(default_factory=dict, init=False)

    run_inline = True

    def heard(self, step: HeardStep) -> None:
        """A step is over."""
        raise NotImplementedError

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
        if tags and any(tag.startswith(STEP_TAG) for tag in tags) and len(self._began) < MOST_OPEN:
            told = metadata or {}
            self._began[run_id] = (
                str(told.get("langgraph_node")),
                str(told.get("graph_id")),
                time.time(),
                time.monotonic(),
            )

    def on_chain_end(self, outputs: dict[str, Any], *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        """A step has ended."""
        self._over(run_id, None)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """A step has failed, or stopped to ask a person."""
        self._over(run_id, error)

    def _over(self, run_id: UUID, error: BaseException | None) -> None:
        if run_id in self._began:
            node, graph_id, began, started = self._began.pop(run_id)
            self.heard(HeardStep(node, graph_id, began, time.monotonic() - started, error))
