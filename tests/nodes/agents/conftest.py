"""The demo's profile, offer and saved web, and the leads that go with them."""

from pathlib import Path
from typing import Any

import pytest

from memory.interactions import NoInteractions
from memory.snapshots import Snapshots
from memory.words import utc_now
from nodes.agents.lead_steps import LeadSteps
from server.assembly import DEMO, read_inputs
from server.engines import offline_engine
from server.settings import Settings
from tools.lead_file import read_leads
from tools.workers import Inline


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path)


@pytest.fixture
def steps(snapshots: Snapshots) -> LeadSteps:
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))
    return LeadSteps(
        web=inputs.web,
        workers=Inline(),
        snapshots=snapshots,
        interactions=NoInteractions(),
        engine=offline_engine(Inline()),
        icp=inputs.icp,
        offer=inputs.offer,
        clock=utc_now,
    )


@pytest.fixture(scope="session")
def demo_leads() -> dict[str, dict[str, Any]]:
    """By company: the demo's leads, one of each."""
    rows = [row.lead for row in read_leads(DEMO / "leads.csv").rows() if row.lead]
    return {lead.company: lead.model_dump(mode="json") for lead in reversed(rows)}


@pytest.fixture(scope="session")
def usual_lead() -> dict[str, Any]:
    """A lead as people hand it to an orchestrator, and of whose company no page is saved."""
    return {
        "name": "Anna Berg",
        "email": "anna@acme.example",
        "website": "https://acme.example",
        "budget": 50_000,
        "timeframe": "Q3",
        "requirements": ["planning", {"users": 12}],
    }
