"""What happened before with a person or a company, as the flows see it."""

from dataclasses import dataclass
from typing import Protocol

from memory.records import Lead, LeadStatus


class Interactions(Protocol):
    """Past interactions: read before a company is researched, added to when a run ends."""

    async def recall(self, lead: Lead) -> tuple[str, ...]:
        """What is known of earlier dealings with the person and the company, newest first."""
        ...

    async def remember(self, lead: Lead, status: LeadStatus) -> None:
        """Keep how a run with the lead ended."""
        ...


@dataclass(frozen=True)
class NoInteractions:
    """A memory that was switched off: every lead is met for the first time."""

    async def recall(self, lead: Lead) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    async def remember(self, lead: Lead, status: LeadStatus) -> None:
        pass
