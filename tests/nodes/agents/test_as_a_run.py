"""Research, sales and copywriter, one after the other, come to what the outreach flow comes to."""

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from memory.interactions import NoInteractions
from memory.records import Lead, Snapshot
from memory.snapshots import Snapshots
from memory.words import utc_now
from nodes.agents.copywriter import CopywriterAgent
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.research import ResearchAgent
from nodes.agents.sales import SalesAgent
from server.assembly import DEMO, Inputs, outreach_graph, read_inputs
from server.engines import offline_engine
from server.settings import Settings
from tools.lead_file import read_leads
from tools.mail import FolderOutbox
from tools.workers import Inline


async def by_the_flow(inputs: Inputs, leads: list[Lead], folder: Path) -> dict[str, Any]:
    """By lead: how the flow leaves it, before anybody is asked."""
    flow = outreach_graph(
        inputs,
        engine=offline_engine(Inline()),
        workers=Inline(),
        snapshots=Snapshots(folder),
        outbox=FolderOutbox(folder / "outbox"),
    ).compile(InMemorySaver())
    return {
        lead.lead_id: await flow.ainvoke({"lead": lead}, {"configurable": {"thread_id": lead.lead_id}})
        for lead in leads
    }


async def by_agents(ask: Any, inputs: Inputs, leads: list[Lead], folder: Path) -> list[Any]:
    """The records of the three agents, each given what the one before made."""
    steps = LeadSteps(
        web=inputs.web,
        workers=Inline(),
        snapshots=Snapshots(folder),
        interactions=NoInteractions(),
        engine=offline_engine(Inline()),
        icp=inputs.icp,
        offer=inputs.offer,
        clock=utc_now,
    )
    known: list[Any] = [lead.model_dump(mode="json") for lead in leads]
    for agent, task in (
        (ResearchAgent(steps), "enrich_lead"),
        (SalesAgent(steps), "qualify_lead"),
        (CopywriterAgent(steps), "draft_email"),
    ):
        known = await ask(agent, task, {"leads": known})
    return known


def inputs_of(folder: Path, web: str) -> tuple[Inputs, list[Lead]]:
    inputs = read_inputs(Settings(), icp=folder / "icp.toml", offer=folder / "offer.toml", web=str(folder / web))
    return inputs, [row.lead for row in read_leads(folder / "leads.csv").rows() if row.lead]


async def all_quotations_stand(record: Any, store: Snapshots) -> bool:
    """Whether each is on its page at its place."""
    texts = {page["id"]: await store.text(Snapshot.model_validate(page)) for page in record["snapshots"]}
    facts = (*record["facts"], *record["evidence"])
    return all(texts[fact["snapshot_id"]][fact["start"] : fact["end"]] == fact["quote"] for fact in facts)


@pytest.mark.parametrize("where", ["demo", "shared"])
async def test_the_agents_come_to_what_the_flow_comes_to(
    ask: Any, where: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    shared = where == "shared"
    folder = request.getfixturevalue("shared_data") if shared else DEMO
    inputs, leads = inputs_of(folder, "pages" if shared else "web")
    leads = leads[::2] if shared else leads
    runs = await by_the_flow(inputs, leads, tmp_path / "flow")
    for record in await by_agents(ask, inputs, leads, tmp_path / "agents"):
        run = runs[record["lead"]["lead_id"]]
        assert await all_quotations_stand(record, Snapshots(tmp_path / "agents"))
        assert (record["draft"] or {}).get("sha256") == (run["draft"].sha256 if run.get("draft") else None)
        assert record["status"] == run["status"]
        if run.get("qualification"):  # the flow does not judge who has no page
            assert record["qualification"]["status"] == run["qualification"].status
            assert record["qualification"]["score"] == run["qualification"].score
        else:
            assert record["qualification"]["status"] in ("review", "not_qualified")
