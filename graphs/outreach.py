"""One lead: from what the company says of itself to a mail that a person approved.

recall -> research -> extract -> qualify -> draft -> prove -> critique -> approve -> deliver -> remember
"""

from collections.abc import Callable
from typing import Annotated, Literal

from langgraph.config import get_config
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, BeforeValidator

from memory.interactions import Interactions
from memory.profile import Icp, Offer
from memory.records import (
    Approval,
    Draft,
    Fact,
    Interaction,
    Lead,
    LeadStatus,
    Proof,
    Qualification,
    Snapshot,
    Standing,
)
from memory.snapshots import Snapshots
from memory.words import Clock
from nodes.approve import Approve
from nodes.critique import Critique, wants_another
from nodes.deliver import Deliver
from nodes.draft import WriteDraft
from nodes.extract import Extract
from nodes.prove import Prove
from nodes.qualify import Qualify
from nodes.recall import Recall
from nodes.remember import Remember
from nodes.research import Research
from tools.engine import Engine
from tools.mail import Outbox
from tools.profile_files import parse_icp, parse_offer
from tools.web import Web
from tools.workers import Workers


def _where_an_object(parse: Callable[[object], object]) -> Callable[[object], object]:
    """Checks what came as JSON as thoroughly as a file, before any work is done on it."""
    return lambda given: parse(given) if isinstance(given, dict) else given


class OutreachInput(BaseModel):
    """A lead; the profile and the offer only where they are not the graph's own."""

    lead: Lead
    icp: Annotated[Icp | None, BeforeValidator(_where_an_object(parse_icp))] = None
    offer: Annotated[Offer | None, BeforeValidator(_where_an_object(parse_offer))] = None


class OutreachState(OutreachInput):
    """What is known of the lead so far."""

    past: tuple[Interaction, ...] = ()  # with the person and their company, the newest first
    standing: Standing | None = None  # what that means for the lead
    snapshots: tuple[Snapshot, ...] = ()
    doubt: str | None = None  # why these may not be the company's own pages
    facts: tuple[Fact, ...] = ()  # what a mail may rest on, best first
    evidence: tuple[Fact, ...] = ()  # what the verdicts rest on beside them
    qualification: Qualification | None = None
    draft: Draft | None = None
    proof: Proof | None = None
    notes: tuple[str, ...] = ()  # the critic's
    round: int = 0
    decision: Literal["accept", "edit", "ignore"] | None = None
    approval: Approval | None = None
    status: LeadStatus | None = None
    error: str | None = None


def outreach(
    *,
    web: Web,
    workers: Workers,
    snapshots: Snapshots,
    interactions: Interactions,
    engine: Engine,
    outbox: Outbox,
    icp: Icp,
    offer: Offer,
    clock: Clock,
) -> StateGraph[OutreachState, None, OutreachInput]:
    """The flow, not yet compiled: give it a checkpointer, since it stops for the approval."""
    prove = Prove(snapshots=snapshots, offer=offer)
    recall = Recall(interactions=interactions, offer=offer, clock=clock)
    graph = StateGraph(OutreachState, input_schema=OutreachInput)
    graph.add_node("recall", recall)
    graph.add_node("research", Research(web=web, workers=workers, snapshots=snapshots))
    graph.add_node("extract", Extract(engine.find_facts, snapshots=snapshots, interactions=interactions))
    graph.add_node("qualify", Qualify(judge=engine.judge, snapshots=snapshots, icp=icp, clock=clock))
    graph.add_node("draft", WriteDraft(writer=engine.writer, offer=offer))
    graph.add_node("prove", prove)
    graph.add_node("critique", Critique(critic=engine.critic, offer=offer))
    graph.add_node("approve", Approve(ask=interrupt))
    graph.add_node("deliver", Deliver(prove=prove, recall=recall, outbox=outbox, offer=offer, clock=clock))
    graph.add_node("remember", Remember(interactions, clock=clock, run_id=_run_id))
    graph.add_conditional_edges(START, after_start)
    graph.add_conditional_edges("recall", after_recall)
    graph.add_conditional_edges("research", after_research)
    graph.add_edge("extract", "qualify")
    graph.add_conditional_edges("qualify", after_qualify)
    graph.add_conditional_edges("draft", after_draft)
    graph.add_conditional_edges("prove", after_prove)
    graph.add_conditional_edges("critique", after_critique)
    graph.add_conditional_edges("approve", after_approve)
    graph.add_edge("deliver", "remember")
    graph.add_edge("remember", END)
    return graph


def after_start(state: OutreachInput) -> Literal["recall"]:  # noqa: ARG001 - reading it is the point
    """Reads the whole input, so that a profile that is wrong is refused before any page is read."""
    return "recall"


def after_recall(state: OutreachState) -> Literal["research", "remember"]:
    """Who said no, or asked to wait, is not even read about."""
    return "remember" if state.standing and state.standing.stop else "research"


def after_research(state: OutreachState) -> Literal["extract", "remember"]:
    return "remember" if state.error else "extract"


def after_qualify(state: OutreachState) -> Literal["draft", "remember"]:
    return "remember" if state.status == "skipped" else "draft"


def after_draft(state: OutreachState) -> Literal["prove", "remember"]:
    return "remember" if state.status == "skipped" else "prove"


def after_prove(state: OutreachState) -> Literal["critique", "approve", "deliver"]:
    """A person's edit goes out where it is proven, and back to the person where it is not."""
    if state.decision != "edit":
        return "critique"
    return "deliver" if state.proof and state.proof.passed else "approve"


def after_critique(state: OutreachState) -> Literal["draft", "approve", "remember"]:
    if wants_another(state.proof, state.notes, state.round):
        return "draft"
    return "approve" if state.proof and state.proof.passed else "remember"


def after_approve(state: OutreachState) -> Literal["prove", "deliver", "remember"]:
    if state.decision == "edit":
        return "prove"
    return "deliver" if state.decision == "accept" else "remember"


def _run_id() -> str:
    """The run that the calling node is in: its thread."""
    return str(get_config()["configurable"].get("thread_id", ""))
