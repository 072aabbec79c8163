"""Waiting for news without polling: one connection a process listens for all who wait.

A bell that is missed (the connection broke) costs a waiter its timeout and nothing else: it looks again.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import redis.exceptions
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

PREFIX = "{zigral}:bell:"
CANCEL = "{zigral}:cancel"


@dataclass(eq=False)
class Bell:
    """One waiter's bell."""

    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def clear(self) -> None:
        """Forget what was heard: do so before looking, so that nothing between is missed."""
        self._rung.clear()

    def ring(self) -> None:
        """Wake the waiter."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Whether it rang in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        return self._rung.is_set()


class Bells:
    """The bells of one process."""

    def __init__(self, client: Redis) -> None:
        self._pubsub: PubSub = client.pubsub(ignore_subscribe_messages=True)
        self._waiting: dict[str, set[Bell]] = defaultdict(set)
        self._on_cancel: Callable[[str], None] | None = None

    @asynccontextmanager
    async def listening(self, name: str) -> AsyncIterator[Bell]:
        """A bell that rings at news of a run or a thread."""
        bell = Bell()
        first = name not in self._waiting
        self._waiting[name].add(bell)
        try:
            if first:
                with suppress(redis.exceptions.ConnectionError):  # the listener subscribes again
                    await self._pubsub.subscribe(PREFIX + name)
            yield bell
        finally:
            self._waiting[name].discard(bell)
            if not self._waiting[name]:
                del self._waiting[name]
                with suppress(redis.exceptions.ConnectionError):
                    await self._pubsub.unsubscribe(PREFIX + name)

    def on_cancel(self, told: Callable[[str], None]) -> None:
        """Whom to tell the id of a run that is to stop."""
        self._on_cancel = told

    async def listen(self) -> None:
        """Ring, for ever. To be run as one task of the process."""
        while True:
            try:
                while True:
                    message = await self._pubsub.get_message(timeout=None)
                    if message is not None:
                        self._heard(message["channel"].decode(), message["data"].decode())
            except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
                for bell in {bell for bells in self._waiting.values() for bell in bells}:
                    bell.ring()  # look for yourselves
                await asyncio.sleep(0.2)

    def _heard(self, channel: str, data: str) -> None:
        if channel == CANCEL:
            if self._on_cancel:
                self._on_cancel(data)
            return
        for bell in self._waiting.get(channel.removeprefix(PREFIX), ()):
            bell.ring()


@asynccontextmanager
async def open_bells(client: Redis) -> AsyncIterator[Bells]:
    """Bells that ring as long as this is open."""
    bells = Bells(client)
    await bells._pubsub.subscribe(CANCEL)
    task = asyncio.create_task(bells.listen(), name="bells")
    try:
        yield bells
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bells._pubsub.aclose()  # type: ignore[no-untyped-call]
