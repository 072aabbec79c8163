"""A thread's state as the protocol has it, from LangGraph's snapshot of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Interrupt, PregelTask, StateSnapshot
from langgraph_sdk.runtime import AccessContext

from memory.errors import NotFound
from memory.threads import StateUpdate, Thread, ThreadStatus
from server.graph_registry import Compiled, Graphs
from server.jsonable import to_json
from server.run_inputs import theirs

CHECKPOINT = ("thread_id", "checkpoint_ns", "checkpoint_id")


@dataclass(frozen=True)
class Place:
    """A place in a thread's history: one checkpoint, or the newest; of the graph, or of one inside it."""

    checkpoint_id: str | None = None
    checkpoint_ns: str = ""
    checkpoint_map: Mapping[str, str] | None = None

    def config(self, thread: Thread) -> RunnableConfig:
        """The config that LangGraph finds it by, with what the thread's runs were configured with."""
        configurable: dict[str, object] = {
            **theirs(thread.config.get("configurable")),
            "thread_id": thread.thread_id,
            "checkpoint_ns": self.checkpoint_ns,
        }
        if self.checkpoint_id:
            configurable["checkpoint_id"] = self.checkpoint_id
        if self.checkpoint_map:
            configurable["checkpoint_map"] = dict(self.checkpoint_map)
        return {"configurable": configurable}


async def graph_of(thread: Thread, graphs: Graphs, *, writes: bool = False) -> Compiled | None:
    """The graph that the thread's metadata names; None where nothing ran on it yet and nothing was said."""
    graph_id = thread.metadata.get("graph_id")
    if not isinstance(graph_id, str):
        return None
    access: AccessContext = "threads.update" if writes else "threads.read"
    return await graphs.compiled(graph_id, Place().config(thread), owner=thread.owner, access=access)


async def state_at(graph: Compiled, config: RunnableConfig, *, subgraphs: bool = False) -> StateSnapshot:
    """The snapshot; `NotFound` where the thread has no graph inside at this namespace."""
    try:
        return await graph.aget_state(config, subgraphs=subgraphs)
    except ValueError as error:  # LangGraph's word for a namespace that leads to no subgraph
        raise NotFound("There is no such graph inside this thread's graph.") from error


async def note_newest(update: StateUpdate, graph: Compiled, thread: Thread) -> None:
    """Note what the thread's newest state says of it."""
    newest = await state_at(graph, Place().config(thread))
    update.status = status_of(newest)
    update.values, update.interrupts = to_json(newest.values), to_json(interrupts_of(newest))


def is_there(snapshot: StateSnapshot) -> bool:
    """Whether the snapshot is of a checkpoint that exists."""
    return snapshot.metadata is not None and snapshot.created_at is not None


def status_of(snapshot: StateSnapshot) -> ThreadStatus:
    """What a thread is when nothing runs on it."""
    return "interrupted" if next_of(snapshot) else "idle"


def next_of(snapshot: StateSnapshot) -> list[str]:
    """What is left to do. A step all of whose tasks are done counts as long as it is not stored as done."""
    return list(snapshot.next) or [task.name for task in snapshot.tasks]


def interrupts_of(snapshot: StateSnapshot) -> dict[str, list[dict[str, object]]]:
    """What the thread waits for, by the tasks that asked."""
    return {task.id: _interrupts(task.interrupts) for task in snapshot.tasks if task.interrupts}


def state_shape(snapshot: StateSnapshot) -> dict[str, object]:
    """The snapshot as a ThreadState."""
    there = is_there(snapshot)
    checkpoint = checkpoint_of(snapshot.config) if there else None
    parent = checkpoint_of(snapshot.parent_config)
    return {
        "values": snapshot.values if there else {},
        "next": next_of(snapshot),
        "tasks": [_task(task) for task in snapshot.tasks],
        "metadata": snapshot.metadata or {},
        "created_at": snapshot.created_at,
        "checkpoint": checkpoint,
        "parent_checkpoint": parent,
        "interrupts": _interrupts(snapshot.interrupts),
        "checkpoint_id": checkpoint and checkpoint["checkpoint_id"],
        "parent_checkpoint_id": parent and parent["checkpoint_id"],
    }


EMPTY_STATE: Mapping[str, object] = {
    "values": {},
    "next": [],
    "tasks": [],
    "metadata": {},
    "created_at": None,
    "checkpoint": None,
    "parent_checkpoint": None,
    "interrupts": [],
    "checkpoint_id": None,
    "parent_checkpoint_id": None,
}


def checkpoint_of(config: RunnableConfig | None) -> dict[str, Any] | None:
    """The checkpoint that a config names; None where it names none."""
    configurable = config.get("configurable", {}) if config else {}
    if not configurable.get("checkpoint_id"):
        return None
    return {name: configurable.get(name, "") for name in CHECKPOINT}


def _task(task: PregelTask) -> dict[str, object]:
    inner = task.state if isinstance(task.state, StateSnapshot) else None
    config = inner.config if inner else cast("RunnableConfig | None", task.state)
    configurable = config.get("configurable", {}) if config else {}
    checkpoint = {name: configurable[name] for name in CHECKPOINT if name in configurable}
    return {
        "id": task.id,
        "name": task.name,
        "path": task.path,
        "error": repr(task.error) if isinstance(task.error, BaseException) else task.error,
        "interrupts": _interrupts(task.interrupts),
        "checkpoint": checkpoint or None,
        "state": state_shape(inner) if inner else None,
        "result": task.result,
    }


def _interrupts(interrupts: Sequence[Interrupt]) -> list[dict[str, object]]:
    return [{"id": one.id, "value": one.value} for one in interrupts]
