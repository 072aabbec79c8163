"""From a question in plain words to SQL, or to why there is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.errors import Invalid

WHAT_CAN_BE_ASKED = (
    "Ask how many leads, drafts or interactions there are, or which; of a country, size, industry, status or "
    "a name; per country, industry, status or run; the best, newest or largest; what a run cost; or give `sql`."
)
NO_MAIL = "Zigral itself sends no mail and reads no mailbox yet: this counts only what was imported or noted."


@dataclass(frozen=True)
class Query:
    """One SELECT, not checked yet, and what to tell with what it comes to."""

    sql: str
    note: str = ""


@dataclass(frozen=True)
class NotRecorded:
    """The question was understood, and nothing is kept that would answer it."""

    text: str


class AskSql(Protocol):
    """Makes SQL of questions. Of the tables it knows what columns they have, and nothing of what is in them."""

    async def sql_for(self, question: str, now: datetime) -> Query | NotRecorded:
        """The SQL that answers; `Invalid` where the question is not understood, with what can be asked."""
        ...


def not_understood(what: str = "") -> Invalid:
    """Says so, and what can be asked."""
    detail = f" ({what})" if what else ""
    return Invalid(f"This question is not understood{detail}. {WHAT_CAN_BE_ASKED}", where="question")
