"""The engine: six small ports that read pages, write mail, make plans and SQL, each replaceable alone.

The offline forms are in `tools/offline/`. Whatever form is used, what it returns is data:
`tools/proof` checks it afterwards, and code, not a model, decides what is sent to whom.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from memory.errors import Unavailable, ZigralError
from memory.profile import Criterion, Offer
from memory.records import Draft, Fact, Finding, Lead, Quote, Snapshot
from memory.words import Answer
from tools.analysis.asking import AskSql
from tools.planning import Planner


class EngineUnavailable(Unavailable):
    """The engine did not answer for this lead, for as long as we have patience. The others go on."""


class EngineStopped(ZigralError):
    """No lead can go on: a key, a quota, a budget, or an engine that answers nobody. What was made is kept."""


@dataclass(frozen=True)
class Page:
    """A snapshot together with its text, as an engine reads it."""

    snapshot: Snapshot
    text: str


@dataclass(frozen=True)
class Judgement:
    """An answer to one question; a yes or no carries at least one quotation."""

    verdict: Answer
    quotes: tuple[Quote, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Brief:
    """All that a writer may use. `problems` and `notes` are about `previous`, on a second round."""

    lead: Lead
    offer: Offer
    facts: tuple[Fact, ...]  # best first; verdicts' quotations are not among them
    snapshots: tuple[Snapshot, ...]
    previous: Draft | None = None
    problems: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    round: int = 0


@dataclass(frozen=True)
class Critique:
    """Whether a person could send the draft as it stands; `notes` say what to change."""

    passed: bool
    notes: tuple[str, ...] = ()


class FindFacts(Protocol):
    """Finds what a company says of itself that a first mail could open with."""

    async def find(self, lead: Lead, pages: Sequence[Page]) -> list[Quote]:
        """The best quotations, best first, at most eight, none overlapping another."""
        ...


class Judge(Protocol):
    """Answers a profile's questions from a company's own pages."""

    async def judge(self, lead: Lead, criteria: Sequence[Criterion], pages: Sequence[Page]) -> list[Judgement]:
        """One judgement a criterion, in order; `unknown` where the pages do not settle it."""
        ...


class Write(Protocol):
    """Writes the mail."""

    async def write(self, brief: Brief) -> Draft | None:
        """A draft whose claims cover every statement, or None where no fact is firm enough."""
        ...


class CritiqueDraft(Protocol):
    """Reads a draft as its recipient would."""

    async def critique(self, draft: Draft, brief: Brief) -> Critique:
        """What keeps the draft from being sent as it stands."""
        ...


@dataclass(frozen=True)
class Engine:
    """The ports as one engine, under the name that every result carries."""

    name: str  # "offline", or the model's name
    find_facts: FindFacts
    judge: Judge
    writer: Write
    critic: CritiqueDraft
    planner: Planner
    asking: AskSql
    counted: Counter[str] = field(default_factory=Counter)  # how often what happened, for a run's summary
