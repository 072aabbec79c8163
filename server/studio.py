"""What `langgraph.json` names: the graphs for Studio and `langgraph dev`, and their checkpointer.

Both are thin, since dev loads this file as a module of its own; a process opens its services once, however
often dev asks for a graph.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph

from graphs.command import command as command_flow
from graphs.plan_runs import PlansWithin
from memory.checkpoints import RedisSaver, saver_on
from memory.definitions import Definition
from memory.execution_records import Pinned
from memory.executions import Executions
from memory.snapshots import Snapshots
from memory.step_records import StepRecord
from memory.words import utc_now
from nodes.plans.estimate import Estimator
from nodes.registry import AgentRegistry
from server import assembly
from server.agents import open_agents
from server.data_server import open_redis
from server.engines import lasting_engine, lasting_planner
from server.interactions import passing_interactions
from server.lasting_agents import LastingAgents
from server.passing import PassingContexts, PassingKnown, PassingLeads
from server.planning import model_costs
from server.run_graphs import WORKFLOW, WorkflowMaker
from server.settings import Settings
from tools.definition_text import load_definition
from tools.mail import FolderOutbox
from tools.workers import ProcessWorkers


async def outreach() -> CompiledStateGraph[Any, Any, Any, Any]:
    """One lead, from its company's pages to an approved mail in the data folder's outbox."""
    return await asyncio.to_thread(_outreach)


async def workflow(config: RunnableConfig) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A workflow: that of the execution whose thread it is, else the demo's."""
    return await asyncio.to_thread(_workflow, config.get("configurable", {}).get("thread_id"))


async def command() -> CompiledStateGraph[Any, Any, Any, Any]:
    """A sentence, to a plan that is checked and kept, and with `execute` to what it comes to."""
    return await asyncio.to_thread(_command)


def undone_command() -> CompiledStateGraph[Any, Any, Any, Any]:
    """The same flow without any agent: to be drawn, for which nothing has to be opened."""
    return _command_with(Settings.from_env(), AgentRegistry())


@asynccontextmanager
async def open_checkpointer() -> AsyncIterator[RedisSaver]:
    """The checkpointer of this process, on the Redis in use."""
    settings = await asyncio.to_thread(Settings.from_env)
    async with open_redis(settings) as client, saver_on(client) as saver:
        yield saver


@cache
def _outreach() -> CompiledStateGraph[Any, Any, Any, Any]:
    settings = Settings.from_env()
    workers = ProcessWorkers(assembly.PROCESSES)
    graph = assembly.outreach_graph(
        assembly.read_inputs(settings, web=settings.web or str(assembly.DEMO / "web")),
        engine=lasting_engine(settings, workers),
        workers=workers,
        snapshots=Snapshots(settings.data),
        outbox=FolderOutbox(settings.data / "outbox"),
        interactions=passing_interactions(settings),
    )
    return graph.compile(name="outreach")


@cache
def _command() -> CompiledStateGraph[Any, Any, Any, Any]:
    settings = Settings.from_env()
    return _command_with(settings, asyncio.run(_registry(settings)))


def _command_with(settings: Settings, registry: AgentRegistry) -> CompiledStateGraph[Any, Any, Any, Any]:
    inputs = assembly.read_inputs(settings, web=settings.web or str(assembly.DEMO / "web"))
    calls = assembly.http_calls(settings)
    flow = command_flow(
        interactions=passing_interactions(settings),
        planner=lasting_planner(settings),
        estimator=Estimator(registry, PassingLeads(settings), model_costs(settings)),
        contexts=lambda owner: PassingContexts(settings, owner),
        plans=PlansWithin(LastingAgents(settings), calls, NoSteps(), utc_now),
        known=PassingKnown(settings, inputs.icp, inputs.offer),
    )
    return flow.compile(name="command")


async def _registry(settings: Settings) -> AgentRegistry:
    """The agents, closed: what they can do is read of them, and nothing is called."""
    async with open_redis(settings) as client, open_agents(settings, client) as agents:
        return agents.registry


async def _pinned(settings: Settings, thread_id: str) -> bytes | None:
    async with open_redis(settings) as client:
        return await Executions(client).pinned(thread_id)


def _workflow(thread_id: object) -> CompiledStateGraph[Any, Any, Any, Any]:
    settings = Settings.from_env()
    pinned = asyncio.run(_pinned(settings, thread_id)) if isinstance(thread_id, str) else None
    demo = Pinned(Definition.model_validate(load_definition(assembly.DEMO / "workflow.yaml")), {})
    maker = WorkflowMaker(LastingAgents(settings), assembly.http_calls(settings), NoSteps())
    return maker(Pinned.of(pinned) if pinned else demo, "").compile(name=WORKFLOW)


class NoSteps:
    """Keeps no records of steps: Studio shows the state itself."""

    async def write(self, execution_id: str, step_id: str, record: StepRecord) -> None:
        """Nothing is kept."""

    async def read(self, execution_id: str, step_id: str) -> StepRecord | None:  # noqa: ARG002
        """Nothing was."""
        return None
