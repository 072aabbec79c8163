"""Having an agent do a task: chosen, checked, limited, tried again, measured, and answered in an envelope."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

import stamina

from memory.agents import AgentStandings, LocalStandings
from memory.commons import Commons
from memory.envelopes import Envelope
from memory.errors import Invalid, Unavailable, ZigralError
from memory.json_values import JsonObject
from memory.logs import get_logger
from memory.redaction import Redactor
from memory.words import Clock, utc_now
from nodes.agents.agent import Agent, Capability, Task
from nodes.agents.attempt import attempted
from nodes.agents.breaker import Breakers
from nodes.agents.checking import enveloped, taken
from nodes.agents.faults import (
    AgentSpared,
    AgentUnavailable,
    is_agents_fault,
    named,
    none_managed,
    not_managed,
)
from nodes.registry import AgentRegistry
from nodes.selection import Candidate, Selection, ranked, select
from tools.engine import EngineStopped
from tools.registry import ToolRegistry

log = get_logger(__name__)

Choice = tuple[Agent, Capability, Task]

LONGEST_ERROR = 300  # characters of an error that are kept


@dataclass(frozen=True)
class Call:
    """A task for the agent named, or, without one, for the best that has the capability."""

    capability: str
    parameters: JsonObject
    agent: str | None = None
    run_id: str = ""
    step_id: str = ""
    owner: str = ""


class AgentCaller(Protocol):
    """Calls agents."""

    async def call(self, asked: Call) -> Envelope:
        """What came of it.

        `NotFound` without such an agent, `Mistakes` for wrong parameters, `Unavailable` where it may work later,
        `Malformed` where the agent gave nonsense, `AgentCrashed` where it failed otherwise, and whatever error of
        Zigral's the agent raised.
        """
        ...


@dataclass
class LocalCaller:
    """Calls agents in this process. One for all callers: it holds how many calls each agent has at a time.

    A call takes at most an agent's `attempts` times its `timeout`, and the waits between them. `redact` takes
    secrets out of what errors say.
    """

    agents: AgentRegistry
    tools: ToolRegistry = field(default_factory=ToolRegistry)
    standings: AgentStandings = field(default_factory=LocalStandings)
    clock: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic
    redact: Redactor = field(default_factory=Redactor)
    commons_of: Callable[[str], Commons | None] = lambda _: None  # what an owner's agents have in common
    _breakers: Breakers = field(init=False)
    _turns: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]]" = field(
        default_factory=WeakKeyDictionary
    )

    def __post_init__(self) -> None:
        self._breakers = Breakers(self.monotonic)

    async def call(self, asked: Call) -> Envelope:
        """What came of it, as `AgentCaller` says."""
        if asked.agent is None:
            return await self._best(asked)
        agent, capability = self.agents.ability(asked.agent, asked.capability)
        task = self._task(asked, taken(capability, asked.parameters))
        try:
            return await self._measured(agent, capability, task)
        except AgentUnavailable as error:
            raise named(error) from None

    def select(self, capability: str) -> Selection:
        """Who would do it now, and why; `NotFound` without such a capability."""
        return select([self._candidate(*one) for one in self.agents.able(capability)])

    async def _best(self, asked: Call) -> Envelope:
        """The best agent's envelope, or that of the next best where it is unavailable."""
        errors: list[ZigralError] = []
        for agent, capability, task in self._ranked(self._able(asked)):
            try:
                return await self._measured(agent, capability, task)
            except (AgentUnavailable, EngineStopped) as error:
                errors.append(error)
                log.info("An agent is unavailable; the next best is asked.", agent=agent.agent_id)
        raise none_managed(asked.capability, errors)

    def _able(self, asked: Call) -> list[Choice]:
        """The agents that can do it with these parameters."""
        found, refusals = list[Choice](), list[Invalid]()
        for agent, capability in self.agents.able(asked.capability):
            try:
                found.append((agent, capability, self._task(asked, taken(capability, asked.parameters))))
            except Invalid as error:
                refusals.append(error)
        if not found:
            raise refusals[0]
        return found

    def _ranked(self, able: list[Choice]) -> list[Choice]:
        """The best first."""
        if len(able) == 1:
            return able
        tasks = {agent.agent_id: task for agent, _, task in able}
        ordered = ranked([self._candidate(agent, capability) for agent, capability, _ in able])
        return [(one.agent, one.capability, tasks[one.agent.agent_id]) for one in ordered]

    def _candidate(self, agent: Agent, capability: Capability) -> Candidate:
        return Candidate(agent, capability, self.standings.of(agent.agent_id))

    async def _measured(self, agent: Agent, capability: Capability, task: Task) -> Envelope:
        name = agent.agent_id
        self._breakers.refuse(agent)
        self.standings.begun(name)
        begun: float | None = None
        try:
            async with self._turn(agent):
                begun = self.monotonic()
                envelope = await self._tried(agent, capability, task)
        except BaseException as error:
            if begun is None or isinstance(error, AgentSpared) or not is_agents_fault(error):
                self.standings.dropped(name)
            else:
                self._tell(agent, self.monotonic() - begun, self.redact(str(error))[:LONGEST_ERROR])
            _without_keys(error, self.redact)
            raise
        self._tell(agent, self.monotonic() - begun)
        return envelope

    def _tell(self, agent: Agent, seconds: float, error: str | None = None) -> None:
        self.standings.ended(agent.agent_id, seconds, error)
        self.standings.spared(agent.agent_id, self._breakers.seconds_left(agent) or 0.0)

    async def _tried(self, agent: Agent, capability: Capability, task: Task) -> Envelope:
        limits = agent.limits
        try:
            async for attempt in stamina.retry_context(
                on=lambda error: _may_pass(error) and self._breakers.seconds_left(agent) is None,
                attempts=limits.attempts,
                timeout=None,  # attempts and their timeouts bound it
                wait_initial=limits.wait,
                wait_max=limits.longest_wait,
                wait_jitter=limits.wait,
            ):
                with attempt, self._breakers.guarding(agent):
                    return enveloped(agent, capability, task, await attempted(agent, task), self.clock())
        except EngineStopped:
            raise
        except Unavailable as error:
            raise not_managed(agent.agent_id, error) from None
        raise AssertionError("stamina returns or raises")

    def _task(self, asked: Call, parameters: JsonObject) -> Task:
        commons = self.commons_of(asked.owner)
        return Task(asked.capability, parameters, asked.run_id, asked.step_id, asked.owner, self.tools, commons)

    def _turn(self, agent: Agent) -> asyncio.Semaphore:
        turns = self._turns.setdefault(asyncio.get_running_loop(), {})
        return turns.setdefault(agent.agent_id, asyncio.Semaphore(agent.limits.concurrency))


def _without_keys(error: BaseException, redact: Redactor) -> None:
    """Take keys out of an agent's own words: an error of ours is shown to people, and kept."""
    if not isinstance(error, ZigralError):
        return
    place = f"{error.where}: " if isinstance(error, Invalid) and error.where else ""
    said = str(error).removeprefix(place)
    if (clean := redact.keys(said)) != said:
        error.args = (f"{place}{clean}",)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, Unavailable) and not isinstance(error, AgentSpared | EngineStopped)
