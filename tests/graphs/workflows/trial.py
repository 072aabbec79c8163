"""A workflow tried out: agents that echo or fail, persons who answer, and time that is made."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs.workflow import workflow
from memory.definitions import Definition
from memory.envelopes import Envelope
from memory.errors import Invalid, Refused
from memory.serializing import StrictSerializer
from memory.step_records import MemoryStepLog, StepLog, StepRecord
from nodes.agents.calling import Call
from nodes.workflow.budget import MOST
from nodes.workflow.failing import StepFailed
from tools.http_answers import HttpAnswer
from tools.http_calls import HttpCall

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@dataclass
class Agents:
    """What the agent asked for does is in its name; whoever has none of these echoes."""

    calls: list[Call] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    mended: bool = False  # no agent fails any more
    meeting: asyncio.Barrier = field(
        default_factory=lambda: asyncio.Barrier(3)
    )  # of two that hang and one that fails

    async def call(self, asked: Call) -> Envelope:
        self.calls.append(asked)
        self.counts[asked.step_id] += 1
        if not self.mended:
            await self._fail(asked)
        agent = asked.agent or "echo"
        return Envelope.from_records([asked.parameters], agent=agent, run_id=asked.run_id, at=NOW)

    async def _fail(self, asked: Call) -> None:
        match asked.agent:
            case "broken":
                raise Refused("It does not do this.")
            case "flaky" if self.counts[asked.step_id] == 1:
                raise Refused("It does not do this at once.")
            case "picky":
                raise Invalid("It takes no such thing.")
            case "buggy":
                raise RuntimeError("the password is sesame")
            case "hanging":
                await self.meeting.wait()
                await asyncio.Event().wait()
            case "late":  # fails once two others hang
                await self.meeting.wait()
                raise Refused("It does not do this.")

    @property
    def order(self) -> list[str]:
        """Where agents were called, in order."""
        return [call.step_id for call in self.calls]


@dataclass
class Time:
    """A clock that goes on where somebody sleeps, and where it is set."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Calls:
    """The web: it answers with what it was sent."""

    made: list[HttpCall] = field(default_factory=list)

    async def call(self, asked: HttpCall) -> HttpAnswer:
        self.made.append(asked)
        return HttpAnswer(200, {"content-type": "application/json"}, json=asked.json)


def answer_to(request: Any) -> Any:
    """What a person says: the same to the same question."""
    return {"said": f"yes to {request['action_request']['args']['question']}"}


@dataclass
class Trial:
    """One execution of a definition."""

    definition: Definition
    saver: BaseCheckpointSaver[Any] = field(default_factory=lambda: InMemorySaver(serde=StrictSerializer()))
    subworkflows: Mapping[str, Definition] = field(default_factory=dict)
    agents: Agents = field(default_factory=Agents)
    calls: Calls = field(default_factory=Calls)
    time: Time = field(default_factory=Time)
    memory: MemoryStepLog = field(default_factory=MemoryStepLog)
    log: StepLog | None = None
    most_steps: int = MOST
    thread: str = "one"

    def __post_init__(self) -> None:
        graph = workflow(
            self.definition,
            agents=self.agents,
            calls=self.calls,
            log=self.log or self.memory,
            clock=self.time,
            owner="ada",
            subworkflows=self.subworkflows,
            sleep=self.time.sleep,
            most_steps=self.most_steps,
        )
        self.graph = graph.compile(self.saver)

    @property
    def config(self) -> Any:
        return {"configurable": {"thread_id": self.thread}}

    async def start(self, **given: Any) -> Any:
        return await self._invoke({"input": given})

    async def go_on(self, command: Any = None) -> Any:
        return await self._invoke(command)

    async def _invoke(self, given: Any) -> Any:
        return await self.graph.ainvoke(given, self.config, durability="sync")

    async def waiting(self) -> list[Any]:
        """What the run waits for."""
        return list((await self.graph.aget_state(self.config)).interrupts)

    async def answer(self) -> Any:
        return await self.go_on(Command(resume={one.id: answer_to(one.value) for one in await self.waiting()}))

    async def run(self, **given: Any) -> Any:
        """The output, once every question is answered; the failure where it fails."""
        try:
            await self.start(**given)
            return await self.finish(**given)
        except StepFailed as failure:
            return failure

    async def finish(self, **given: Any) -> Any:
        """Go on as a worker does that finds the run as it is, until it is over."""
        while True:
            state = await self.graph.aget_state(self.config)
            if "output" in state.values:
                return state.values["output"]
            if state.interrupts:
                await self.answer()
            elif state.metadata:
                await self.go_on()
            else:
                await self.start(**given)

    @property
    def records(self) -> Mapping[str, StepRecord]:
        return self.memory.of(self.thread)

    @property
    def statuses(self) -> dict[str, str]:
        return {name: record.status for name, record in self.records.items()}
