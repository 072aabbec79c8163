"""Counting what graphs do - steps and their times, models' tokens and what they cost - whatever graphs they are.

One callback of ours hears of each node and each model's answer, in every task that is begun while `measuring` is
open.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.tracers.context import register_configure_hook
from langgraph.errors import GraphInterrupt

from memory.errors import Unavailable
from memory.measures import Measure, Measures
from server.step_listener import HeardStep, StepListener

FLUSH_SECONDS = 2.0
BUCKETS = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)  # seconds of a step, each "or less"
OTHER = "other"
_heard: ContextVar["Heard | None"] = ContextVar("zigral_measures", default=None)
register_configure_hook(_heard, inheritable=True)


@dataclass(eq=False)
class Heard(StepListener):
    """Counts what it hears of. `prices`: US dollars for a million tokens in and out, where they are known."""

    measures: Measures
    graphs: Collection[str]
    prices: tuple[float, float] | None = None

    def heard(self, step: HeardStep) -> None:
        """Count a step and its time."""
        graph = step.graph_id if step.graph_id in self.graphs else OTHER
        how = "done" if step.error is None else "stopped" if type(step.error) is GraphInterrupt else "failed"
        bound = next((str(one) for one in BUCKETS if step.seconds <= one), "+Inf")
        self.measures.count(Measure.of("steps", graph=graph, how=how))
        self.measures.count(Measure.of("step_seconds_bucket", graph=graph, le=bound))
        self.measures.count(Measure.of("step_seconds_sum", graph=graph), step.seconds)

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        """A model has answered."""
        for generation in (one for several in response.generations for one in several):
            message = generation.message if isinstance(generation, ChatGeneration) else None
            if isinstance(message, AIMessage) and message.usage_metadata:
                self._billed(message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"])

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
