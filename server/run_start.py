"""Where an attempt at a run begins: at its input, or at the last checkpoint that an attempt before it stored."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot

from memory.checkpoint_fence import CheckpointUndo
from memory.run_records import Run
from memory.runs import Runs
from server.run_inputs import Compiled, goes_on, graph_input

RESUME = "__resume__"
BASE = "base"  # the note of what a resuming run found


@dataclass(frozen=True)
class Start:
    """What to give the graph. `is_new`: nothing is done yet; `is_over`: all is, and only the end not said.

    `at_input`: the input is stored, and no step has taken it in.
    """

    given: object = None
    is_new: bool = False
    is_over: bool = False
    at_input: bool = False
    answered: Mapping[str, int] | None = None  # how many answers each task had when the run began


async def find_start(graph: Compiled, config: RunnableConfig, run: Run, runs: Runs) -> Start:
    """Where this attempt begins."""
    snapshot = await graph.aget_state(config) if run.attempt > 1 or goes_on(run.kwargs) else None
    if snapshot is None:
        return Start(graph_input(run.kwargs), is_new=True)
    if run.attempt > 1:
        metadata = snapshot.metadata or {}
        if metadata.get("run_id") == run.run_id:
            at_input = metadata.get("source") == "input"
            return Start(is_over=await _is_over(graph, snapshot, run), at_input=at_input)
        if await _is_answered(config, run, runs):
            return Start(is_over=_only_asks(snapshot))
    answered = await _answers(config) if goes_on(run.kwargs) else {}
    return Start(graph_input(run.kwargs), is_new=True, is_over=_asks_nothing(snapshot, run), answered=answered)


async def note_base(run: Run, runs: Runs, undo: CheckpointUndo, start: Start) -> None:
    """Note what a run that goes on from a checkpoint found there: for a rollback, and for an attempt after this."""
    if run.attempt == 1:
        await undo.remember(run.thread_id, run.run_id)
        await runs.note(run.run_id, run.attempt, BASE, json.dumps(start.answered or {}).encode())


async def _is_over(graph: Compiled, snapshot: StateSnapshot, run: Run) -> bool:
    """Whether the run had come to its end, or to where it stops, when its worker died."""
    if not snapshot.tasks:
        return True
    if _only_asks(snapshot):
        return True
    if snapshot.metadata and snapshot.metadata.get("source") == "input":
        return False
    if _names(run.kwargs.get("interrupt_before"), snapshot.next):
        return True
    if not run.kwargs.get("interrupt_after") or snapshot.parent_config is None:
        return False
    parent = await graph.aget_state(snapshot.parent_config)
    return _names(run.kwargs["interrupt_after"], parent.next)


def _only_asks(snapshot: StateSnapshot) -> bool:
    """Whether nothing is left to do but to wait for answers."""
    asks = [task for task in snapshot.tasks if task.interrupts]
    return bool(asks) and all(task in asks or task.result is not None for task in snapshot.tasks)


def _names(stops: object, nodes: Collection[str]) -> bool:
    """Whether a breakpoint names one of these nodes."""
    return stops == "*" or (isinstance(stops, list) and any(node in stops for node in nodes))


def _asks_nothing(snapshot: StateSnapshot, run: Run) -> bool:
    """Whether a resume has nothing to answer: nothing waits, or what it was meant for has been answered."""
    command = run.kwargs.get("command")
    if not isinstance(command, dict) or command.get("resume") is None or run.kwargs.get("checkpoint_id"):
        return False
    if command.get("update") is not None or command.get("goto"):
        return False
    if not snapshot.created_at or not snapshot.tasks:
        return True
    meant = run.kwargs.get("answers")
    waiting = {interrupt.id for task in snapshot.tasks for interrupt in task.interrupts}
    return bool(meant) and bool(waiting) and isinstance(meant, list) and not waiting & set(meant)


async def _answers(config: RunnableConfig) -> dict[str, int]:
    """How many answers each task of the newest checkpoint has."""
    saver: Any = config["configurable"]["__pregel_checkpointer"]
    found = await saver.aget_tuple({"configurable": {"thread_id": config["configurable"]["thread_id"]}})
    writes = found.pending_writes or [] if found else []
    return {task: len(value) for task, channel, value in writes if channel == RESUME and isinstance(value, list)}


async def _is_answered(config: RunnableConfig, run: Run, runs: Runs) -> bool:
    """Whether an attempt before this one gave the run's answer to a task, which then asked once more."""
    noted = await runs.noted(run.run_id, BASE)
    if noted is None:
        return False
    before = json.loads(noted)
    now = await _answers(config)
    return any(count > before.get(task, 0) for task, count in now.items())
