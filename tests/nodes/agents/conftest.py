"""The demo's profile, offer and saved web, and the leads that go with them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from memory.edge_index import EdgeIndex
from memory.envelopes import Envelope
from memory.errors import NotFound, Unavailable
from memory.indexed_interactions import IndexedInteractions
from memory.interaction_records import Records
from memory.interactions import NoInteractions
from memory.records import Interaction, Result
from memory.results import Results
from memory.run_places import RunPlaces
from memory.snapshots import Snapshots
from memory.words import utc_now
from nodes.agents.agent import Agent
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.lead_steps import LeadSteps
from nodes.registry import AgentRegistry
from server.assembly import DEMO, read_inputs
from server.engines import offline_engine
from server.settings import Settings
from tools.embedding import MiniLM
from tools.lead_file import read_leads
from tools.web import Document, Web
from tools.workers import Inline

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KeepResults = Callable[..., Awaitable[Path]]

Ask = Callable[[Agent, str, dict[str, Any]], Awaitable[list[Any]]]


READ_AT = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Pages:
    """A web of a few pages; what is None does not answer."""

    pages: Mapping[str, str | None]

    async def read(self, url: str) -> Document:
        url = f"{url.rstrip('/')}/"
        if url not in self.pages:
            raise NotFound(f"There is no page at {url}.")
        body = self.pages[url]
        if body is None:
            raise Unavailable(f"{url} did not answer. Try again later.")
        html = f"<html lang=en><head><title>Tarn Pumps</title></head><body><main>{body}</main></body></html>"
        return Document(url, html.encode(), "text/html", "utf-8", READ_AT)


@pytest.fixture
def web_of() -> Callable[[Mapping[str, str | None]], Web]:
    """A web of the pages given by their addresses, each the inside of its `main`."""
    return Pages


@pytest.fixture
def ask() -> Ask:
    """Has an agent do something, as workflows have it done, and gives the records' data."""

    async def asked(agent: Agent, capability: str, parameters: dict[str, Any]) -> list[Any]:
        caller = LocalCaller(AgentRegistry([agent]))
        envelope = await caller.call(Call(capability, parameters, agent=agent.agent_id))
        return [record.data for record in Envelope.validate(envelope.model_dump(mode="json")).records]

    return asked


class Suppressing(NoInteractions):
    """A memory that knows one thing: that nobody may be written to."""

    async def suppressed(self, person: str) -> str | None:
        return "erased"


@pytest.fixture
def suppressing(steps: LeadSteps) -> LeadSteps:
    return replace(steps, interactions=Suppressing())


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


@pytest.fixture
async def interactions(redis_client: Redis, short_folder: Path) -> AsyncIterator[IndexedInteractions]:
    """A memory of its own, with the model that ranks by meaning."""
    model = MiniLM()
    index = EdgeIndex(short_folder / "interactions", model=model.name, size=model.size)
    store = IndexedInteractions(Records(redis_client), embedder=model, index=index, clock=lambda: NOON)
    yield store
    await store.close()


@pytest.fixture
def keep_results(redis_client: Redis, tmp_path: Path) -> KeepResults:
    """Writes what a run found, in a folder that the data store knows."""

    async def keep(run: str, *results: Result, at: datetime = NOON) -> Path:
        folder = tmp_path / run
        folder.mkdir(exist_ok=True)
        for result in results:
            await Results(folder / "runs.jsonl").append(result)
        await RunPlaces(redis_client).add(folder, at)
        return folder

    return keep


@pytest.fixture
def said() -> Callable[..., Interaction]:
    """Makes an interaction out of what is told of it."""

    def make(text: str, person: str = "jana@acme.example", **given: Any) -> Interaction:
        facts = {"id": text, "account": person.rpartition("@")[2], "person": person, "kind": "note", "text": text}
        return Interaction.model_validate({**facts, "at": NOON, **given})

    return make
