"""What a planner is told of product, profile and tone: the files' own words, and what was noted since."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from memory.contexts import Contexts
from memory.errors import Malformed
from memory.profile import Icp, Offer
from memory.remembered import Remembered


class Known(Protocol):
    """Knows what an owner's plans rest on."""

    async def of(self, owner: str) -> tuple[str, ...]:
        """Sentences, the offer and the profile first."""
        ...


@dataclass(frozen=True)
class KnownOf:
    """The offer, the profile, and what the owner had noted."""

    icp: Icp
    offer: Offer
    contexts: Callable[[str], Contexts]

    async def of(self, owner: str) -> tuple[str, ...]:
        """Sentences. Notes that cannot be read are left out: they say so where they are read for themselves."""
        try:
            notes = await Remembered(self.contexts(owner)).notes()
        except Malformed:
            notes = ()
        return (
            *_said(self.offer),
            f"We look for: {self.icp.name}.",
            *(f"{one.about}: {one.text}" for one in notes),
        )


def _said(offer: Offer) -> tuple[str, ...]:
    what, audience = offer.text_in("what", offer.language), offer.text_in("audience", offer.language)
    told = (
        f"We are {offer.sender.company}.",
        f"We sell {what}." if what else "",
        f"It is for {audience}." if audience else "",
        f"Our tone is {offer.tone}.",
    )
    return tuple(sentence for sentence in told if sentence)
