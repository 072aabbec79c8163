"""What the routes stand on: everything that one serving process uses, built once."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Request
from langchain_core.runnables import RunnableConfig
from redis.asyncio import Redis

from memory.assistants import Assistants
from memory.checkpoints import RedisSaver, saver_on
from memory.connection import connect
from memory.measures import Measures
from memory.step_log import RedisStepLog
from memory.store import stores_on
from memory.threads import Query, Thread, Threads
from memory.words import Clock, utc_now
from nodes.agents.agent import Agent
from server.agents import Agents, open_agents
from server.assembly import http_calls
from server.chosen_assistant import system_assistant
from server.command_desk import CommandDesk
from server.data_server import Address, open_address
from server.definitions import Definitions
from server.executions import ExecutionService
from server.graph_config import read_graph_config
from server.graph_registry import Compiled, Graphs, load_graphs
from server.http.errors import HttpRefusal
from server.lasting_agents import lending
from server.measuring import measuring
from server.observing import open_observers
from server.planning import Planning, open_planning
from server.run_desk import RunDesk, open_run_desk
from server.run_graphs import WORKFLOW, WorkflowMaker
from server.runs import RunService
from server.settings import Settings
from server.worker import RunWorker

OWN_CONFIG = Path(__file__).resolve().parents[2] / "langgraph.json"


@dataclass
class Draining:
    """Whether this process is on its way out: it finishes what it has and wants nothing new."""

    is_on: bool = False


@dataclass(frozen=True)
class Backend:
    """One serving process: its graphs, and the stores that they and the routes share."""

    settings: Settings
    redis: Redis
    checkpointer: RedisSaver
    graphs: Graphs
    assistants: Assistants
    threads: Threads
    measures: Measures
    runs: RunService
    agents: Agents
    executions: ExecutionService
    definitions: Definitions
    planning: Planning
    worker: RunWorker | None = None  # None: only other processes work
    draining: Draining = field(default_factory=Draining)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)  # set when answers that are open are broken off

    async def refuse_full(self, owner: str) -> None:
        """Refuse one more thread where an owner has as many as they may."""
        await refuse_full(self.threads, owner, self.settings.max_threads)

    async def copy_thread(self, thread_id: str, *, owner: str) -> Thread:
        """Copy a thread's states, then its record, under a new id."""
        await self.threads.get(thread_id, owner=owner)
        new_id = str(uuid4())
        await self.checkpointer.acopy_thread(thread_id, new_id)
        try:
            return await self.threads.copy(thread_id, new_id, owner=owner)
        except BaseException:
            await self.checkpointer.adelete_thread(new_id)
            raise

    async def delete_thread(self, thread_id: str, *, owner: str) -> None:
        """Delete a thread with its runs, which stop, and its states."""
        await self.threads.delete(thread_id, owner=owner)
        await self.checkpointer.adelete_thread(thread_id)

    async def delete_threads(self, metadata: Mapping[str, object], *, owner: str) -> None:
        """Delete every thread whose metadata contain this."""
        async for batch in self.threads.scan(Query(owner=owner, metadata=metadata)):
            for thread in batch:
                await self.delete_thread(thread.thread_id, owner=owner)

    async def drain(self) -> None:
        """Finish what must not be cut off. Returns once nothing is left to wait for."""
        if self.worker:
            await self.worker.drain(self.settings.drain_seconds)
        self.leaving.set()


