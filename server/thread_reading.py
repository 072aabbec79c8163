"""What the kept steps of a thread say, whichever graph made them and through whatever door."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple

from memory.checkpoints import RedisSaver
from memory.errors import Malformed, NotFound

BRANCH = "branch:to:"  # LangGraph's channels that name the nodes which come next
START = "__start__"
LONGEST_WAIT = 120  # characters of what a thread waits for


@dataclass(frozen=True)
class Step:
    """One kept step. `nodes` are those that made it, `following` those that come next."""

    checkpoint_id: str
    at: str
    nodes: tuple[str, ...]
    following: tuple[str, ...]
    changed: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class ThreadLine:
    """A thread in the list: done, waiting (for a person), failed, stopped, or damaged."""

    thread_id: str
    status: str
    waits_for: str = ""
    at: str = ""
    run_id: str = ""


async def overview(saver: RedisSaver, most: int) -> list[ThreadLine]:
    """The threads, the latest first, `most` at most; a damaged one says so and hides no other."""
    lines = []
    async for thread in saver.athreads():
        try:
            found = await saver.aget_tuple(root(thread))
        except Malformed as error:
            lines.append(ThreadLine(thread, "damaged", str(error)))
            continue
        if found:
            lines.append(line_of(thread, found))
    return sorted(lines, key=lambda line: line.at, reverse=True)[:most]


async def latest(saver: RedisSaver, thread: str, checkpoint_id: str | None = None) -> CheckpointTuple:
    """The thread's latest step, or the one of this id; `NotFound` where there is none."""
    found = await saver.aget_tuple(root(thread, checkpoint_id))
    if found is None and checkpoint_id:
        raise NotFound(f"Thread {thread} has no step {checkpoint_id}. `zigral thread history` lists its steps.")
    if found is None:
        raise NotFound(f"There is no thread {thread}. `zigral thread list` lists them.")
    return found


async def history(saver: RedisSaver, thread: str) -> list[tuple[Step, CheckpointTuple]]:
    """Every step of a thread, the last one first."""
    await latest(saver, thread)
    found = {each.checkpoint["id"]: each async for each in saver.alist(root(thread))}
    return [(step_of(each, found.get(parent_of(each))), each) for each in found.values()]


def root(thread: str, checkpoint_id: str | None = None) -> RunnableConfig:
    """The config of a thread's own steps, without those of its subgraphs."""
    named = {"thread_id": thread, "checkpoint_ns": ""}
    return {"configurable": {**named, "checkpoint_id": checkpoint_id} if checkpoint_id else named}


def parent_of(found: CheckpointTuple) -> str:
    return str(found.parent_config["configurable"]["checkpoint_id"]) if found.parent_config else ""


def step_of(found: CheckpointTuple, parent: CheckpointTuple | None) -> Step:
    versions = found.checkpoint["channel_versions"]
    before: Mapping[str, object] = parent.checkpoint["channel_versions"] if parent else {}
    return Step(
        checkpoint_id=found.checkpoint["id"],
        at=found.checkpoint["ts"],
        nodes=following(parent) if parent else (),
        following=following(found),
        changed=tuple(sorted(name for name in versions if before.get(name) != versions[name] and is_field(name))),
        source=str(found.metadata.get("source", "")),
    )


def line_of(thread: str, found: CheckpointTuple) -> ThreadLine:
    status, waits_for = status_of(found)
    return ThreadLine(thread, status, waits_for, found.checkpoint["ts"], str(found.metadata.get("run_id", "")))


def status_of(found: CheckpointTuple) -> tuple[str, str]:
    """done, waiting, failed or stopped, and what it waits for."""
    writes = found.pending_writes or []
    if asked := [value for _, channel, value in writes if channel == "__interrupt__"]:
        return "waiting", "; ".join(_asked(each) for value in asked for each in _listed(value))[:LONGEST_WAIT]
    if failures := [str(value) for _, channel, value in writes if channel == "__error__"]:
        return "failed", failures[0][:LONGEST_WAIT]
    following_nodes = following(found)
    return ("stopped", f"before {', '.join(following_nodes)}") if following_nodes else ("done", "")


def following(found: CheckpointTuple) -> tuple[str, ...]:
    """The nodes that come next."""
    values = found.checkpoint["channel_values"]
    nodes = [name.removeprefix(BRANCH) for name in values if name.startswith(BRANCH)]
    sent = [str(getattr(send, "node", "?")) for send in _listed(values.get("__pregel_tasks") or [])]
    return (*sorted(nodes), *sent, *((START,) if START in values else ()))


def fields(found: CheckpointTuple) -> dict[str, Any]:
    """The state's own fields."""
    return {name: value for name, value in found.checkpoint["channel_values"].items() if is_field(name)}


def is_field(name: str) -> bool:
    return not name.startswith((BRANCH, "__", "join:"))


def _listed(value: Any) -> Iterator[Any]:
    return iter(value if isinstance(value, list | tuple) else [value])


def _asked(interrupt: Any) -> str:
    """What a person is asked, from a HumanInterrupt or whatever else a graph stops with."""
    value = getattr(interrupt, "value", interrupt)
    first = next(_listed(value), None)
    if isinstance(first, dict) and isinstance(request := first.get("action_request"), dict):
        to = request["args"].get("to", "") if isinstance(request.get("args"), dict) else ""
        return f"{request.get('action')} {to}".strip()
    return str(first)
