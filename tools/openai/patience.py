"""Waiting for a model that is busy or down: backoff with jitter, a circuit breaker, and an end."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import stamina
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OPENED, HalfOpenedState, OpenedState

from memory.logs import get_logger
from tools.openai.faults import ModelDown, Outage

log = get_logger(__name__)
T = TypeVar("T")

FAILURES = 5  # in a row, before the breaker opens


@dataclass
class Patience:
    """How long a question waits for an answer. One for all who ask the same endpoint.

    `seconds` bounds one question, all its waits included. Where the endpoint answered nobody for as long, it
    counts as down; where it answered others, only this question has failed.
    """

    seconds: float = 180.0
    first_wait: float = 0.5
    longest_wait: float = 15.0
    open_for: float = 5.0  # seconds for which the breaker spares an endpoint that fails, before one try
    _answered_at: float | None = None  # by the monotonic clock, as all times here
    _failed_at: float = 0.0
    _breakers: AsyncCircuitBreakerFactory = field(init=False)

    def __post_init__(self) -> None:
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=FAILURES, default_ttl=self.open_for, exclude=[(BaseException, _is_no_outage)]
        )

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives, asked again after each `Outage`; `ModelDown` or the last outage at the end."""
        last: Outage | None = None
        begun = time.monotonic()
        try:
            async for attempt in stamina.retry_context(
                on=lambda error: self._wait(error, begun + self.seconds),
                attempts=None,
                timeout=self.seconds,
                wait_initial=self.first_wait,
                wait_max=self.longest_wait,
                wait_jitter=self.first_wait,
            ):
                with attempt:
                    try:
                        return await self._once(work)
                    except Outage as outage:
                        last, self._failed_at = outage, time.monotonic()
                        log.info("The model did not answer and is asked again.", fault=type(outage).__name__)
                        raise
        except (Outage, OpenedState):
            cause = last or Outage("The model's endpoint keeps failing for others. Run again later.")
            if self._answered_at is None or self._answered_at < begun:
                raise ModelDown(self.seconds, cause) from None
            raise cause from None
        raise AssertionError("stamina returns or raises")

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T:
        breaker = await self._breakers.get_breaker("model")
        if breaker.context.state == OPENED and time.monotonic() > self._failed_at + self.open_for:
            breaker.context.set_state(HalfOpenedState())  # its own clock is the wall's, which may jump back
        async with breaker:
            answer = await work()
        self._answered_at = time.monotonic()
        return answer

    def _wait(self, error: Exception, until: float) -> bool | float:
        """Whether to ask again, and after how many seconds where that is known; never long after `until`."""
        if isinstance(error, OpenedState):
            seconds = self.open_for * random.uniform(0.5, 1.1)  # noqa: S311 - only to spread the tries
        elif isinstance(error, Outage) and error.retry_after is not None:
            seconds = error.retry_after + random.uniform(0, self.first_wait)  # noqa: S311
        else:
            return isinstance(error, Outage)
        return max(0.0, min(seconds, until - time.monotonic()))


def _is_no_outage(error: BaseException) -> bool:
    """A model that answers badly is up."""
    return not isinstance(error, Outage)