@asynccontextmanager
async def open_backend(
    settings: Settings, config: Path | None = None, *, agents: Sequence[Agent] = (), clock: Clock = utc_now
) -> AsyncIterator[Backend]:
    """Everything that a serving process uses, closed in reverse order.

    `config`: a langgraph.json, or ours. `agents`: those that workflows may use beside the ones that there are.
    `clock`: what workflows' steps and waits go by.
    """
    async with AsyncExitStack() as stack:
        ground = await stack.enter_async_context(_open_ground(settings, config or OWN_CONFIG))
        staff = await stack.enter_async_context(_open_staff(settings, ground.redis, agents))
        desk = await stack.enter_async_context(_open_desk(settings, ground, staff, clock))
        no_more = partial(refuse_full, ground.threads, most=settings.max_threads)
        executions = desk.executions(refuse_full=no_more, clock=clock)
        planning = await stack.enter_async_context(open_planning(settings, ground.redis, staff, executions))
        if (config or OWN_CONFIG).resolve() == OWN_CONFIG:
            serve_commands(ground.graphs, planning.commands)
        observers = await stack.enter_async_context(open_observers(settings))
        working = desk.working(settings.concurrency, observers, executions) if settings.concurrency else None
        yield Backend(
            settings=settings,
            redis=ground.redis,
            checkpointer=ground.checkpointer,
            graphs=ground.graphs,
            assistants=ground.assistants,
            measures=ground.measures,
            threads=ground.threads,
            runs=desk.service(ground.assistants, refuse_full=no_more),
            executions=executions,
            agents=staff,
            definitions=Definitions(ground.redis, staff.registry),
            planning=planning,
            worker=await stack.enter_async_context(working) if working else None,
        )


@dataclass(frozen=True)
class Ground:
    """What all else stands on: the data server, and the project's graphs and assistants on it."""

    at: Address
    redis: Redis
    checkpointer: RedisSaver
    graphs: Graphs
    measures: Measures
    assistants: Assistants
    threads: Threads


@asynccontextmanager
async def _open_ground(settings: Settings, config: Path) -> AsyncIterator[Ground]:
    async with (
        open_address(settings) as at,
        connect(at.url, password=at.password) as redis,
        saver_on(redis) as checkpointer,
        stores_on(redis) as stores,
    ):
        graphs = await load_graphs(read_graph_config(config), checkpointer=checkpointer, store_of=stores.of)
        measures, assistants = Measures(redis), Assistants(redis)
        measured = frozenset({*graphs, WORKFLOW})
        async with measuring(measures, graphs=measured, prices=settings.model_price):
            system = {name: system_assistant(name) for name in graphs}
            await assistants.ensure(system, descriptions=graphs.descriptions)
            yield Ground(at, redis, checkpointer, graphs, measures, assistants, Threads(redis))


def _open_desk(
    settings: Settings, ground: Ground, staff: Agents, clock: Clock
) -> AbstractAsyncContextManager[RunDesk]:
    steps = RedisStepLog(ground.redis)
    return open_run_desk(
        settings,
        ground.at,
        ground.redis,
        threads=ground.threads,
        checkpointer=ground.checkpointer,
        graphs=ground.graphs,
        steps=steps,
        make_workflow=WorkflowMaker(staff.caller, http_calls(settings), steps, clock),
    )


@asynccontextmanager
async def _open_staff(settings: Settings, redis: Redis, more: Sequence[Agent]) -> AsyncIterator[Agents]:
    """The agents of this process, lent to graphs that open none themselves."""
    async with open_agents(settings, redis) as staff:
        for agent in more:
            staff.registry.register(agent)
        with lending(staff):
            yield staff


def serve_commands(graphs: Graphs, commands: CommandDesk) -> None:
    """Let runs of our own graph `command` start executions here: Studio's run a plan within themselves."""

    async def of(_: RunnableConfig, owner: str) -> Compiled:
        return graphs.bound("command", commands.flow, owner)

    graphs.built_in["command"] = of


async def refuse_full(threads: Threads, owner: str, most: int) -> None:
    """Refuse one more thread where an owner has as many as they may."""
    if await threads.total(owner) >= most:
        raise HttpRefusal(429, f"You have {most} threads, which is the limit. Delete some, or raise it.")


async def backend(request: Request) -> Backend:
    """The backend of the app that got the request."""
    found: Backend = request.app.state.backend
    return found


BackendOf = Annotated[Backend, Depends(backend)]
