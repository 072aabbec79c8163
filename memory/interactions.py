"""What happened before with a person or a company: the port through which everything above remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from memory.interaction_texts import Account, Moment, Name, Person
from memory.records import Interaction
from memory.words import Kind, Outcome

__all__ = ["ANYWHERE", "Interactions", "NoInteractions", "Recalled", "Where"]


class Where(BaseModel):
    """Which interactions are meant. What is not given, or an empty set, is no condition.

    `since` is inclusive, `until` exclusive. `account` and `person` are spelled as those of an interaction.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: Account | None = None
    person: Person | None = None
    kinds: frozenset[Kind] = frozenset()
    outcomes: frozenset[Outcome] = frozenset()
    campaign: Name | None = None
    since: Moment | None = None
    until: Moment | None = None

    def holds(self, item: Interaction) -> bool:
        """Whether the interaction is one of those meant."""
        return (
            (self.account is None or item.account == self.account)
            and (self.person is None or item.person == self.person)
            and (not self.kinds or item.kind in self.kinds)
            and (not self.outcomes or item.outcome in self.outcomes)
            and (self.campaign is None or item.campaign == self.campaign)
            and (self.since is None or item.at >= self.since)
            and (self.until is None or item.at < self.until)
        )


ANYWHERE = Where()


@dataclass(frozen=True)
class Recalled:
    """An interaction and how well it answers, from 0 to 1. Scores of two queries cannot be compared."""

    interaction: Interaction
    score: float


class Interactions(Protocol):
    """Past interactions: asked before a company is researched, added to when a run ends."""

    async def remember(self, items: Sequence[Interaction]) -> int:
        """Keep them, and say how many were new or changed. One with a known id takes the older one's place."""
        ...

    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:
        """Those that answer `query` best, best first. `Invalid` where the query is blank."""
        ...

    async def history(
        self, where: Where = ANYWHERE, limit: int = 50, before: datetime | None = None
    ) -> list[Interaction]:
        """The newest first, exactly, without a model. The next page is `before` the last one's `at`.

        Of several at that very moment it has none: who needs every one asks for them all at once.
        """
        ...

    async def suppressed(self, person: str) -> str | None:
        """Why the person must not be written to whatever the history says, such as "erased"; None: they may be."""
        ...

    async def forget(self, person: str) -> int:
        """Delete all that is held of a person, by address, and say how many.

        Raises `Unavailable` or `Conflict` where it cannot see afterwards that nothing is left.
        """
        ...


@dataclass(frozen=True)
class NoInteractions:
    """A memory that was switched off: every lead is met for the first time."""

    async def remember(self, items: Sequence[Interaction]) -> int:  # noqa: ARG002
        return 0

    async def recall(self, query: str, where: Where = ANYWHERE, limit: int = 5) -> list[Recalled]:  # noqa: ARG002
        return []

    async def history(
        self,
        where: Where = ANYWHERE,  # noqa: ARG002
        limit: int = 50,  # noqa: ARG002
        before: datetime | None = None,  # noqa: ARG002
    ) -> list[Interaction]:
        return []

    async def suppressed(self, person: str) -> str | None:  # noqa: ARG002
        return None

    async def forget(self, person: str) -> int:  # noqa: ARG002
        return 0
