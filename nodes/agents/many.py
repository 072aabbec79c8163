"""The same work on each of several leads: a few at a time, each result at its lead's place."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from memory.errors import Malformed, NotFound, Refused, Unavailable
from nodes.agents.dossier import Dossier
from tools.engine import EngineStopped

AT_ONCE = 8

T = TypeVar("T")


async def each(
    dossiers: Sequence[Dossier], work: Callable[[Dossier], Awaitable[T]], failed: Callable[[Dossier, str], T]
) -> list[T]:
    """What `work` makes of each lead, in order.

    Of several leads, one that cannot be worked on stops no other: `failed` says what stands in its place. A lead
    alone raises, and so do several of which every one met something that did not answer.
    """
    if len(dossiers) == 1:
        return [await work(dossiers[0])]
    turn = asyncio.Semaphore(AT_ONCE)
    silent: list[Unavailable] = []

    async def one(dossier: Dossier) -> T:
        async with turn:
            try:
                return await work(dossier)
            except EngineStopped:
                raise
            except Unavailable as error:
                silent.append(error)
                return failed(dossier, str(error))
            except (NotFound, Malformed, Refused) as error:
                return failed(dossier, str(error))

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(dossier)) for dossier in dossiers]
    except BaseExceptionGroup as errors:  # what stops all: the first such error says why
        raise errors.exceptions[0] from None
    if silent and len(silent) == len(dossiers):
        raise silent[0]
    return [task.result() for task in tasks]
