"""The graphs that a worker runs: those of a langgraph.json, and those of workflows, which need none."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph

from graphs.workflow import workflow
from memory.execution_records import Pinned
from memory.executions import Executions
from memory.run_records import Run
from memory.step_records import StepLog
from memory.words import Clock, utc_now
from nodes.agents.calling import AgentCaller
from server.graph_registry import Graphs
from server.run_inputs import Compiled, run_config
from tools.http_calls import HttpCalls

WORKFLOW = "workflow"  # the id of the graph that executions run on
KEPT = 64  # compiled workflows, by definition and owner
KEPT_STEPS = 5_000  # of all of them together: 1,000 in one list take 50 MB, and 100 take 2 MB

MakeGraph = Callable[[Pinned, str], StateGraph[Any, None, Any]]  # of what is pinned, and its owner


@dataclass(frozen=True)
class WorkflowMaker:
    """Makes a workflow's graph of definitions; a `MakeGraph`."""

    agents: AgentCaller
    calls: HttpCalls
    log: StepLog
    clock: Clock = utc_now

    def __call__(self, pinned: Pinned, owner: str) -> StateGraph[Any, None, Any]:
        """The graph, not compiled yet."""
        return workflow(
            pinned.definition,
            agents=self.agents,
            calls=self.calls,
            log=self.log,
            clock=self.clock,
            owner=owner,
            subworkflows=pinned.subworkflows,
        )


@dataclass(frozen=True)
class WorkflowGraphs:
    """The graphs of executions, compiled from what each one has pinned. No langgraph.json needs to name them."""

    executions: Executions
    make: MakeGraph
    graphs: Graphs
    _kept: dict[tuple[str, str], tuple[Compiled, int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.graphs.built_in[WORKFLOW] = self.of

    async def of(self, config: RunnableConfig, owner: str) -> Compiled | None:
        """The graph of the execution whose thread it is; None where the thread is no execution's."""
        thread_id = config.get("configurable", {}).get("thread_id")
        pinned = await self.executions.pinned(thread_id) if isinstance(thread_id, str) else None
        if pinned is None:
            return None
        key = (sha256(pinned).hexdigest(), owner)
        if key not in self._kept:
            given = Pinned.of(pinned)
            made = await asyncio.to_thread(lambda: self.make(given, owner).compile(name=WORKFLOW))
            self._make_room(given.size)
            self._kept[key] = self.graphs.bound(WORKFLOW, made, owner), given.size
        return self._kept[key][0]

    def _make_room(self, size: int) -> None:
        """Let the oldest go where there are too many, or too large ones."""
        while self._kept and (len(self._kept) >= KEPT or size + self._steps_kept > KEPT_STEPS):
            self._kept.pop(next(iter(self._kept)))

    @property
    def _steps_kept(self) -> int:
        return sum(size for _, size in self._kept.values())


@dataclass(frozen=True)
class RunGraphs:
    """Where a worker gets the graph of a run; `server.worker.GraphSource`."""

    graphs: Graphs

    def has(self, run: Run) -> bool:
        """Whether there is one. Executions need none of the project's."""
        return run.graph_id in self.graphs or (run.is_execution and run.graph_id == WORKFLOW)

    async def of(self, run: Run) -> Compiled:
        """The run's graph."""
        return await self.graphs.compiled(run.graph_id, run_config(run), owner=run.owner)
