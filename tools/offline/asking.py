"""The offline form of `AskSql`: rules for the questions that people ask of leads, results and interactions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tools.analysis.asking import NotRecorded, Query, not_understood
from tools.offline import asking_topics as topics
from tools.offline.asking_reading import NOUNS, Reading, names_in
from tools.offline.asking_times import Span, span_in

LONGEST = 1_000  # characters of a question
SUMMARY = re.compile(
    r"\b(?:summary|overview|pipeline|dashboard|figures|numbers|report|(?:anything|what's|what is) new)\b"
)
RANKED = re.compile(
    r"\b(?:top|most common|main)(?: \w+)? (?:industries|sectors|countries|cities|towns|titles|roles)\b"
)
NO_RATES = (
    "Nothing is recorded about that: Zigral itself sends no mail and reads no mailbox yet, so there are no rates "
    "of answers, opens or clicks. Ask for the interactions that were imported or noted instead."
)


@dataclass(frozen=True)
class OfflineSql:
    """Understands a question part by part; one whose parts are not all understood is refused."""

    async def sql_for(self, question: str, now: datetime) -> Query | NotRecorded:
        if len(question) > LONGEST:
            raise not_understood("it is very long")
        reading = Reading(question)
        span, reading.text = span_in(reading.text, now)
        topic = _topic(reading)
        if topic == "nothing":
            return NotRecorded(NO_RATES)
        if topic is None:
            raise not_understood()
        return _TOPICS[topic](reading, span)


def _topic(reading: Reading) -> str | None:
    """What it is about. A summary is one whatever else it names; a lead is what is left."""
    if reading.says("nothing", "topics"):
        return "nothing"
    if SUMMARY.search(reading.whole) and not (reading.says("drafts", "topics") or NOUNS.search(reading.whole)):
        return "summary"
    if found := next((name for name in names_in("topics") if reading.says(name, "topics")), None):
        return found
    if RANKED.search(reading.whole):
        return "leads"
    standing = ((section, name) for section in ("verdicts", "statuses") for name in names_in(section))
    if any(reading.says(name, section) for section, name in standing):
        return "results"
    if not NOUNS.search(reading.whole):
        return "leads" if reading.says("count") else None
    return "results" if reading.says("best") or reading.says("worst") else "leads"


_TOPICS: Mapping[str, Callable[[Reading, Span | None], Query | NotRecorded]] = {
    "cost": topics.cost_asked,
    "silent": topics.silent_asked,
    "uncontacted": topics.uncontacted_asked,
    "interactions": topics.interactions_asked,
    "undrafted": topics.undrafted_asked,
    "drafts": topics.drafts_asked,
    "summary": topics.summary_asked,
    "runs": topics.runs_asked,
    "results": topics.results_asked,
    "leads": topics.leads_asked,
}
