"""The agent that says how well leads fit the ideal customer profile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from memory.envelopes import Sourced
from memory.errors import NotFound
from memory.profile import Icp
from memory.records import Qualification
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.dossier import Dossier, Qualified, Reason, Scored
from nodes.agents.given_leads import ProfiledInput
from nodes.agents.lead_steps import LIMITS, LeadSteps
from nodes.agents.many import each
from tools.qualification import points_of


class ScoreInput(ProfiledInput):
    """Whom to rank, and how many of them are wanted."""

    best: Annotated[int, Field(ge=1)] | None = Field(None, description="Give back the best so many alone.")


QUALIFY_LEAD = Capability(
    "qualify_lead",
    "Says whether a lead fits the ideal customer profile: qualified, not_qualified or review, a score, and for "
    "each criterion a verdict with quotations. Reads the company's pages unless a step before did; where there "
    "are none, what only they could say stays unknown.",
    input=ProfiledInput,
    output=Qualified,
    tokens=7_000,  # and no pages: research has read them, as a rule
    seconds=0.5,
)
SCORE = Capability(
    "score",
    "Scores leads from 0 to 100 against the ideal customer profile, with what each criterion added and why, "
    "and ranks them where there are several.",
    input=ScoreInput,
    output=Scored,
    tokens=7_000,  # and no pages: research has read them, as a rule
    seconds=0.5,
)


@dataclass
class SalesAgent(Agent):
    """Judges by the profile's rules and questions; score and status are reckoned by code."""

    steps: LeadSteps

    agent_id = "sales"
    name = "Sales"
    capabilities = (QUALIFY_LEAD, SCORE)
    limits = LIMITS

    async def execute(self, task: Task) -> Made:
        asked = (ScoreInput if task.capability == SCORE.name else ProfiledInput).model_validate(task.parameters)
        icp = asked.profile()
        if task.capability == QUALIFY_LEAD.name:
            return [_record(dossier) for dossier in await self._judged(asked, icp, anew=True)]
        if isinstance(asked, ScoreInput):
            judged = await self._judged(asked, icp, anew=icp is not None)
            return _ranked(judged, icp or self.steps.icp)[: asked.best]
        raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")

    async def _judged(self, asked: ProfiledInput, icp: Icp | None, *, anew: bool) -> list[Dossier]:
        async def judge(dossier: Dossier) -> Dossier:
            if not anew and dossier.is_judged_by(self.steps.icp):
                return dossier
            return await self.steps.judge(await self.steps.read(dossier, insist=False), icp)

        return await each(asked.dossiers(), judge, _unjudged)


def _unjudged(dossier: Dossier, why: str) -> Dossier:
    return dossier.model_copy(update={"why": why})


def _record(dossier: Dossier) -> Sourced:
    return Sourced(dossier.model_dump(mode="json"), dossier.source)


def _ranked(dossiers: Sequence[Dossier], icp: Icp) -> list[Sourced]:
    """The best first; those that could not be judged last, each group in the order given."""
    scores = [dossier.qualification.score for dossier in dossiers if dossier.qualification]
    found = [_scored(dossier, icp, scores) for dossier in dossiers]
    return [_record(one) for one in sorted(found, key=lambda one: (one.score is None, -(one.score or 0)))]


def _scored(dossier: Dossier, icp: Icp, scores: Sequence[int]) -> Scored:
    known = dict(dossier)
    if (judged := dossier.qualification) is None:
        return Scored(**known)
    rank = 1 + sum(score > judged.score for score in scores)
    return Scored(**known, score=judged.score, rank=rank, reasons=tuple(_reasons(dossier, judged, icp)))


def _reasons(dossier: Dossier, judged: Qualification, icp: Icp) -> Iterator[Reason]:
    """Each criterion, in the profile's order, with its quotations."""
    quotes = {fact.id: fact.quote for fact in (*dossier.facts, *dossier.evidence)}
    most = points_of(icp)
    for result in judged.criteria:
        yield Reason(
            id=result.id,
            verdict=result.verdict,
            points=most[result.id] if result.verdict == "yes" else 0,
            most=most[result.id],
            why=result.why,
            quotes=tuple(quotes[fact_id] for fact_id in result.fact_ids if fact_id in quotes),
        )
