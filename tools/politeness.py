"""One request at a time to a host, and a pause before the next."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PAUSE = 1.0  # seconds between two requests to a host
LONGEST_PAUSE = 30.0  # seconds: a Crawl-delay is heeded up to here
MANY = 1_000  # hosts known, from which on those long gone are forgotten


@dataclass
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0
    ended: float = float("-inf")


class Turns:
    """Hands out the turns; hosts do not wait for each other."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lines: dict[str, _Line] = {}

    @property
    def hosts(self) -> int:
        """How many are remembered."""
        return len(self._lines)

    @asynccontextmanager
    async def turn(self, host: str, pause: float = PAUSE) -> AsyncIterator[None]:
        """Our turn at `host`, at least `pause` seconds (from 1 to 30) after the last one ended."""
        pause = min(max(pause, PAUSE), LONGEST_PAUSE)
        line = self._lines.setdefault(host, _Line())
        line.people += 1
        try:
            async with line.lock:
                while (left := line.ended + pause - self._clock()) > 0:
                    await self._sleep(left)
                try:
                    yield
                finally:
                    line.ended = self._clock()
        finally:
            line.people -= 1
            self._forget()

    def _forget(self) -> None:
        if len(self._lines) > MANY:
            since = self._clock() - LONGEST_PAUSE
            self._lines = {h: line for h, line in self._lines.items() if line.people or line.ended > since}
