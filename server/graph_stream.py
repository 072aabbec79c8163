"""Driving a graph: its stream becomes the run's events, in order, and before its checkpoints.

LangGraph gives a chunk to whoever iterates only when a step is over and stored. A process that dies between
would lose it, so chunks are heard as they are made, and told before the checkpoint that they lead to.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import RunControl, Runtime
from langgraph.types import Durability

from server.event_log import EventLog
from server.jsonable import to_json
from server.run_inputs import Compiled
from server.stream_events import GRAPH_MODES, NOT_GRAPH_MODES, StreamEvents
from server.told_before import ToldBefore

HEARD = frozenset({"values", "updates", "tasks", "checkpoints", "debug"})
ASIDE = frozenset({"custom", "messages"})  # what a node tells by the by: it is not heard before it is given
PATIENCE = 0.25  # seconds that a task's writes wait for what the task told

Chunk = tuple[tuple[str, ...], str, Any]


class Ears:
    """LangGraph's stream protocol: called with each chunk as it is made. Inner graphs are not listened to."""

    def __init__(self, modes: frozenset[str]) -> None:
        self.modes = modes & HEARD
        self.chunks: deque[Chunk] = deque()

    def __call__(self, chunk: Chunk) -> None:
        """Hear a chunk."""
        if not chunk[0]:
            self.chunks.append(chunk)


class GraphStream:
    """One attempt's stream: call `run` once."""

    def __init__(
        self, graph: Compiled, log: EventLog, modes: Sequence[str], *, subgraphs: bool, before: ToldBefore
    ) -> None:
        self._before = before
        self._graph = graph
        self._log = log
        self._asked = frozenset(modes)
        self._events = StreamEvents(modes, subgraphs=subgraphs)
        self._subgraphs = subgraphs
        wanted = {GRAPH_MODES.get(mode, mode) for mode in modes} - NOT_GRAPH_MODES | {"values", "updates"}
        self._waits = bool(wanted & ASIDE)
        self._modes = frozenset(wanted | ({"tasks"} if self._waits else set()))
        self._ears = Ears(self._modes)
        self._told: deque[object] = deque()  # chunks that were told before they were given
        self._finished: set[str] = set()  # tasks all of whose words were given
        self._given = asyncio.Event()
        self.values: object = None  # the newest ones, in the shape of the graph's output

    async def run(
        self,
        given: object,
        config: RunnableConfig,
        *,
        context: object,
        control: RunControl,
        durability: Durability,
        interrupt_before: Any = None,
        interrupt_after: Any = None,
    ) -> None:
        """Run the graph to its end, or to where it stops. What it raises is raised."""
        hidden = {"__pregel_stream": self._ears, "__pregel_runtime": Runtime(store=self._graph.store)}
        config = {**config, "configurable": {**config["configurable"], **hidden}}
        options: dict[str, Any] = {
            "stream_mode": sorted(self._modes),
            "subgraphs": self._subgraphs,
            "context": context,
            "control": control,
            "durability": durability,
            "interrupt_before": interrupt_before,
            "interrupt_after": interrupt_after,
        }
        chunks = self._with_events if "events" in self._asked else self._plain
        async with aclosing(chunks(given, config, options)) as stream:
            async for chunk in stream:
                self._take(chunk)

    async def before_step(self) -> None:
        """Tell what was heard and not given yet, and have it all written."""
        while self._ears.chunks:
            chunk = self._ears.chunks.popleft()
            self._tell(chunk)
            self._told.append(chunk[2])
        await self._log.flush()

    async def before_task(self, task_id: str) -> None:
        """Wait until what a finished task told by the by was given."""
        if not self._waits:
            return
        with suppress(TimeoutError):  # at an interrupt or an error it is given only after this
            async with asyncio.timeout(PATIENCE):
                while task_id not in self._finished:
                    self._given.clear()
                    await self._given.wait()

    async def _plain(self, given: Any, config: RunnableConfig, options: dict[str, Any]) -> AsyncGenerator[Chunk]:
        async with aclosing(self._graph.astream(given, config, **options)) as stream:  # type: ignore[type-var]
            async for chunk in stream:
                yield _chunk(chunk, subgraphs=self._subgraphs)

    async def _with_events(
        self, given: Any, config: RunnableConfig, options: dict[str, Any]
    ) -> AsyncGenerator[Chunk]:
        """LangChain's own events are told here; the chunks that are among them are given."""
        root = ""
        events = self._graph.astream_events(given, config, version="v2", **options)
        async with aclosing(events) as stream:  # type: ignore[type-var]
            async for event in stream:
                root = root or event["run_id"]
                if event["event"] == "on_chain_stream" and event["run_id"] == root:
                    chunk = _chunk(event["data"]["chunk"], subgraphs=self._subgraphs)
                    yield chunk
                    if chunk[1] not in self._asked:
                        continue
                self._log.add([("events", to_json(event))])

    def _take(self, chunk: Chunk) -> None:
        namespace, mode, data = chunk
        if not namespace and mode in HEARD:
            if self._told and self._told[0] is data:
                self._told.popleft()
            else:
                self._forget(data)
                self._tell(chunk)
            if mode == "tasks" and "result" in data:
                self._finished.add(data["id"])
                self._given.set()
        else:
            self._tell(chunk)

    def _forget(self, data: object) -> None:
        """A chunk that is given need not be remembered as heard."""
        if self._ears.chunks and self._ears.chunks[0][2] is data:
            self._ears.chunks.popleft()

    def _tell(self, chunk: Chunk) -> None:
        namespace, mode, data = chunk
        if mode == "values" and not namespace and not (isinstance(data, dict) and "__interrupt__" in data):
            self.values = data
        if namespace or not self._before.covers(mode, data):
            self._log.add(self._events.of(namespace, mode, data))


def _chunk(chunk: Any, *, subgraphs: bool) -> Chunk:
    """(namespace, mode, data), whether LangGraph gave a namespace or not."""
    return chunk if subgraphs else ((), chunk[0], chunk[1])
