"""The agents where nothing can be closed at the end, as in Studio: those of the server around, else its own."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from memory.envelopes import Envelope
from nodes.agents.calling import Call
from server.agents import Agents, open_agents
from server.data_server import open_redis
from server.settings import Settings

Loop = asyncio.AbstractEventLoop
_here: "WeakKeyDictionary[Loop, asyncio.Future[Agents]]" = WeakKeyDictionary()
_held: "WeakKeyDictionary[Loop, AsyncExitStack]" = WeakKeyDictionary()  # what nobody holds is closed


@dataclass(frozen=True)
class LastingAgents:
    """Calls the agents of this process, which its first call opens for as long as the event loop lives."""

    settings: Settings

    async def call(self, asked: Call) -> Envelope:
        """What came of it."""
        return await (await agents_here(self.settings)).caller.call(asked)


async def agents_here(settings: Settings) -> Agents:
    """The agents that are open in this event loop, opened now where none are."""
    loop = asyncio.get_running_loop()
    known = _here.get(loop)
    if known is None or (known.done() and (known.cancelled() or known.exception())):  # it may work now
        known = _here[loop] = loop.create_task(_opened(loop, settings))
    return await asyncio.shield(known)


@contextmanager
def lending(agents: Agents) -> Iterator[None]:
    """Let these be the agents of this event loop, as long as this is open."""
    loop = asyncio.get_running_loop()
    before, lent = _here.get(loop), loop.create_future()
    lent.set_result(agents)
    _here[loop] = lent
    try:
        yield
    finally:
        del _here[loop]
        if before is not None:
            _here[loop] = before


async def _opened(loop: Loop, settings: Settings) -> Agents:
    stack = AsyncExitStack()
    try:
        redis = await stack.enter_async_context(open_redis(settings))
        agents = await stack.enter_async_context(open_agents(settings, redis))
    except BaseException:
        await stack.aclose()
        raise
    _held[loop] = stack
    return agents
