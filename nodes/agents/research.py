"""The agent that reads what companies say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from memory.envelopes import Sourced
from memory.errors import NotFound
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from nodes.agents.dossier import Dossier, Researched
from nodes.agents.given_leads import LeadsInput
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.many import each
from nodes.research import PAGE_BUDGET

ENRICH_LEAD = Capability(
    "enrich_lead",
    "Reads the pages of a lead's company and finds what can be quoted from them, each quotation with its place. "
    "A lead without a website, or whose site has no page, gives an empty result that says so.",
    input=LeadsInput,
    output=Researched,
    pages=PAGE_BUDGET,
    seconds=2.0,
)


@dataclass(kw_only=True)
class ResearchAgent(Agent):
    """Reads the web that it was given, and nothing else."""

    agent_id: str = "research"
    name: str = "Research"
    capabilities: Sequence[Capability | str] = (ENRICH_LEAD,)
    limits: Limits = field(default_factory=lambda: Limits(timeout=600.0))
    steps: LeadSteps

    async def execute(self, task: Task) -> Made:
        if task.capability == ENRICH_LEAD.name:
            dossiers = LeadsInput.model_validate(task.parameters).dossiers()
            found = await each(dossiers, self.steps.read, _silent)
            return [_record(dossier) for dossier in found]
        raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")


def _silent(dossier: Dossier, why: str) -> Dossier:
    return dossier.model_copy(update={"why": why})


def _record(dossier: Dossier) -> Sourced:
    return Sourced(dossier.model_dump(mode="json"), dossier.source)
