"""The analyst's sandbox: one SELECT over three tables, and nothing else, however it is asked."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from memory.errors import Invalid, Refused, TooLarge
from memory.json_values import JsonObject
from tools.analysis.running import DuckDbSql, Rows, SqlLimits
from tools.analysis.tables import TABLES
from tools.analysis.telling import told

LEADS: list[JsonObject] = [
    {
        "lead_id": "a",
        "number": 1,
        "company": "Kegel",
        "country_code": "de",
        "employees": 80,
        "extra": {"t": "A"},
    },
    {"lead_id": "b", "number": 2, "company": "O'Brien", "country_code": "de", "extra": {}},
    {"lead_id": "c", "number": 3, "company": "Reef 'é' 🌊", "country_code": "fr", "employees": 8},
]
SMALL = DuckDbSql(SqlLimits(seconds=1.0, process_memory=700_000_000, memory=100_000_000))


@dataclass
class Given:
    """Rows of the tables, and which tables were asked for."""

    tables: dict[str, list[JsonObject]] = field(default_factory=lambda: {"leads": LEADS})
    asked: list[str] = field(default_factory=list)

    async def rows(self, table: str) -> AsyncIterator[Sequence[JsonObject]]:
        self.asked.append(table)
        yield self.tables.get(table, [])


async def run(sql: str, runner: DuckDbSql = SMALL, data: Given | None = None) -> Rows:
    return await runner.run(sql, data or Given())


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) AS n FROM leads", [(3,)]),
        ("select country_code, count(*) from leads group by 1 order by 2 desc", [("de", 2), ("fr", 1)]),
        ("SELECT company FROM leads WHERE employees IS NULL", [("O'Brien",)]),
        ("SELECT extra->>'t' FROM leads WHERE lead_id = 'a'", [("A",)]),
        ('SELECT "company" FROM "leads" WHERE number = 3 -- the last; one', [("Reef 'é' 🌊",)]),
        ("/* ; */ WITH big AS (SELECT * FROM leads WHERE employees > 9) SELECT count(*) FROM BIG;", [(1,)]),
        ("FROM leads SELECT max(employees)", [(80,)]),
        ("SELECT ';'", [(";",)]),
        (
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t WHERE n<5) SELECT max(n) FROM t",
            [(5,)],
        ),
        ("SELECT regexp_matches(repeat('a', 100000), '(a*)*(a*)*b')", [(False,)]),
    ],
    ids=str,
)
async def test_a_select_over_the_tables_is_answered(sql: str, rows: list[Any]) -> None:
    found = await run(sql)
    assert (list(found.rows), found.more) == (rows, False)


FORBIDDEN = """
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM '/etc/passwd'
SELECT * FROM "/etc/passwd"
FROM read_text('/proc/self/environ')
SELECT * FROM glob('/*')
SELECT * FROM 'https://evil.example/x.csv'
SELECT * FROM sqlite_scan('x', 'y')
COPY leads TO '/tmp/x.csv'
COPY (SELECT 1) TO '/tmp/x'
ATTACH '/tmp/x.db'
INSTALL httpfs
LOAD httpfs
SET memory_limit='9GB'
SET enable_external_access=true
RESET memory_limit
PRAGMA version
PRAGMA memory_limit='9GB'
CALL pragma_version()
SELECT 1; SELECT 2
SELECT 1; COPY leads TO '/tmp/x'
;
-- nothing
INSERT INTO leads VALUES ('x')
DROP TABLE leads
CREATE MACRO m() AS 1
EXPORT DATABASE '/tmp/x'
IMPORT DATABASE '/etc'
CHECKPOINT
USE memory
BEGIN
EXPLAIN ANALYZE SELECT 1
DESCRIBE leads
SUMMARIZE leads
PREPARE p AS SELECT 1
SELECT ?
SELECT $name
PIVOT leads ON country_code USING count(*)
SELECT * FROM duckdb_settings()
SELECT * FROM information_schema.tables
SELECT * FROM query('SELECT 1')
SELECT * FROM query_table('leads')
SELECT * FROM memory.main.leads
SELECT * FROM asked
WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x
SELECT * FROM leads WHERE company IN (SELECT content FROM read_text('/etc/passwd'))
"""


@pytest.mark.parametrize("sql", FORBIDDEN.strip().splitlines(), ids=str)
async def test_whatever_else_it_is_it_is_not_run(sql: str) -> None:
    data = Given()
    with pytest.raises((Refused, Invalid)) as refusal:
        await run(sql, data=data)
    said = str(refusal.value)
    assert said.endswith(".")
    assert "root:" not in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "sql",
    [
        *("SELECT getenv('HOME')", "SELECT no_such FROM leads", "SELEC 1", "SELECT CAST('x' AS INT)"),
        *("SELECT read_text('/etc/passwd')", "SELECT \0", "SELECT '\ud800'", f"SELECT {'1+' * 9_000}1"),
        f"SELECT {'(' * 4_000}1{')' * 4_000} +",
    ],
    ids=lambda sql: ascii(sql)[:40],
)
async def test_what_is_wrong_is_told_in_a_sentence(sql: str) -> None:
    with pytest.raises(Invalid, match=r"^sql: .*\.$"):
        await run(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b",
        "SELECT count(*) FROM range(1000000000) a, range(1000000000) b",
        "SELECT repeat('x', 1000000000)",
        "SELECT repeat(repeat('x', 100000), 100000)",
        "SELECT string_agg(repeat('x', 1000)) FROM range(10000000)",
        f"SELECT {', '.join(f'{n} AS c{n}' for n in range(200))}",
    ],
    ids=lambda sql: str(sql)[:60],
)
async def test_what_takes_too_much_is_ended_and_said_so(sql: str) -> None:
    with pytest.raises(TooLarge, match=r"too large|too long|more memory"):
        await run(sql)


async def test_rows_and_cells_have_limits_and_say_that_there_is_more() -> None:
    few = DuckDbSql(SqlLimits(rows=10))
    found = await run("SELECT range AS n FROM range(100000000000)", few)
    assert (len(found.rows), found.more) == (10, True)
    found = await run("SELECT repeat('x', 5000) AS x FROM range(4)", few)
    assert [len(str(row[0])) for row in found.rows] == [2002] * 4
    found = await run("SELECT repeat('x', 2000) AS x FROM range(5000)", DuckDbSql(SqlLimits(rows=5_000)))
    assert (len(found.rows), found.more) == (500, True)
    with pytest.raises(TooLarge, match="longer"):
        await run(f"SELECT '{'x' * 30_000}'")


async def test_every_kind_of_value_is_json() -> None:
    values = "'nan'::DOUBLE, 2::HUGEINT ** 100, DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05', [1, NULL]"
    found = await run(
        f"SELECT {values}, true, NULL, '\\xAA'::BLOB, 1.50::DECIMAL(5, 2), {{'a': 'b'}}, INTERVAL 3 DAY"
    )
    row = found.rows[0]
    assert row[:4] == ("nan", 2.0**100, "2026-01-02", "2026-01-02T03:04:05")
    assert row[4:10] == ("[1, None]", True, None, "aa", "1.50", "{'a': 'b'}")


async def test_only_the_tables_that_are_spoken_of_are_read() -> None:
    data = Given()
    await run("SELECT count(*) FROM leads", data=data)
    assert data.asked == ["leads"]
    data = Given()
    with pytest.raises(Refused):
        await run("DROP TABLE results", data=data)
    await run("SELECT count(*) FROM leads JOIN results USING (lead_id), interactions", data=data)
    assert data.asked[-3:] == list(TABLES)


async def test_the_process_knows_nothing_of_ours_and_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    long = DuckDbSql(SqlLimits(seconds=60.0))
    task = asyncio.create_task(run("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b", long))
    while not (children := _children()):  # noqa: ASYNC110 - it is not ours to say when it begins
        await asyncio.sleep(0.02)
    (child,) = children
    assert Path(f"/proc/{child}/environ").read_bytes() == b""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _children() == set()


def _children() -> set[int]:
    """The programs for a question that this process has started and that still are."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                runs = b"duckdb_process" in (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if runs and parent == os.getpid():
                found.add(int(folder.name))
    return found


async def test_a_store_that_fails_on_the_way_is_the_error_and_leaves_no_process() -> None:
    class Failing(Given):
        async def rows(self, table: str) -> AsyncIterator[Sequence[JsonObject]]:
            yield LEADS
            raise Invalid("The store cannot be read.")

    with pytest.raises(Invalid, match="store cannot be read"):
        await run("SELECT count(*) FROM leads", data=Failing())
    assert _children() == set()


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (Rows(columns=("leads",), rows=((3,),)), "leads: 3"),
        (Rows(columns=("country", "leads"), rows=(("Italy", 2), (None, 1))), "Italy: 2\nunknown: 1"),
        (Rows(columns=("company", "score", "why"), rows=(("Acme", 90, None),)), "Acme, score 90"),
        (Rows(columns=("x",), rows=()), "Nothing was found."),
    ],
)
def test_rows_are_read_out_in_a_few_lines(rows: Rows, text: str) -> None:
    assert told(rows) == text


def test_many_rows_are_cut_and_counted() -> None:
    rows = Rows(columns=("a", "b", "c"), rows=tuple((n, "x", "y") for n in range(30)))
    assert told(rows).endswith("… 30 rows in all.")
    assert told(rows.model_copy(update={"more": True})).endswith("there are more.")
