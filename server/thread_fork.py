"""Going back to a step of an outreach run, and on from it with another profile or offer, on a thread of its own."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointMetadata, CheckpointTuple
from langgraph.graph.state import CompiledStateGraph

from graphs.outreach import OutreachState
from memory.checkpoints import RedisSaver
from memory.errors import Invalid, NotFound, ZigralError
from memory.profile import Icp, Offer
from memory.records import lead_id_of
from memory.run_places import RunPlaces
from memory.snapshots import Snapshots
from server.assembly import Inputs, Services, closed_inputs, open_services, outreach_graph, read_inputs
from server.engines import lasting_engine
from server.run_folder import RunFolder, open_folder
from server.settings import Settings
from server.thread_reading import history, latest, root, step_of
from tools.mail import FolderOutbox
from tools.profile_files import load_icp, load_offer
from tools.web import ClosedWeb

READING = {"recall", "research", "__start__"}  # what comes before them has no pages yet


@dataclass(frozen=True)
class Outcome:
    """How a run of the flow ended, as far as it got."""

    thread_id: str
    status: str | None
    qualification: str | None
    score: int | None
    verdicts: dict[str, str]
    subject: str | None
    error: str | None

    @classmethod
    def of(cls, thread_id: str, values: dict[str, Any]) -> "Outcome":
        state = OutreachState.model_validate(values)
        verdict, draft = state.qualification, state.draft
        return cls(
            thread_id=thread_id,
            status=state.status,
            qualification=verdict.status if verdict else None,
            score=verdict.score if verdict else None,
            verdicts={each.id: each.verdict for each in verdict.criteria} if verdict else {},
            subject=draft.subject if draft else None,
            error=state.error,
        )


@dataclass(frozen=True)
class Change:
    """What a fork is given anew."""

    icp: Icp | None = None
    offer: Offer | None = None

    @classmethod
    def read(cls, icp: Path | None, offer: Path | None) -> "Change":
        return cls(load_icp(icp) if icp else None, load_offer(offer) if offer else None)

    def given(self) -> dict[str, Icp | Offer]:
        return {name: value for name, value in (("icp", self.icp), ("offer", self.offer)) if value is not None}


async def fork(settings: Settings, thread: str, at: str | None, change: Change) -> tuple[Outcome, Outcome]:
    """Run on from a step of `thread` on a new thread, to its end or its approval: the outcomes before and after.

    Where no step is named it is the one before the first that what was given can change. The thread itself stays
    as it is, and nothing is delivered: the approval is asked for again.
    """
    async with open_services(settings) as services:
        saver = services.checkpointer
        before = await latest(saver, thread)
        lead = before.checkpoint["channel_values"].get("lead")
        if lead is None:
            raise Invalid(f"Thread {thread} is not a run of outreach, and only those can be forked from here.")
        step = await _step(saver, thread, at, change)
        origin = str(before.metadata.get("forked_from") or thread)
        graph = await _graph(settings, services, origin, lead, step)
        new = str(uuid4())
        await _begin(graph, new, step, change)
        config: RunnableConfig = {**root(new), "metadata": {"run_id": new, "forked_from": origin}}
        await graph.ainvoke(None, config, durability="sync")
        after = await graph.aget_state(config)
        return Outcome.of(thread, (await graph.aget_state(root(thread))).values), Outcome.of(new, after.values)


async def _step(saver: RedisSaver, thread: str, at: str | None, change: Change) -> CheckpointTuple:
    first = "qualify" if change.icp or not change.offer else "draft"
    found: list[CheckpointTuple] = (
        [await latest(saver, thread, at)]
        if at
        else [each for step, each in await history(saver, thread) if first in step.following]
    )
    if not found:
        raise NotFound(f"Thread {thread} never came to {first}. Name a step of `zigral thread history` by --at.")
    return found[-1]  # the earliest


async def _begin(
    graph: CompiledStateGraph[Any, Any, Any, Any], new: str, step: CheckpointTuple, change: Change
) -> None:
    """Make the new thread: the steps up to this one, and what was given as if its node had set it."""
    saver = graph.checkpointer  # it knows the flow's types
    if not isinstance(saver, RedisSaver):
        raise TypeError("the flow was compiled without the saver")
    chain = [step]
    while parent := chain[-1].parent_config:
        found = await saver.aget_tuple(parent)
        if found is None:  # pruned
            break
        chain.append(found)
    made = root(new)
    for each in reversed(chain):
        checkpoint = each.checkpoint
        facts = cast(CheckpointMetadata, {**each.metadata, "run_id": new})
        made = await saver.aput(made, checkpoint, facts, checkpoint["channel_versions"])
    nodes = step_of(step, chain[1] if len(chain) > 1 else None).nodes
    if change.given():
        await graph.aupdate_state(made, change.given(), as_node=nodes[0] if nodes else "__start__")


async def _graph(
    settings: Settings, services: Services, thread: str, lead: Any, step: CheckpointTuple
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The flow on what the thread was begun with: its folder's files and pages, else those of the data folder."""
    email = lead["email"] if isinstance(lead, dict) else lead.email
    folder = await _folder(services.run_places, thread, lead_id_of(email))
    inputs = closed_inputs(folder.path) if folder else _own_inputs(settings)
    if not READING.isdisjoint(step_of(step, None).following):
        if not settings.web:
            raise Invalid("That step is before the pages were read. Set ZIGRAL_WEB to say where to read them.")
        inputs = replace(inputs, web=read_inputs(settings).web)
    engine = lasting_engine(settings, services.workers)
    return outreach_graph(
        inputs,
        engine=engine,
        workers=services.workers,
        snapshots=folder.snapshots if folder else Snapshots(settings.data),
        outbox=folder.outbox if folder else FolderOutbox(settings.data / "outbox"),
        interactions=services.interactions,
    ).compile(services.checkpointer)


def _own_inputs(settings: Settings) -> Inputs:
    return replace(read_inputs(settings, web=settings.web or "live"), web=ClosedWeb())


async def _folder(places: RunPlaces, thread: str, lead_id: str) -> RunFolder | None:
    """The folder that `zigral run` wrote this thread's results into, or None."""
    for path in await places.all():
        try:
            folder = open_folder(path)
        except ZigralError:
            continue  # it was moved or deleted since
        if folder.thread_id(lead_id) == thread or await asyncio.to_thread(_holds, folder, thread):
            return folder
    return None


def _holds(folder: RunFolder, run_id: str) -> bool:
    """Whether a line of the folder's results is of this run; a refresh gives a lead another than its first."""
    return folder.results.path.exists() and any(line.run_id == run_id for line in folder.results.latest())
