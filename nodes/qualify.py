"""Hold the lead against the ideal customer profile: rules over its fields, questions to its pages."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.profile import Criterion, Icp
from memory.records import CriterionResult, Fact, Lead, LeadStatus, Qualification, Quote, Snapshot
from memory.snapshots import Snapshots
from memory.words import Clock
from nodes.pages import read_pages
from tools.engine import Judge, Judgement
from tools.qualification import qualify, question_result, rule_result


class QualifyView(BaseModel):
    lead: Lead
    icp: Icp | None = None
    snapshots: tuple[Snapshot, ...] = ()
    facts: tuple[Fact, ...] = ()


class QualifyPatch(BaseModel):
    evidence: tuple[Fact, ...] | None = None
    qualification: Qualification | None = None
    status: LeadStatus | None = None


@dataclass(frozen=True)
class Qualify:
    judge: Judge
    snapshots: Snapshots
    icp: Icp
    clock: Clock

    async def __call__(self, state: QualifyView) -> QualifyPatch:
        icp = state.icp or self.icp
        questions = [criterion for criterion in icp.criteria if criterion.question]
        pages = await read_pages(self.snapshots, state.snapshots)
        judgements = iter(await self.judge.judge(state.lead, questions, pages))
        facts = list(state.facts)
        results = [
            _asked(criterion, next(judgements), facts) if criterion.question else rule_result(criterion, state.lead)
            for criterion in icp.criteria
        ]
        qualification = qualify(icp, results).model_copy(update={"at": self.clock()})
        status: LeadStatus | None = "skipped" if qualification.status == "not_qualified" else None
        evidence = tuple(facts[len(state.facts) :])
        return QualifyPatch(evidence=evidence, qualification=qualification, status=status)


def _asked(criterion: Criterion, judgement: Judgement, facts: list[Fact]) -> CriterionResult:
    return question_result(criterion, judgement, tuple(_fact_id(quote, facts) for quote in judgement.quotes))


def _fact_id(quote: Quote, facts: list[Fact]) -> str:
    """The id of the fact with this quotation, which joins the others where it is new."""
    place = (quote.snapshot_id, quote.start, quote.end)
    for fact in facts:
        if (fact.snapshot_id, fact.start, fact.end) == place:
            return fact.id
    facts.append(Fact(id=f"f{len(facts) + 1}", **quote.model_dump()))
    return facts[-1].id
