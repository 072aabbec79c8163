"""What plans of commands need where nothing can be closed at the end, as in Studio: opened for each call."""

from dataclasses import dataclass

from memory.contexts import Contexts
from memory.json_values import JsonObject
from memory.leads import Leads
from memory.profile import Icp, Offer
from memory.records import Context
from nodes.plans.known import KnownOf
from server.data_server import open_redis
from server.settings import Settings


@dataclass(frozen=True)
class PassingContexts:
    """The contexts of one owner."""

    settings: Settings
    owner: str

    async def create(self, job_type: str, context_data: JsonObject) -> Context:
        """Keep a new context."""
        async with open_redis(self.settings) as client:
            return await Contexts(client, self.owner).create(job_type, context_data)


@dataclass(frozen=True)
class PassingLeads:
    """How many leads there are."""

    settings: Settings

    async def count(self) -> int:
        """All leads that are kept."""
        async with open_redis(self.settings) as client:
            return await Leads(client).count()


@dataclass(frozen=True)
class PassingKnown:
    """What plans rest on."""

    settings: Settings
    icp: Icp
    offer: Offer

    async def of(self, owner: str) -> tuple[str, ...]:
        """Sentences, the offer and the profile first."""
        async with open_redis(self.settings) as client:
            return await KnownOf(self.icp, self.offer, lambda owner: Contexts(client, owner)).of(owner)
