"""Read what the company says of itself, and keep each page as a snapshot."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.errors import Malformed, NotFound, Refused, Unavailable
from memory.records import Lead, LeadStatus, Snapshot
from memory.snapshots import Snapshots
from tools.doubts import doubt_about_domain
from tools.site import SitePage, SiteText, read_site
from tools.web import Web
from tools.workers import Workers

PAGE_BUDGET = 5  # requests for one lead


class ResearchView(BaseModel):
    lead: Lead


class ResearchPatch(BaseModel):
    snapshots: tuple[Snapshot, ...] | None = None
    doubt: str | None = None
    error: str | None = None
    status: LeadStatus | None = None


@dataclass(frozen=True)
class Research:
    web: Web
    workers: Workers
    snapshots: Snapshots
    page_budget: int = PAGE_BUDGET

    async def __call__(self, state: ResearchView) -> ResearchPatch:
        try:
            return await self.read(state.lead)
        except (NotFound, Unavailable, Malformed, Refused) as error:  # the site's fault, and this lead's end
            return ResearchPatch(error=str(error), status="failed")

    async def read(self, lead: Lead) -> ResearchPatch:
        """The pages of the lead's site. Raises what its first page does, see `read_site`."""
        site = await read_site(self.web, self.workers, lead.website, lead.company, budget=self.page_budget)
        saved = [await keep(self.snapshots, page) for page in site.pages]
        return ResearchPatch(snapshots=tuple(saved), doubt=doubt_of(lead, site))


def doubt_of(lead: Lead, site: SiteText) -> str | None:
    """Why a person should look first: the lead's domain is not what it looks like, or these are not its pages."""
    return doubt_about_domain(lead.email, lead.website) or site.doubt


async def keep(snapshots: Snapshots, page: SitePage) -> Snapshot:
    """The page as a snapshot in the store."""
    return await snapshots.save(
        page.text, url=page.url, fetched_at=page.fetched_at, title=page.title, lang=page.lang
    )
