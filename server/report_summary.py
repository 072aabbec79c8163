"""The report's first lines: how many leads came to what, when, and at what cost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from memory.records import Result
from memory.results import Index, Results

OUTCOMES = {  # in the order of the sentence and of the page; for one, for several
    "awaiting": ("email awaits approval", "emails await approval"),
    "awaiting_review": ("more wants a closer look first", "more want a closer look first"),
    "unproven": ("has statements that are not proven", "have statements that are not proven"),
    "approved": ("is approved", "are approved"),
    "sent": ("was sent", "were sent"),
    "review": ("could not be judged", "could not be judged"),
    "unfit": ("is not a fit", "are not a fit"),
    "stopped": ("is left alone for what was said before", "are left alone for what was said before"),
    "failed": ("failed", "failed"),
}


@dataclass
class Summary:
    """Counted in one pass over the results."""

    outcomes: Counter[str] = field(default_factory=Counter)
    engines: dict[str, None] = field(default_factory=dict)
    pages: int = 0
    quotes: int = 0
    tokens: int = 0
    usd: float = 0.0
    first_read: datetime | None = None
    last_read: datetime | None = None

    @property
    def leads(self) -> int:
        return self.outcomes.total()

    @property
    def parts(self) -> list[tuple[int, str]]:
        """The counts with their words, without those that are 0."""
        return [(n, words[n != 1]) for key, words in OUTCOMES.items() if (n := self.outcomes[key])]


def summary_of(results: Iterable[Result]) -> Summary:
    """What all `results` together came to."""
    summary = Summary()
    for result in results:
        summary.outcomes[outcome(result)] += 1
        summary.engines[result.engine] = None
        summary.pages += result.cost.pages or len(result.snapshots)
        summary.quotes += len(result.facts)
        summary.tokens += result.cost.input_tokens + result.cost.output_tokens
        summary.usd += result.cost.usd
        for snapshot in result.snapshots:
            summary.first_read = min(summary.first_read or snapshot.fetched_at, snapshot.fetched_at)
            summary.last_read = max(summary.last_read or snapshot.fetched_at, snapshot.fetched_at)
    return summary


def in_order_of_outcome(results: Results, index: Index) -> Index:
    """`index` with the leads that wait for a person first, and those that failed last."""
    ranks = {key: rank for rank, key in enumerate(OUTCOMES)}
    rank_of = {result.lead.lead_id: ranks[outcome(result)] for result in results.latest(index)}
    entries = sorted(index.entries.items(), key=lambda entry: rank_of.get(entry[0], len(ranks)))
    return Index(dict(entries), index.unreadable)


def outcome(result: Result) -> str:
    """The one key of `OUTCOMES` under which a lead is counted."""
    judged = result.qualification.status if result.qualification else ""
    if result.status in {"sent", "approved", "failed"}:
        return result.status
    if result.standing and result.standing.stop:
        return "stopped"
    if result.status == "drafted":
        return "unproven"
    if result.status == "awaiting_approval":
        return "awaiting_review" if judged == "review" else "awaiting"
    return "unfit" if judged == "not_qualified" else "review"
