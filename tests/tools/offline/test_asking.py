"""Questions by rules: each kind of question people ask becomes SQL, and what is none is refused."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.errors import Invalid
from memory.json_values import JsonObject
from tools.analysis.asking import NotRecorded, Query
from tools.analysis.running import DuckDbSql
from tools.offline.asking import OfflineSql

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
ASK = OfflineSql()


async def sql(question: str) -> str:
    found = await ASK.sql_for(question, NOON)
    assert isinstance(found, Query), found
    return found.sql


class Nothing:
    """Tables that are empty: what is asked is whether the SQL can be run at all."""

    async def rows(self, table: str) -> AsyncIterator[Sequence[JsonObject]]:
        if table == "":
            yield []


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How many leads do we have?", ["SELECT count(*) AS leads FROM leads l"]),
        ("leads per industry", ["l.industry AS industry, count(*)", "GROUP BY 1 ORDER BY 2 DESC"]),
        ("show me all leads from Germany", ["l.country_code IN ('de')"]),
        ("Wie viele Leads haben wir aus Österreich?", ["count(*)", "IN ('at')"]),
        ("leads in the UK and France with 20 to 500 employees", ["IN ('fr', 'gb')", "BETWEEN 20 AND 500"]),
        ("How many CTOs are in the list?", ["count(*)", r"\b(cto|chief technology officer"]),
        ("who are the heads of sales in DACH?", ["IN ('at', 'ch', 'de')", r"\b(head)", r"\b(sale)"]),
        ("latest 3 leads", ["ORDER BY l.number DESC LIMIT 3"]),
        ("top five leads by score", ["r.score DESC NULLS LAST LIMIT 5"]),
        ("Which companies are the largest?", ["ORDER BY l.employees DESC NULLS LAST"]),
        ("leads without a website", ["l.website IS NULL"]),
        ("Which leads are still unread?", ["LEFT JOIN results r", "r.lead_id IS NULL"]),
        ("How many leads are qualified per country?", ["r.verdict = 'qualified'", "l.country AS country"]),
        ("list all leads that were disqualified and why", ["r.verdict = 'not_qualified'", "r.why"]),
        ("Combien de leads sont qualifiés ?", ["count(*)", "r.verdict = 'qualified'"]),
        ("How many leads scored above 80?", ["count(*)", "r.score > 80"]),
        ("average score of leads in fintech", ["avg(r.score)", r"\b(fintech)"]),
        ("count leads by status", ["r.status AS status, count(*)"]),
        ("Show me the drafts waiting for my approval", ["r.subject", "r.status = 'awaiting_approval'"]),
        ("Zeig mir alle offenen Entwürfe", ["r.subject", "r.status = 'awaiting_approval'"]),
        ("Which drafts are approved but not sent", ["r.status <> 'sent'", "r.status = 'approved'"]),
        ("Export the qualified leads with their evidence to CSV", ["r.evidence", "r.verdict = 'qualified'"]),
        ("Why was Nexalume rejected?", ["r.why", r"\b(nexalume)"]),
        ("How much did the last run cost?", ["sum(r.usd)", "r.run_number = 1"]),
        ("what did the model cost us in October", ["'2026-10-01 00:00:00'", "'2026-11-01 00:00:00'"]),
        ("What's the status of the last run?", ["r.status", "r.run_number = 1", "GROUP BY"]),
        ("Give me a weekly summary: sent, replies, meetings", ["UNION ALL", "'2026-11-20 00:00:00'"]),
        ("How many emails bounced yesterday?", ["count(*)", "i.outcome = 'bounced'", "'2026-11-25 00:00:00'"]),
        ("How many replies did we get last month?", ["i.kind = 'mail_received'", "'2026-10-01 00:00:00'"]),
        ("What did people answer this week?", ["i.text", "i.kind = 'mail_received'", "'2026-11-23 00:00:00'"]),
        ("Which industry answers best?", ["l.industry AS industry, count(*)", "i.kind = 'mail_received'"]),
        ("what happened with Acme so far", ["FROM interactions i", r"\b(acme)"]),
        ("who hasn't answered yet?", ["HAVING count(*) FILTER (i.kind = 'mail_sent') > 0"]),
        ("Compare the two campaigns", ["GROUP BY i.campaign, i.kind, i.outcome"]),
        ("how many interactions per month", ["date_trunc('month', i.at)", "ORDER BY 1 DESC"]),
        ("Show all leads that scored between 60 and 80", ["r.score BETWEEN 60 AND 80"]),
        ("How many pages did we read in total?", ["sum(r.pages) AS pages", "FROM results r"]),
        ("What was the average cost per lead?", ["avg(r.usd)"]),
        ("Which run was the most expensive?", ["ORDER BY sum(r.usd) DESC"]),
        ("Which leads have no industry?", ["l.industry IS NULL"]),
        ("How many drafts failed the proof check?", ["count(*)", "r.status = 'drafted'"]),
        ("What is the best lead?", ["ORDER BY r.score DESC NULLS LAST LIMIT 1"]),
        ("top 3 industries by number of leads", ["l.industry AS industry, count(*)", "LIMIT 3"]),
        ("Which leads have I not contacted yet?", ["NOT EXISTS", "'mail_sent'"]),
        ("How many people said no?", ["count(*)", "i.outcome = 'refused'"]),
        ("Welche Leads kommen aus der Schweiz?", ["l.country_code IN ('ch')"]),
        ("Give me the emails of all qualified leads", ["r.email", "r.verdict = 'qualified'"]),
        ("Which leads failed in the last run?", ["r.email", "r.run_number = 1", "r.status = 'failed'"]),
        ("How long do runs take?", ["sum(r.seconds)", "GROUP BY r.run"]),
        ("Give me a list of all campaigns", ["GROUP BY i.campaign"]),
        ("List all leads without a draft", ["FROM leads l", "r.subject IS NULL"]),
        ("Which country has the most leads?", ["l.country AS country, count(*)", "ORDER BY 2 DESC"]),
        ("Show me this month's numbers", ["UNION ALL", "'2026-11-01 00:00:00'"]),
        ("What did Tom write?", ["FROM interactions i", r"\b(tom)"]),
        ("interactions of the last 2 weeks", ["'2026-11-12 12:00:00'"]),
    ],
)  # fmt: skip
async def test_a_question_becomes_the_sql_that_it_means(question: str, parts: list[str]) -> None:
    made = await sql(question)
    assert [part for part in parts if part not in made] == [], made


@pytest.mark.parametrize(
    "question",
    [
        "what is our reply rate",
        "Compare reply rates of the two subject lines",
        "Nudge: how many opened the mail?",
        "Which leads were imported yesterday?",
    ],
)
async def test_what_is_recorded_nowhere_is_said_to_be_so(question: str) -> None:
    found = await ASK.sql_for(question, NOON)
    assert isinstance(found, NotRecorded)
    assert "recorded" in found.text


async def test_an_answer_about_mail_says_that_none_is_sent_yet() -> None:
    found = await ASK.sql_for("How many emails bounced yesterday and why?", NOON)
    assert isinstance(found, Query)
    assert "sends no mail" in found.note


@pytest.mark.parametrize(
    "question",
    [
        *("What is the capital of France?", "tell me a joke", "", "?", "drop it", "a" * 2_000),
        *("How many leads without an email?", "leads that are not in Germany", "leads except those in France"),
        "Which leads are in both runs?",
        "How do I bake a cake with leads from my grandmother's kitchen garden",
    ],
)
async def test_what_is_not_understood_is_refused_with_what_can_be_asked(question: str) -> None:
    with pytest.raises(Invalid, match=r"not understood.*Ask how many leads"):
        await sql(question)


@pytest.mark.parametrize("name", ["O'Brien", "x'); DROP TABLE leads; --", "a\\", "(((", "%_", "[a-z]{99999}"])
async def test_a_name_enters_the_sql_as_a_literal_alone(name: str) -> None:
    found = await ASK.sql_for(f"leads from {name}", NOON)
    assert isinstance(found, Query)
    assert (await DuckDbSql().run(found.sql, Nothing())).rows == ()


async def test_all_kinds_of_sql_can_be_run() -> None:
    questions = [
        "weekly report please",
        "average company size per industry",
        "who hasn't answered yet?",
        "cost per run",
        "number of drafts per country",
        "how many replies per campaign",
        "How many leads per company size?",
        "top 10 leads by score",
    ]
    made = [await sql(question) for question in questions]
    together = " UNION ALL ".join(f"(SELECT count(*) FROM ({one}))" for one in made)
    assert len((await DuckDbSql().run(together, Nothing())).rows) == len(questions)


SAID = (
    "how many leads drafts replies in Germany per industry country best top 5 last run cost qualified not "
    "yesterday this week acme with more than 50 employees by score status and the of '"
)
WORDS = st.sampled_from(SAID.split(" "))


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=80))
async def test_no_question_is_too_odd(question: str) -> None:
    try:
        found = await ASK.sql_for(question, NOON)
    except Invalid:
        return
    assert isinstance(found, NotRecorded) or found.sql.startswith("SELECT ")
