"""The agent that reads what companies say of themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import Field, JsonValue

from memory.envelopes import Sourced
from memory.errors import NotFound
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.dossier import CompanyRead, Dossier, NewsFound, NewsItem, PageRead, Researched
from nodes.agents.given_leads import LeadsInput
from nodes.agents.lead_steps import LIMITS, LeadSteps
from nodes.agents.many import each
from nodes.pages import read_pages
from nodes.research import PAGE_BUDGET
from tools.offline.news import find_news

LONGEST_BEGINNING = 1_000  # characters of a page


class CompanyInput(LeadsInput):
    """Which company: its website, its name with a website, or whatever identifies a lead."""

    url: str | None = Field(None, description="The company's website, or a page of it.")
    website: str | None = Field(None, description="Another name for url.")
    company: JsonObject | str | None = Field(None, description="Its name or website, or an object with both.")

    def flat(self) -> JsonObject:
        """The company as the fields of a lead."""
        website = self.url or self.website
        company: JsonValue = self.company
        if not website and isinstance(company, str) and "." in company and " " not in company.strip():
            website, company = company, None
        given: JsonObject = {"website": website, "company": company}
        return {**super().flat(), **{name: value for name, value in given.items() if value}}


ENRICH_LEAD = Capability(
    "enrich_lead",
    "Reads the pages of a lead's company and finds what can be quoted from them, each quotation with its place. "
    "A lead without a website, or whose site has no page, gives an empty result that says so.",
    input=LeadsInput,
    output=Researched,
    pages=PAGE_BUDGET,
    tokens=7_000,
    seconds=2.0,
)
READ_COMPANY = Capability(
    "read_company",
    "Reads a company's site: its pages with titles, languages and how they begin, and what can be quoted of them.",
    input=CompanyInput,
    output=CompanyRead,
    pages=PAGE_BUDGET,
    tokens=7_000,
    seconds=2.0,
)
FIND_NEWS = Capability(
    "find_news",
    "Finds what a company's pages date - its news of the last two years - the newest first, each as a quotation.",
    input=CompanyInput,
    output=NewsFound,
    pages=PAGE_BUDGET,
    tokens=7_000,
    seconds=2.0,
)


@dataclass
class ResearchAgent(Agent):
    """Reads the web that it was given, and nothing else."""

    steps: LeadSteps

    agent_id = "research"
    name = "Research"
    capabilities = (ENRICH_LEAD, READ_COMPANY, FIND_NEWS)
    limits = LIMITS

    async def execute(self, task: Task) -> Made:
        """One record for each lead or company, from the first page that was read."""
        work, asked = self._work(task.capability)
        dossiers = asked.model_validate(task.parameters).dossiers()
        found = await each(dossiers, work, _silent)
        return [Sourced(one.model_dump(mode="json"), one.source) for one in found]

    def _work(self, capability: str) -> tuple[Callable[[Dossier], Awaitable[Dossier]], type[LeadsInput]]:
        if capability == ENRICH_LEAD.name:
            return self.steps.read, LeadsInput
        if capability == READ_COMPANY.name:
            return self._company, CompanyInput
        if capability == FIND_NEWS.name:
            return self._news, CompanyInput
        raise NotFound(f"The agent {self.agent_id} has no capability {capability[:100]!r}.")

    async def _company(self, dossier: Dossier) -> CompanyRead:
        read = await self.steps.read(dossier)
        pages = [
            PageRead(
                url=page.snapshot.url,
                title=page.snapshot.title,
                lang=page.snapshot.lang,
                snapshot_id=page.snapshot.id,
                characters=len(page.text),
                beginning=page.text[:LONGEST_BEGINNING],
            )
            for page in await read_pages(self.steps.snapshots, read.snapshots)
        ]
        return CompanyRead.model_validate({**dict(read), "pages": pages})

    async def _news(self, dossier: Dossier) -> NewsFound:
        read = await self.steps.read(dossier)
        pages = await read_pages(self.steps.snapshots, read.snapshots)
        found = await self.steps.workers.run(find_news, read.lead, tuple(pages))
        urls = {snapshot.id: snapshot.url for snapshot in read.snapshots}
        news = [
            NewsItem(id=f"n{n}", **dict(one.quote), dated=one.dated, url=urls[one.quote.snapshot_id])
            for n, one in enumerate(found, start=1)
        ]
        return NewsFound.model_validate({**dict(read), "news": news})


def _silent(dossier: Dossier, why: str) -> Dossier:
    return dossier.model_copy(update={"why": why})
