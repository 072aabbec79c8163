"""`--check-mx`: the warning `no_mx` on rows whose addresses are at domains that take no mail."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tools.lead_row import Row
from tools.mail_domains import MailDomains

WARNING = "no_mx"
CHUNK = 1000  # rows whose domains are asked for together


@dataclass
class MxCheck:
    """Marks rows, and counts those whose domain takes no mail and those of which the DNS did not say."""

    domains: MailDomains
    no_mx: int = 0
    unknown: int = 0

    async def mark(self, rows: Sequence[Row]) -> list[Row]:
        """The rows, with the warning where it applies. Of a domain that is not answered for, nothing is said."""
        told = await self.domains.ask(domain_of(row) for row in rows if row.lead)
        return [self._marked(row, told[domain_of(row)]) if row.lead else row for row in rows]

    def marked(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The same for rows that are read one by one, outside of an event loop."""
        with asyncio.Runner() as loop:
            while chunk := list(islice(rows, CHUNK)):
                yield from loop.run(self.mark(chunk))

    def counts(self) -> dict[str, int]:
        """For a program."""
        return {"no_mx": self.no_mx, "unknown": self.unknown}

    def in_words(self) -> str:
        """For a person."""
        return f"{self.no_mx:,} at domains that take no mail, {self.unknown:,} of which the DNS did not say."

    def _marked(self, row: Row, takes_mail: str) -> Row:
        self.no_mx += takes_mail == "no"
        self.unknown += takes_mail == "unknown"
        return replace(row, warnings=(*row.warnings, WARNING)) if takes_mail == "no" else row


def domain_of(row: Row) -> str:
    """The domain of the row's address, or ""."""
    return row.lead.email.rpartition("@")[2] if row.lead else ""
