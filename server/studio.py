"""What `langgraph.json` names: the graphs for Studio and `langgraph dev`, and their checkpointer.

Both are thin, since dev loads this file as a module of its own; a process opens its services once, however
often dev asks for a graph.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from memory.checkpoints import RedisSaver, saver_on
from memory.snapshots import Snapshots
from server import assembly
from server.data_server import open_redis
from server.engines import lasting_engine
from server.interactions import PassingInteractions
from server.settings import Settings
from tools.mail import FolderOutbox
from tools.workers import ProcessWorkers


async def outreach() -> CompiledStateGraph[Any, Any, Any, Any]:
    """One lead, from its company's pages to an approved mail in the data folder's outbox."""
    return await asyncio.to_thread(_outreach)


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
        interactions=PassingInteractions(settings),
    )
    return graph.compile(name="outreach")
