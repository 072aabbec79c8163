"""The offline form of `Judge`: a profile's questions answered from a company's own pages, by rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from memory.profile import Criterion
from memory.records import Lead
from tools.engine import Judgement, Page
from tools.offline.credentials import judge_age, judge_certified
from tools.offline.locations import judge_countries, judge_where
from tools.offline.offering import judge_having, judge_offer, judge_whom
from tools.offline.questions import Asked, Kind, asked_by
from tools.offline.said import Said, said_on
from tools.offline.set_phrases import judge_count, judge_hiring, judge_trial
from tools.offline.verdicts import unknown
from tools.workers import Workers

Answering = Callable[[Asked, Sequence[Said]], Judgement]

BY_KIND: Mapping[Kind, Answering] = {
    "certified": judge_certified,
    "age": judge_age,
    "hiring": judge_hiring,
    "trial": judge_trial,
    "count": judge_count,
    "countries": judge_countries,
    "where": judge_where,
    "whom": judge_whom,
    "has": judge_having,
    "attribute": judge_having,
    "what": judge_offer,
}


@dataclass(frozen=True)
class OfflineJudge:
    """Judges by rules, in English, German and French. What the rules cannot settle is unknown."""

    workers: Workers

    async def judge(self, lead: Lead, criteria: Sequence[Criterion], pages: Sequence[Page]) -> list[Judgement]:
        return await self.workers.run(judge_pages, lead, tuple(criteria), tuple(pages))


def judge_pages(lead: Lead, criteria: Sequence[Criterion], pages: Sequence[Page]) -> list[Judgement]:
    """One judgement a criterion, in order."""
    said = said_on(lead, pages)
    return [_judged(criterion, said) for criterion in criteria]


def _judged(criterion: Criterion, said: Sequence[Said]) -> Judgement:
    if criterion.question is None:
        return unknown("This is a rule over the lead's fields and no question to its pages.")
    if not said:
        return unknown("There is no page that can be read.")
    asked = asked_by(criterion)
    if asked.kind not in BY_KIND:
        return unknown("The question is of a kind that rules cannot answer.")
    return BY_KIND[asked.kind](asked, said)
