"""The rows of the tables, out of the stores, within bounds."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from memory.interactions import Interactions
from memory.json_values import JsonObject
from memory.leads import Leads
from memory.records import Interaction, Lead, lead_id_of
from memory.result_lines import ResultRow
from memory.result_rows import ResultRows
from tools.countries import country_of

MOST_LEADS = 50_000
MOST_INTERACTIONS = 10_000
BATCH = 250  # rows at a time: the loop is held up for no longer than these take
LONGEST_TEXT = 1_000  # characters of an interaction


@dataclass(frozen=True)
class StoredData:
    """What the stores hold, for one question. `left_out` fills with what there was more of, in sentences."""

    leads: Leads
    results: ResultRows
    interactions: Interactions
    most_leads: int = MOST_LEADS
    left_out: list[str] = field(default_factory=list)

    async def rows(self, table: str) -> AsyncIterator[Sequence[JsonObject]]:
        """The table's rows, the newest first."""
        if table == "leads":
            async for batch in self._leads():
                yield batch
        elif table == "results":
            found = await self.results.found()
            if found.left_out:
                self.left_out.append("Older results are left out.")
            rows = [_result(row, latest=found.latest.get(row.lead_id) is row) for row in found.rows]
            for start in range(0, len(rows), BATCH):
                yield rows[start : start + BATCH]
        else:
            items = await self.interactions.history(limit=MOST_INTERACTIONS + 1)
            if len(items) > MOST_INTERACTIONS:
                self.left_out.append(f"Only the newest {MOST_INTERACTIONS:,} interactions are looked at.")
            for start in range(0, min(len(items), MOST_INTERACTIONS), BATCH):
                yield [_interaction(item) for item in items[start : start + BATCH]]

    async def _leads(self) -> AsyncIterator[Sequence[JsonObject]]:
        number = await self.leads.count()
        read, cursor = 0, None
        while read < self.most_leads:
            page = await self.leads.page(cursor, limit=min(BATCH, self.most_leads - read), newest_first=True)
            yield [_lead(lead, number - read - at) for at, lead in enumerate(page.items)]
            read, cursor = read + len(page.items), page.next_cursor
            if cursor is None:
                return
        self.left_out.append(f"Only the newest {read:,} leads are looked at.")


def _lead(lead: Lead, number: int) -> JsonObject:
    row = lead.model_dump(mode="json")
    row["full_name"] = lead.full_name or f"{lead.first_name} {lead.last_name}".strip()
    row |= {"number": number, "country_code": country_of(lead)}
    return {name: value if value != "" else None for name, value in row.items()}


def _result(row: ResultRow, *, latest: bool) -> JsonObject:
    given = row.model_dump(mode="json", exclude={"cost", "run_at", "judged_at"})
    cost = row.cost.model_dump(mode="json")
    times: JsonObject = {"run_at": _utc(row.run_at), "judged_at": _utc(row.judged_at)}
    texts = {name: value if value != "" else None for name, value in given.items()}
    return {**texts, **cost, **times, "latest": latest}


def _interaction(item: Interaction) -> JsonObject:
    row = item.model_dump(mode="json", exclude={"version", "quotations", "at"})
    row |= {"at": _utc(item.at), "text": item.text[:LONGEST_TEXT], "lead_id": lead_id_of(item.person)}
    return {name: value if value != "" else None for name, value in row.items()}


def _utc(at: datetime | None) -> str | None:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() if at else None
