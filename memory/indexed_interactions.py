"""The interactions as everything above sees them: records on Redis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from memory.errors import Invalid, Unavailable
from memory.interaction_records import Records
from memory.interaction_texts import person_address
from memory.interactions import ANYWHERE, Where
from memory.records import Interaction


@dataclass(frozen=True)
class IndexedInteractions:
    """The port on Redis."""

    records: Records

    async def remember(self, items: Sequence[Interaction]) -> int:
        return await self.records.put(items)

    async def history(
        self, where: Where = ANYWHERE, limit: int = 50, before: datetime | None = None
    ) -> list[Interaction]:
        if limit < 1:
            raise Invalid("A history has one interaction at least; give a limit of 1 or more.", where="limit")
        return await self.records.history(where, limit, before)

    async def forget(self, person: str) -> int:
        try:
            address = person_address(person)
        except ValueError as error:
            raise Invalid(f"The person to forget {error}", where="person") from None
        deleted = await self.records.delete_person(address)
        if await self.records.history(Where(person=address), 1):
            raise Unavailable("Something new about the person came in meanwhile. Forget them once more.")
        await self.records.rewrite_log()
        return len(deleted)
