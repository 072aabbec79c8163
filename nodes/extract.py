"""Find the quotations that a first mail could rest on."""

from dataclasses import dataclass

from pydantic import BaseModel

from memory.records import Fact, Lead, Snapshot
from memory.snapshots import Snapshots
from nodes.pages import read_pages
from tools.engine import FindFacts


class ExtractView(BaseModel):
    lead: Lead
    snapshots: tuple[Snapshot, ...] = ()


class ExtractPatch(BaseModel):
    facts: tuple[Fact, ...] | None = None


@dataclass(frozen=True)
class Extract:
    find_facts: FindFacts
    snapshots: Snapshots

    async def __call__(self, state: ExtractView) -> ExtractPatch:
        quotes = await self.find_facts.find(state.lead, await read_pages(self.snapshots, state.snapshots))
        return ExtractPatch(
            facts=tuple(Fact(id=f"f{n}", **quote.model_dump()) for n, quote in enumerate(quotes, start=1))
        )
