"""One attempt of an agent at a task: within its time, stopped when it is to stop, and nothing leaks out of it.

The agent runs in a task of its own. So one that holds on to its work, though it was told to stop, holds up nobody;
and one that cancels itself, or ends the process, ends nothing but its attempt.
"""

import asyncio

from memory.errors import ZigralError
from memory.log_traces import places_of
from memory.logs import get_logger
from nodes.agents.agent import Agent, Made, Task
from nodes.agents.faults import AgentCrashed, AgentTimedOut, AgentUnavailable

log = get_logger(__name__)

GRACE = 1.0  # seconds that an agent has to let go of its work
_stopped: set[asyncio.Task[Made]] = set()  # until they end: asyncio itself would forget them


async def attempted(agent: Agent, task: Task) -> Made:
    """What the agent made of it. `AgentTimedOut`, `AgentCrashed`, or the agent's own error of Zigral's."""
    work = asyncio.create_task(_guarded(agent, task), name=f"agent {agent.agent_id}")
    try:
        done, _ = await asyncio.wait({work}, timeout=agent.limits.timeout)
    except asyncio.CancelledError:
        await _stop(agent, work)
        raise
    if not done:
        await _stop(agent, work)
        raise AgentTimedOut(agent.agent_id, agent.limits.timeout)
    try:
        return work.result()
    except ZigralError:
        raise
    except BaseException as error:  # noqa: BLE001 - its own: nobody told it to stop
        raise _crashed(agent, task, error) from None


async def _guarded(agent: Agent, task: Task) -> Made:
    try:
        return await agent.execute(task)
    except ZigralError:
        raise
    except TimeoutError:
        raise AgentUnavailable(
            f"The agent {agent.agent_id} waited too long for something. Try again later."
        ) from None
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - what would end the process, too
        if isinstance(error, ExceptionGroup) and (ours := _first_of_ours(error)):
            raise ours from None
        raise _crashed(agent, task, error) from None


def _first_of_ours(group: ExceptionGroup) -> ZigralError | None:
    """The first error of a group, such as a `TaskGroup` raises, that has none but errors of Zigral's."""
    ours, others = group.split(ZigralError)
    first: BaseException | None = None if others else ours
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first if isinstance(first, ZigralError) else None


def _crashed(agent: Agent, task: Task, error: BaseException) -> AgentCrashed:
    log.error(f"The agent {agent.agent_id} failed at {task.capability}.\n{places_of(error)}")
    return AgentCrashed(agent.agent_id, type(error).__name__)


async def _stop(agent: Agent, work: asyncio.Task[Made]) -> None:
    _stopped.add(work)
    work.add_done_callback(_forget)
    work.cancel()
    await asyncio.wait({work}, timeout=GRACE)
    if not work.done():
        log.warning(
            f"The agent {agent.agent_id} goes on though it was told to stop. Let it end when it is cancelled."
        )


def _forget(work: asyncio.Task[Made]) -> None:
    _stopped.discard(work)
    if not work.cancelled():
        work.exception()  # whatever it came to: nobody waits for it any more
