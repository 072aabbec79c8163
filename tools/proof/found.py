"""The small vocabulary of the sentence checks: what was found wrong, and where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from memory.records import Claim
from tools.proof.evidence import Evidence, Source
from tools.proof.reading import Reading
from tools.proof.statements import Stance
from tools.proof.tokens import Token


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding at `tokens[first:last]` of the text that is checked."""

    first: int
    last: int
    code: str
    message: str


@dataclass(frozen=True)
class Case:
    """One sentence with all that its checks need. Places count in `text.tokens`."""

    text: Reading
    first: int
    last: int
    stance: Stance
    claims: tuple[Claim, ...]
    evidence: Evidence
    cited: Source  # the quotations that its claims cite
    carried: frozenset[int]  # places inside quotations that were found verbatim
    subject: bool = False  # of the mail
    early: tuple[Problem, ...] = ()  # found before the sentence was judged
    taken: set[int] = field(default_factory=set)  # places that an earlier check has settled

    @property
    def tokens(self) -> Sequence[Token]:
        return self.text.tokens

    @cached_property
    def said(self) -> list[int]:
        """The places of what the sentence says in its own words."""
        return [place for place in range(self.first, self.last) if place not in self.carried]

    @cached_property
    def lows(self) -> list[str]:
        """The sentence's own words; what is quoted is left out."""
        return [self.tokens[place].low for place in self.said]

    @cached_property
    def fact_ids(self) -> tuple[str, ...]:
        return tuple(i for claim in self.claims for i in claim.fact_ids)

    @property
    def cites_fact(self) -> bool:
        return bool(self.cited.readings)

    @property
    def of_prospect(self) -> bool:
        return self.stance.kind == "prospect"

    def prospect_clause(self, place: int) -> bool:
        """Whether `place` stands in a clause that states something about the prospect."""
        return any(first <= place < last for first, last in self.stance.about_prospect)

    def sender_clause(self, place: int) -> bool:
        return any(first <= place < last for first, last in self.stance.about_sender)

    def words(self, first: int, last: int) -> str:
        """The text at these places as it was folded."""
        return self.text.folded.text[self.tokens[first].start : self.tokens[last - 1].end][:80]


Check = Callable[[Case], list[Problem]]
