"""A real server for workflows, in this process, with an agent that a test holds by the hand."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from memory.definitions import Definition as Parsed
from memory.errors import Refused
from memory.words import utc_now
from nodes.agents.agent import Agent, Capability, Made, Task
from server.app import create_app
from server.http.backend import Backend, open_backend
from server.http_server import HttpServer
from server.listening import listen
from server.settings import Settings

GRAPHS = Path(__file__).parents[1] / "protocol" / "graphs" / "langgraph.json"
ROOT = "/api/v1/workflows"
Definition = dict[str, Any]


class Held(Agent):
    """Does each task when the test lets it, and fails as often as the test says."""

    agent_id = "held"
    name = "Held"
    capabilities = (Capability("work"),)

    def __init__(self) -> None:
        self.begun: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.gates: dict[str, asyncio.Event] = {}
        self.changed = asyncio.Condition()

    async def execute(self, task: Task) -> Made:
        name = str(task.parameters["name"])
        async with self.changed:
            self.begun[name] += 1
            self.changed.notify_all()
        if name in self.gates:
            await self.gates[name].wait()
        if self.failures[name]:
            self.failures[name] -= 1
            raise Refused(f"{name} was to fail.")
        return {"did": name}

    def hold(self, *names: str) -> None:
        self.gates |= {name: asyncio.Event() for name in names}

    def free(self, *names: str) -> None:
        for name in names:
            self.gates[name].set()

    async def begins(self, name: str, times: int = 1) -> None:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: self.begun[name] >= times)


@dataclass
class Time:
    """A clock that a test sets forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@dataclass
class Office:
    """A server, its client, its agent and its clock."""

    backend: Backend
    http: httpx.AsyncClient
    held: Held
    time: Time = field(default_factory=Time)

    @staticmethod
    def definition(given: Definition) -> Parsed:
        return Parsed.model_validate(given)

    async def create(self, definition: Definition) -> str:
        made = await self.http.post(ROOT, json=definition)
        assert made.status_code == 201, made.text
        return str(made.json()["workflow_id"])

    async def begin(self, definition: Definition, **given: Any) -> str:
        workflow_id = await self.create(definition)
        body = {"input_data": given, "async_execution": True}
        accepted = await self.http.post(f"{ROOT}/{workflow_id}/execute", json=body)
        assert accepted.status_code == 202, accepted.text
        return str(accepted.json()["execution_id"])

    async def run(self, definition: Definition, **given: Any) -> dict[str, Any]:
        workflow_id = await self.create(definition)
        ended = await self.http.post(f"{ROOT}/{workflow_id}/execute", json={"input_data": given})
        assert ended.status_code == 200, ended.text
        return dict(ended.json())

    async def get(self, execution_id: str) -> dict[str, Any]:
        found = await self.http.get(f"{ROOT}/executions/{execution_id}")
        assert found.status_code == 200, found.text
        return dict(found.json())

    async def ask(self, execution_id: str, what: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"{ROOT}/executions/{execution_id}/{what}", json=body)

    async def pause(self, execution_id: str) -> None:
        """Have it pause, and return when its worker has heard of it."""
        assert self.backend.worker
        assert (await self.ask(execution_id, "pause")).status_code == 202
        async with asyncio.timeout(20):
            while not self.backend.worker.pausing:  # noqa: ASYNC110 - it hears of it over Redis
                await asyncio.sleep(0.01)

    async def until(self, execution_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The execution, as soon as this holds for it."""
        async with asyncio.timeout(20):
            while not holds(found := await self.get(execution_id)):  # noqa: ASYNC110 - it is behind a socket
                await asyncio.sleep(0.02)
        return found

    async def rests(self, execution_id: str) -> dict[str, Any]:
        return await self.until(execution_id, lambda found: found["status"] not in ("pending", "running"))


def step(step_id: str, *after: str, **more: Any) -> Definition:
    """A step of the held agent's."""
    return {
        "step_id": step_id,
        "step_type": "agent_task",
        "agent_type": "held",
        "task": "work",
        "parameters": {"name": step_id},
        "depends_on": list(after),
        **more,
    }


def value(step_id: str, value: Any, *after: str) -> Definition:
    """A step that makes a value of a template."""
    return {"step_id": step_id, "step_type": "transform", "value": value, "depends_on": list(after)}


def workflow(*steps: Definition, **more: Any) -> Definition:
    return {"name": "Test", "steps": list(steps), **more}


@asynccontextmanager
async def open_office(folder: Path, agents: Sequence[Agent] = (), **given: Any) -> AsyncIterator[Office]:
    """Open a server on a data folder, with `agents` beside the one that is held; keywords are settings."""
    settings, held, time = Settings(data=folder, **given), Held(), Time()
    started = asyncio.Event()
    with listen("127.0.0.1", 0, settings) as listener:
        async with open_backend(settings, GRAPHS, agents=[held, *agents], clock=time) as backend:
            server = HttpServer(backend, create_app(backend=backend), on_listening=started.set)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            await started.wait()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, timeout=30) as http:
                try:
                    yield Office(backend, http, held, time)
                finally:
                    for gate in held.gates.values():
                        gate.set()
                    server.should_exit = True
            await serving
