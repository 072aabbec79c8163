"""Finding the leads that are meant among all that the store has, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memory.json_values import JsonObject
from memory.leads import Leads
from memory.records import Lead
from memory.result_lines import ResultRow
from memory.result_rows import FoundResults, ResultRows
from nodes.agents.record_inputs import ListInput
from nodes.agents.record_outputs import KnownLead, LastResult, ListOutput
from tools.lead_filter import LeadFilter

PAGE = 250  # leads at a time: the loop is held up for no longer than these take
Known = tuple[Lead, ResultRow | None]


@dataclass(frozen=True)
class LeadListing:
    """The store's leads, and what runs found of them."""

    leads: Leads
    results: ResultRows

    async def listed(self, asked: ListInput) -> ListOutput:
        """Up to `limit` of the leads that are meant, in the order asked for."""
        found = await self._found(asked, await self.results.found())
        shown = tuple(known_lead(lead, result) for lead, result in found[: asked.limit])
        return ListOutput(leads=shown, count=len(shown), more=len(found) > asked.limit)

    async def known(self, lead: Lead) -> KnownLead:
        """A lead with what is known of it."""
        return known_lead(lead, (await self.results.found()).latest.get(lead.lead_id))

    async def _found(self, asked: ListInput, results: FoundResults) -> list[Known]:
        """The leads that are meant, and one more where there are more."""
        filters, rank = asked.all_filters(), RANKS.get(asked.order)
        wanted = asked.limit + 1
        found: list[Known] = []
        cursor: str | None = None
        while True:
            newest_first = asked.order != "oldest"
            page = await self.leads.page(cursor, limit=PAGE, newest_first=newest_first)
            found += _held(page.items, filters, results)
            if rank and len(found) > 4 * wanted:
                found = sorted(found, key=rank)[:wanted]
            cursor = page.next_cursor
            if cursor is None or (rank is None and len(found) >= wanted):
                return (sorted(found, key=rank) if rank else found)[:wanted]


def known_lead(lead: Lead, result: ResultRow | None) -> KnownLead:
    """A lead and its last result, as they are handed on."""
    row: JsonObject = lead.model_dump(mode="json")
    return KnownLead(lead=row, result=LastResult.of(result) if result else None)


def _held(leads: Sequence[Lead], filters: Sequence[LeadFilter], results: FoundResults) -> list[Known]:
    pairs = [(lead, results.latest.get(lead.lead_id)) for lead in leads]
    return [(lead, result) for lead, result in pairs if all(one.holds(lead, result) for one in filters)]


def _by_score(known: Known) -> float:
    _, result = known
    return -result.score if result and result.score is not None else 1


def _by_size(known: Known) -> float:
    return -(known[0].employees or 0)


def _by_smallness(known: Known) -> float:
    return float("inf") if known[0].employees is None else known[0].employees


RANKS: dict[str, Callable[[Known], float]] = {"score": _by_score, "largest": _by_size, "smallest": _by_smallness}
