"""The steps that our agents take on a lead, each by the node that the outreach flow has, and none twice."""

from dataclasses import dataclass
from functools import cached_property

from memory.errors import Malformed, NotFound, Refused, Unavailable
from memory.interactions import Interactions
from memory.profile import Icp, Offer
from memory.records import Qualification
from memory.snapshots import Snapshots
from memory.words import Clock
from nodes.agents.agent import Limits
from nodes.agents.dossier import Dossier
from nodes.draft import in_review, is_doubted
from nodes.extract import Extract, ExtractView
from nodes.pages import read_pages
from nodes.qualify import Qualify, QualifyView
from nodes.recall import Recall, RecallView
from nodes.research import Research
from tools.engine import Engine
from tools.qualification import is_settled
from tools.web import Web
from tools.workers import Workers

# A thousand leads take minutes. A site that is silent speaks against no agent, so many of them must be in a row.
LIMITS = Limits(timeout=900.0, attempts=2, wait=1.0, breaker_failures=40)


@dataclass(frozen=True)
class LeadSteps:
    """What is needed to read about a lead and to judge it."""

    web: Web
    workers: Workers
    snapshots: Snapshots
    interactions: Interactions
    engine: Engine
    icp: Icp
    offer: Offer
    clock: Clock

    @cached_property
    def research(self) -> Research:
        return Research(web=self.web, workers=self.workers, snapshots=self.snapshots)

    @cached_property
    def recall(self) -> Recall:
        return Recall(interactions=self.interactions, offer=self.offer, clock=self.clock)

    @cached_property
    def extract(self) -> Extract:
        return Extract(self.engine.find_facts, snapshots=self.snapshots, interactions=self.interactions)

    @cached_property
    def qualify(self) -> Qualify:
        return Qualify(judge=self.engine.judge, snapshots=self.snapshots, icp=self.icp, clock=self.clock)

    async def read(self, dossier: Dossier, *, insist: bool = True) -> Dossier:
        """With the pages of the company's site and their quotations, unless they are at hand from before.

        Where there is nothing to read, that is said in `why`; so it is of a site that does not answer, but to
        whoever insists on pages: then it is `Unavailable`.
        """
        if dossier.snapshots and not await self._has_pages_of(dossier):
            dossier = Dossier(lead=dossier.lead)  # read on another machine: its texts are there
        if dossier.found is not None or dossier.snapshots:
            return dossier
        try:
            pages = await self.research.read(dossier.lead)
        except (NotFound, Malformed, Refused) as error:
            return dossier.model_copy(update={"found": False, "why": str(error)})
        except Unavailable as error:
            if insist:
                raise
            return dossier.model_copy(update={"why": str(error)})
        snapshots = pages.snapshots or ()
        sources = tuple(snapshot.url for snapshot in snapshots)
        read = {"found": True, "why": None, "snapshots": snapshots, "sources": sources, "doubt": pages.doubt}
        return await self._with_facts(dossier.model_copy(update=read))

    async def _has_pages_of(self, dossier: Dossier) -> bool:
        """Whether the texts of all its pages are in the store, as they were read."""
        try:
            await read_pages(self.snapshots, dossier.snapshots)
        except (NotFound, Malformed):
            return False
        return True

    async def _with_facts(self, dossier: Dossier) -> Dossier:
        """What the company was written before is no news to it."""
        recalled = await self.recall(RecallView(lead=dossier.lead))
        view = ExtractView(
            lead=dossier.lead,
            past=recalled.past or (),
            standing=recalled.standing,
            snapshots=dossier.snapshots,
        )
        found = await self.extract(view)
        standing = found.standing or recalled.standing
        return dossier.model_copy(update={"facts": found.facts or (), "standing": standing})

    async def judge(self, dossier: Dossier, icp: Icp | None = None) -> Dossier:
        """With the lead held against the profile; without a page, questions stay open and a person decides."""
        view = QualifyView(lead=dossier.lead, icp=icp, snapshots=dossier.snapshots, facts=dossier.facts)
        found = await self.qualify(view)
        judged = tuple(snapshot.id for snapshot in dossier.snapshots)
        qualification = found.qualification and _with_care(found.qualification, dossier, icp or self.icp)
        return dossier.model_copy(
            update={"qualification": qualification, "evidence": found.evidence or (), "judged": judged}
        )


def _with_care(qualification: Qualification, dossier: Dossier, icp: Icp) -> Qualification:
    """In review where a person must look first, or where only what no page was there to say is missing."""
    if qualification.status == "qualified" and is_doubted(dossier.doubt, dossier.standing):
        return in_review(qualification, dossier.doubt)
    if not dossier.snapshots and not is_settled(icp, qualification):
        return in_review(qualification, dossier.why)
    return qualification
