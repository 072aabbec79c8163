"""Research, sales and copywriter on a language model: honest, lying, obedient to pages, and out of order."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from memory.interactions import NoInteractions
from memory.records import Snapshot
from memory.snapshots import Snapshots
from memory.words import utc_now
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.copywriter import CopywriterAgent
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.research import ResearchAgent
from nodes.agents.sales import SalesAgent
from nodes.registry import AgentRegistry
from server.assembly import DEMO, read_inputs
from server.settings import Settings
from tools.engine import EngineStopped
from tools.openai.engine import model_engine
from tools.workers import Inline

CHAIN = (("research", "enrich_lead"), ("sales", "qualify_lead"), ("copywriter", "draft_email"))


@pytest.fixture
async def caller(kit: Any, tmp_path: Path) -> AsyncIterator[LocalCaller]:
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))
    # the fake model finds signs of whatever must never be
    asked = [criterion for criterion in inputs.icp.criteria if criterion.kind != "never"]
    icp = inputs.icp.model_copy(update={"criteria": tuple(asked)})
    model = kit.model()
    steps = LeadSteps(
        web=inputs.web,
        workers=Inline(),
        snapshots=Snapshots(tmp_path),
        interactions=NoInteractions(),
        engine=model_engine(model, Inline(), 6_000),
        icp=icp,
        offer=inputs.offer,
        clock=utc_now,
    )
    yield LocalCaller(AgentRegistry([ResearchAgent(steps), SalesAgent(steps), CopywriterAgent(steps)]))
    await model.chat.close()


async def chain(caller: LocalCaller, lead: Any) -> Any:
    """What the three come to, each given what the one before made."""
    for agent, task in CHAIN:
        lead = (await caller.call(Call(task, {"lead": lead}, agent=agent))).output
    return lead


@pytest.mark.parametrize("kind", ["honest", "lying", "obeying"])
async def test_what_a_model_makes_up_is_in_no_record(
    kit: Any, caller: LocalCaller, demo_lead: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    kit.fake.answers = getattr(kit, kind)
    record = await chain(caller, demo_lead)
    assert record["proven"] is True
    said = str(record["draft"]) + str(record["facts"]) + str(record["evidence"])
    assert not any(lie in said for lie in (*kit.LIES, "PWNED"))
    texts = {page["id"]: (tmp_path / page["file"]).read_text() for page in record["snapshots"]}
    assert all(
        texts[fact["snapshot_id"]][fact["start"] : fact["end"]] == fact["quote"]
        for fact in (*record["facts"], *record["evidence"])
    )
    assert all(Snapshot.model_validate(page).url in record["sources"] for page in record["snapshots"])


async def test_a_model_is_asked_once_for_what_is_handed_on(
    kit: Any, caller: LocalCaller, demo_lead: dict[str, Any]
) -> None:
    await chain(caller, demo_lead)
    assert kit.fake.shapes() == ["Picks", "Verdicts", "Mail", "Review"]


async def test_a_key_that_is_wrong_stops_all_leads_and_is_not_taken_for_a_silent_site(
    kit: Any, caller: LocalCaller, demo_lead: dict[str, Any]
) -> None:
    kit.fake.script(kit.error(401))
    for task in ("qualify_lead", "score"):
        with pytest.raises(EngineStopped, match="key"):
            await caller.call(Call(task, {"leads": [demo_lead, demo_lead]}, agent="sales"))
