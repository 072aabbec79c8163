"""The agent that writes: first mails and answers, each with its proof. It sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from memory.envelopes import Sourced
from memory.errors import NotFound
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from nodes.agents.dossier import Dossier, Drafted
from nodes.agents.drafting import Drafting, without_draft
from nodes.agents.given_leads import OfferedInput
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.many import each
from nodes.research import PAGE_BUDGET

DRAFT_EMAIL = Capability(
    "draft_email",
    "Drafts a first mail to a lead from what its company's pages say and from the offer, and proves it word by "
    "word; sends nothing. Reads and qualifies first unless steps before did. A lead that does not fit the profile, "
    "asked not to be written to, or has no page that says anything firm gets no draft, and the reason.",
    input=OfferedInput,
    output=Drafted,
    pages=PAGE_BUDGET,
    tokens=12_000,
    mails=1,
    seconds=3.0,
)


@dataclass(kw_only=True)
class CopywriterAgent(Agent):
    """Writes only what is proven, and marks it so."""

    agent_id: str = "copywriter"
    name: str = "Copywriter"
    capabilities: Sequence[Capability | str] = (DRAFT_EMAIL,)
    limits: Limits = field(default_factory=lambda: Limits(timeout=600.0))
    steps: LeadSteps

    @cached_property
    def drafting(self) -> Drafting:
        return Drafting(self.steps)

    async def execute(self, task: Task) -> Made:
        if task.capability == DRAFT_EMAIL.name:
            return await self._drafts(OfferedInput.model_validate(task.parameters))
        raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")

    async def _drafts(self, asked: OfferedInput) -> list[Sourced]:
        icp, offer = asked.profile(), asked.offering()

        async def draft(dossier: Dossier) -> Drafted:
            return await self.drafting.draft(dossier, icp, offer)

        found = await each(asked.dossiers(), draft, _failed)
        return [Sourced(one.model_dump(mode="json"), one.source) for one in found]


def _failed(dossier: Dossier, why: str) -> Drafted:
    return without_draft(dossier, why, "failed")
