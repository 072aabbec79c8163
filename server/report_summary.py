"""The report's first lines: how many leads came to what, when, and at what cost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from memory.profile import Icp
from memory.records import Result
from memory.results import Index, Results
from server.report_reason import reason_group

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
ALONE = ("email wants a closer look first", "emails want a closer look first")  # where no other awaits approval
WHY = {
    "unfit": "not a fit",
    "awaiting_review": "a closer look",
    "review": "not judged",
    "stopped": "left alone",
    "failed": "failed",
}
MOST_REASONS = 50  # of one outcome; the rest are counted together
OTHERS = "other reasons"


@dataclass
class Summary:
    """Counted in one pass over the results."""

    outcomes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    engines: dict[str, None] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)  # by the outcomes of `WHY`
    pages: int = 0
    quotes: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    first_read: datetime | None = None
    last_read: datetime | None = None

    @property
    def leads(self) -> int:
        return self.outcomes.total()

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def sentence(self) -> str:
        """What all leads came to, in words."""
        counts = ", ".join(f"{number:,} {words}" for number, words in self.parts)
        return f"{self.leads:,} {'lead' if self.leads == 1 else 'leads'}: {counts}."

    @property
    def why(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The reasons for what did not go well, the most frequent first: a heading, and each with its count."""
        return [(words, ordered(self.reasons[key])) for key, words in WHY.items() if self.reasons.get(key)]

    @property
    def cost(self) -> str:
        """Pages, tokens and money; money where the model's price is known."""
        pages = f"{self.pages:,} {'page' if self.pages == 1 else 'pages'} read"
        if not self.tokens:
            return f"{pages}, no tokens"
        return f"{pages}, {self.tokens:,} tokens" + (f", ${self.usd:,.2f}" if self.usd else ", price unknown")

    def give(self, key: str, reason: str) -> None:
        """Count a reason under its outcome."""
        counts = self.reasons.setdefault(key, Counter())
        counts[reason if reason in counts or len(counts) < MOST_REASONS else OTHERS] += 1

    @property
    def parts(self) -> list[tuple[int, str]]:
        """The counts with their words, without those that are 0."""
        words = OUTCOMES if self.outcomes["awaiting"] else OUTCOMES | {"awaiting_review": ALONE}
        return [(n, said[n != 1]) for key, said in words.items() if (n := self.outcomes[key])]


def summary_of(results: Iterable[Result], icp: Icp | None = None) -> Summary:
    """What all `results` together came to; the reasons in the words of the profile that they were judged by."""
    summary = Summary()
    for result in results:
        key = outcome(result)
        summary.outcomes[key] += 1
        summary.statuses[result.status] += 1
        if key in WHY:
            summary.give(key, reason_group(result, icp))
        summary.engines[result.engine] = None
        summary.pages += result.cost.pages or len(result.snapshots)
        summary.quotes += len(result.facts)
        summary.input_tokens += result.cost.input_tokens
        summary.output_tokens += result.cost.output_tokens
        summary.usd += result.cost.usd
        for snapshot in result.snapshots:
            summary.first_read = min(summary.first_read or snapshot.fetched_at, snapshot.fetched_at)
            summary.last_read = max(summary.last_read or snapshot.fetched_at, snapshot.fetched_at)
    return summary


def ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first, and the same way each time."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


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
