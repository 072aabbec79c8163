"""Counting what graphs do - steps and their times, models' tokens and what they cost - whatever graphs they are.

LangChain tells its callbacks of each node and each model's answer. One callback of ours hears of all of them, in
every task that is begun while `measuring` is open.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.tracers.context import register_configure_hook

from memory.errors import Unavailable
from memory.measures import Measure, Measures

FLUSH_SECONDS = 2.0
BUCKETS = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)  # seconds of a step, each "or less"
STEP_TAG = "graph:step:"  # LangGraph's tag of a node, and of nothing that a node calls
MOST_OPEN = 10_000  # steps that began and have not ended
OTHER = "other"
_heard: ContextVar["Heard | None"] = ContextVar("zigral_measures", default=None)
register_configure_hook(_heard, inheritable=True)


@dataclass(eq=False)
class Heard(BaseCallbackHandler):
    """Counts what it hears of. `prices`: US dollars for a million tokens in and out, where they are known."""

    measures: Measures
    graphs: Collection[str]
    prices: tuple[float, float] | None = None
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
        if tags and any(tag.startswith(STEP_TAG) for tag in tags) and len(self._began) < MOST_OPEN:
            graph = str((metadata or {}).get("graph_id"))
            self._began[run_id] = time.monotonic(), graph if graph in self.graphs else OTHER

    def on_chain_end(self, outputs: dict[str, Any], *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        """A step has ended."""
        self._ended(run_id, "done")

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """A step has failed, or stopped to ask a person."""
        self._ended(run_id, "stopped" if type(error).__name__ == "GraphInterrupt" else "failed")

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        """A model has answered."""
        for generation in (one for several in response.generations for one in several):
            message = generation.message if isinstance(generation, ChatGeneration) else None
            if isinstance(message, AIMessage) and message.usage_metadata:
                self._billed(message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"])

    def _ended(self, run_id: UUID, how: str) -> None:
        if run_id not in self._began:
            return
        began, graph = self._began.pop(run_id)
        seconds = time.monotonic() - began
        bound = next((str(one) for one in BUCKETS if seconds <= one), "+Inf")
        self.measures.count(Measure.of("steps", graph=graph, how=how))
        self.measures.count(Measure.of("step_seconds_bucket", graph=graph, le=bound))
        self.measures.count(Measure.of("step_seconds_sum", graph=graph), seconds)

    def _billed(self, tokens_in: int, tokens_out: int) -> None:
        self.measures.count(Measure.of("model_answers"))
        self.measures.count(Measure.of("model_tokens", direction="in"), tokens_in)
        self.measures.count(Measure.of("model_tokens", direction="out"), tokens_out)
        if self.prices:
            dollars = (tokens_in * self.prices[0] + tokens_out * self.prices[1]) / 1_000_000
            self.measures.count(Measure.of("model_usd"), dollars)


@asynccontextmanager
async def measuring(
    measures: Measures, *, graphs: Collection[str], prices: tuple[float, float] | None = None
) -> AsyncIterator[None]:
    """Count, in every task that is begun from here on, as long as this is open."""
    token = _heard.set(Heard(measures, graphs, prices))
    telling = asyncio.create_task(_tell(measures))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(ValueError):  # closed from another context than it was opened in
            _heard.reset(token)
        with suppress(Unavailable):
            await measures.flush()


async def _tell(measures: Measures) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        with suppress(Unavailable):  # kept, and told the next time
            await measures.flush()
