"""The OpenAI form of `AskSql`: a model writes SQL from the names of columns, and code checks it like any other."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import model_validator

from tools.analysis.asking import NO_MAIL, NotRecorded, Query
from tools.analysis.tables import described
from tools.openai.model import Model
from tools.openai.prompt import Data, Prompt
from tools.openai.shapes import Shape, Words

ABOUT_MAIL = ("mail_sent", "mail_received", "bounced", "unsubscribed", "'sent'")


class Sql(Shape):
    """One SELECT, or in why_not the reason why there is none."""

    sql: Words
    why_not: Words

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Sql":
        if bool(self.sql) == bool(self.why_not):
            raise ValueError("neither SQL nor a reason")
        return self


@dataclass(frozen=True)
class ModelSql:
    """Asks a model. Nothing of what the tables hold is told to it, and neither question nor answer is kept."""

    model: Model

    async def sql_for(self, question: str, now: datetime) -> Query | NotRecorded:
        at = f"{now.astimezone(UTC):%A, %Y-%m-%d %H:%M}"
        prompt = Prompt("sql", {"question": Data(question), "tables": described(), "now": at})
        found = await self.model.ask(prompt, Sql, lead_id="analyst", about=None)
        if found.why_not:
            return NotRecorded(found.why_not)
        note = NO_MAIL if any(word in found.sql for word in ABOUT_MAIL) else ""
        return Query(found.sql, note)
