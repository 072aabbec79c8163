"""The agent that answers questions about leads, results and interactions: by one SELECT, which it shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from memory.envelopes import Sourced
from memory.errors import Mistake, Mistakes, NotFound
from memory.words import Clock, utc_now
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from tools.analysis.asking import AskSql, NotRecorded, Query
from tools.analysis.data import StoredData
from tools.analysis.running import LONGEST_SQL, Rows, RunSql
from tools.analysis.telling import told

SOURCE = "leads, results, interactions"


class AskInput(BaseModel):
    """A question in plain words, or the SQL itself."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=4_000)] | None = Field(
        None, description="A question about leads, results of runs, drafts, costs or interactions, as a sentence."
    )
    sql: Annotated[str, Field(max_length=LONGEST_SQL)] | None = Field(
        None, description="One SELECT (DuckDB) over leads, results, interactions, instead of the question."
    )


class Answer(BaseModel):
    """The question, the SQL that answered it, its rows, and an answer in words. `more`: not all rows are there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str | None = None
    sql: str | None = Field(None, description="The SELECT that was run; null where nothing is recorded.")
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[JsonValue, ...], ...] = ()
    more: bool = False
    text: str


ASK = Capability(
    "ask",
    "Answers a question about leads, results of runs, drafts, costs and interactions - how many, which, the best, "
    "per country or industry or status, what a run cost - with the SQL that it ran, read-only, and its rows.",
    input=AskInput,
    output=Answer,
    tokens=2_000,
    seconds=0.5,
)


@dataclass(kw_only=True)
class AnalystAgent(Agent):
    """Code is written, by rules or a model, and run where it can read copies of three tables and nothing else."""

    agent_id: str = "analyst"
    name: str = "Analyst"
    capabilities: Sequence[Capability | str] = (ASK,)
    limits: Limits = field(default_factory=lambda: Limits(timeout=300.0, concurrency=4))
    asking: AskSql
    running: RunSql
    data: Callable[[], StoredData]  # for one question
    clock: Clock = utc_now

    async def execute(self, task: Task) -> Made:
        if task.capability != ASK.name:
            raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")
        asked = AskInput.model_validate(task.parameters)
        query = await self._query(asked)
        if isinstance(query, NotRecorded):
            return _record(Answer(question=asked.question, text=query.text))
        data = self.data()
        rows = await self.running.run(query.sql, data)
        return _record(_answer(asked, query, rows, data.left_out))

    async def _query(self, asked: AskInput) -> Query | NotRecorded:
        if asked.sql and asked.sql.strip():
            return Query(asked.sql)
        if not (asked.question and asked.question.strip()):
            raise Mistakes([Mistake("question", "What is the question? Give `question`, or `sql`.")])
        return await self.asking.sql_for(asked.question, self.clock())


def _answer(asked: AskInput, query: Query, rows: Rows, left_out: Sequence[str]) -> Answer:
    parts = (told(rows), query.note, *left_out)
    return Answer(
        question=asked.question,
        sql=query.sql,
        columns=rows.columns,
        rows=rows.rows,
        more=rows.more,
        text="\n".join(part for part in parts if part),
    )


def _record(answer: Answer) -> Sourced:
    return Sourced(answer.model_dump(mode="json"), SOURCE)
