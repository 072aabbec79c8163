"""The analyst: a question, the SQL that answers it, its rows, and what they say - or why there is no answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from memory.errors import Invalid, Mistakes, Refused
from memory.indexed_interactions import IndexedInteractions
from memory.leads import Leads
from memory.records import Cost, Draft, Interaction, Lead, Qualification, Result
from memory.result_rows import ResultRows
from memory.run_places import RunPlaces
from nodes.agents.analyst import AnalystAgent
from nodes.agents.calling import Call, LocalCaller
from nodes.registry import AgentRegistry
from tools.analysis.asking import NotRecorded, Query
from tools.analysis.data import StoredData
from tools.analysis.running import DuckDbSql
from tools.offline.asking import OfflineSql

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KeepResults = Callable[..., Awaitable[Path]]
Said = Callable[..., Interaction]
ADA = Lead(email="ada@kegel.example", company="Kegel Gears", title="CTO", country="Germany", employees=80)
BO = Lead(email="bo@loop.example", company="Loop", country="DE", industry="Software", extra={"tier": "B"})
WAITING = "awaiting_approval"
CY = Lead(email="cy@reef.example", company="O'Reef", location="Paris, France")


def result(lead: Lead, score: int, status: Any, *, usd: float = 0.1) -> Result:
    draft = Draft.make(email=lead.email, subject=f"For {lead.company}", body="Hello.")
    verdict = Qualification(status="qualified" if score >= 60 else "not_qualified", score=score, at=NOON)
    cost = Cost(input_tokens=100, output_tokens=20, usd=usd, seconds=1.5, pages=3)
    return Result(
        run_id="x",
        engine="offline",
        lead=lead,
        qualification=verdict,
        status=status,
        draft=None if status == "skipped" else draft,
        cost=cost,
    )


class Rogue:
    """A model that writes whatever it likes."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    async def sql_for(self, question: str, now: datetime) -> Query | NotRecorded:
        return Query(self.sql, note=f"{question} {now}")


@pytest.fixture
async def analyst(
    redis_client: Redis, interactions: IndexedInteractions, keep_results: KeepResults, said: Said
) -> AnalystAgent:
    leads = Leads(redis_client)
    await leads.add([ADA, BO, CY])
    await keep_results("first", result(ADA, 20, "skipped", usd=1.0), at=NOON - timedelta(days=3))
    await keep_results("second", result(ADA, 90, "awaiting_approval"), result(BO, 40, "skipped"), at=NOON)
    await interactions.remember(
        [
            said(
                "No such mailbox.",
                "ada@kegel.example",
                kind="outcome",
                outcome="bounced",
                at="2026-11-25T08:00:00Z",
            ),
            said("Tell me more.", "bo@loop.example", kind="mail_received"),
        ]
    )
    results = ResultRows(RunPlaces(redis_client))
    return AnalystAgent(
        asking=OfflineSql(),
        running=DuckDbSql(),
        data=lambda: StoredData(leads, results, interactions),
        clock=lambda: NOON,
    )


async def ask(agent: AnalystAgent, **parameters: Any) -> dict[str, Any]:
    envelope = await LocalCaller(AgentRegistry([agent])).call(Call("ask", parameters, agent="analyst"))
    (record,) = envelope.records
    assert record.provenance.source == "leads, results, interactions"
    return dict(record.data)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many leads are there?", [[3]]),
        ("How many leads in Germany?", [[2]]),
        ("leads per country", [["DE", 1], ["Germany", 1], [None, 1]]),
        ("How many leads are qualified?", [[1]]),
        ("Show me the drafts waiting for my approval", [["Kegel Gears", ADA.email, "For Kegel Gears", WAITING]]),
        ("top 1 leads", [["Kegel Gears", ADA.email, WAITING, "qualified", 90]]),
        ("How many leads are unread?", [[1]]),
        ("How many emails bounced yesterday?", [[1]]),
        ("How many replies today?", [[1]]),
        ("How many leads at O'Reef?", [[1]]),
    ],
)  # fmt: skip
async def test_a_question_is_answered_from_the_stores(
    analyst: AnalystAgent, question: str, rows: list[Any]
) -> None:
    answer = await ask(analyst, question=question)
    assert sorted(answer["rows"], key=str) == sorted(rows, key=str)
    assert answer["sql"].startswith("SELECT ")
    assert (answer["question"], len(answer["columns"])) == (question, len(rows[0]))


async def test_the_last_run_is_told_from_the_one_before(analyst: AnalystAgent) -> None:
    answer = await ask(analyst, question="How much did the last run cost?")
    row = dict(zip(answer["columns"], answer["rows"][0], strict=True))
    assert (row["run"], row["leads"], row["usd"], row["pages"], row["seconds"]) == ("second", 2, 0.2, 6, 3.0)
    both = await ask(analyst, question="cost per run")
    assert [row[0] for row in both["rows"]] == ["second", "first"]


async def test_sql_can_be_given_and_sees_columns_of_the_list_itself(analyst: AnalystAgent) -> None:
    answer = await ask(
        analyst, sql="SELECT extra->>'tier' AS tier, number FROM leads WHERE extra->>'tier' IS NOT NULL"
    )
    assert (answer["rows"], answer["question"]) == ([["B", 2]], None)


async def test_what_is_recorded_nowhere_is_an_answer_without_sql(analyst: AnalystAgent) -> None:
    answer = await ask(analyst, question="What is our reply rate?")
    assert (answer["sql"], answer["rows"]) == (None, [])
    assert "recorded" in answer["text"]


async def test_an_answer_is_told_in_words_too(analyst: AnalystAgent) -> None:
    assert (await ask(analyst, question="How many leads do we have?"))["text"] == "leads: 3"
    bounced = await ask(analyst, question="How many emails bounced yesterday?")
    assert bounced["text"].startswith("interactions: 1\nZigral itself sends no mail")


async def test_more_than_is_looked_at_is_said(analyst: AnalystAgent) -> None:
    stored = analyst.data()
    await stored.leads.add([Lead(email=f"p{n}@many.example") for n in range(600)])
    analyst.data = lambda: StoredData(stored.leads, stored.results, stored.interactions, most_leads=500)
    answer = await ask(analyst, question="How many leads do we have?")
    assert answer["text"] == "leads: 500\nOnly the newest 500 leads are looked at."


@pytest.mark.parametrize("sql", ["DROP TABLE leads", "SELECT * FROM read_csv('/etc/passwd')", "SELECT 1; SELECT 2"])
async def test_what_a_model_writes_is_checked_like_anybodys(analyst: AnalystAgent, sql: str) -> None:
    analyst.asking = Rogue(sql)
    for parameters in ({"question": "How many?"}, {"sql": sql}):
        with pytest.raises(Refused, match="not run"):
            await ask(analyst, **parameters)


async def test_what_is_not_understood_is_refused(analyst: AnalystAgent) -> None:
    with pytest.raises(Invalid, match="not understood"):
        await ask(analyst, question="Tell me a joke")


@pytest.mark.parametrize("wrong", [{}, {"question": " "}, {"query": "x"}, {"question": 7}])
async def test_a_question_must_be_one(analyst: AnalystAgent, wrong: dict[str, Any]) -> None:
    with pytest.raises(Mistakes):
        await ask(analyst, **wrong)
