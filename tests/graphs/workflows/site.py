"""A place to run workflows in tests: agents that echo, fail now and then or always, persons who answer."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from graphs.workflow import workflow
from memory.definitions import Definition
from memory.envelopes import Envelope
from memory.errors import Refused
from memory.step_records import MemoryStepLog
from nodes.agents.calling import Call
from nodes.workflow.failing import StepFailed
from tools.http_calls import ClosedCalls

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@dataclass
class Agents:
    """`echo` gives back what it is given, `flaky` fails at first, `broken` always. Every call is counted."""

    calls: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)

    async def call(self, asked: Call) -> Envelope:
        self.order.append(asked.step_id)
        self.calls[asked.step_id] += 1
        if asked.agent == "broken" or (asked.agent == "flaky" and self.calls[asked.step_id] == 1):
            raise Refused(f"{asked.agent} does not do this.")
        agent = asked.agent or "echo"
        return Envelope.from_records([asked.parameters], agent=agent, run_id=asked.run_id, at=NOW)


@dataclass
class Time:
    """A clock that moves where somebody sleeps, and where it is moved."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def answer_to(request: Any) -> Any:
    """What a person says: the same to the same question."""
    return {"said": f"yes to {request['action_request']['args']['question']}"}


@dataclass
class Site:
    """One execution of a definition."""

    definition: Definition
    saver: BaseCheckpointSaver[Any] | None = None
    subworkflows: dict[str, Definition] = field(default_factory=dict)
    agents: Agents = field(default_factory=Agents)
    time: Time = field(default_factory=Time)
    log: MemoryStepLog = field(default_factory=MemoryStepLog)
    thread: str = "one"

    def __post_init__(self) -> None:
        graph = workflow(
            self.definition,
            agents=self.agents,
            calls=ClosedCalls(),
            log=self.log,
            clock=self.time,
            sleep=self.time.sleep,
            subworkflows=self.subworkflows,
        )
        self.graph = graph.compile(self.saver)

    @property
    def config(self) -> Any:
        return {"configurable": {"thread_id": self.thread}}

    async def start(self, given: Any) -> Any:
        return await self.graph.ainvoke({"input": given}, self.config)

    async def go_on(self, command: Any = None) -> Any:
        return await self.graph.ainvoke(command, self.config)

    async def waiting(self) -> list[Any]:
        return list((await self.graph.aget_state(self.config)).interrupts)

    async def answer(self) -> Any:
        return await self.go_on(Command(resume={one.id: answer_to(one.value) for one in await self.waiting()}))

    async def run(self, given: Any) -> Any:
        """The output, once every question is answered; the failure where it fails."""
        try:
            state = await self.start(given)
            while self.saver and await self.waiting():
                state = await self.answer()
        except StepFailed as failure:
            return failure
        return state["output"]

    @property
    def records(self) -> dict[str, Any]:
        return dict(self.log.of(self.thread))

    @property
    def statuses(self) -> dict[str, str]:
        return {name: record.status for name, record in self.records.items()}
