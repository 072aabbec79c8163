"""What runs found, as rows: the latest of each lead, and nothing that cannot be read."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from memory.records import CriterionResult, Draft, Lead, Qualification, Result, Standing
from memory.result_rows import ResultRows
from memory.results import Results
from memory.run_places import RunPlaces

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def result(name: str, **given: Any) -> Result:
    lead = Lead(email=f"{name}@acme.example", company="Acme")
    return Result(**({"run_id": "x", "engine": "offline", "lead": lead, "status": "skipped"} | given))


async def run(redis: Redis, folder: Path, *results: Result, at: datetime = NOON) -> None:
    folder.mkdir(exist_ok=True)
    for one in results:
        await Results(folder / "runs.jsonl").append(one)
    await RunPlaces(redis).add(folder, at)


async def test_the_last_line_of_the_latest_run_counts_for_each_lead(redis_client: Redis, tmp_path: Path) -> None:
    await run(redis_client, tmp_path / "old", result("ada", status="failed"), at=NOON - timedelta(days=1))
    await run(redis_client, tmp_path / "new", result("ada"), result("bo"), result("ada", status="approved"))
    found = await ResultRows(RunPlaces(redis_client)).found()
    assert [(row.email[:2], row.status, row.run, row.run_number) for row in found.rows] == [
        ("ad", "approved", "new", 1),
        ("bo", "skipped", "new", 1),
        ("ad", "failed", "old", 2),
    ]
    assert {row.run for row in found.latest.values()} == {"new"}
    assert not found.left_out


async def test_a_row_says_why(redis_client: Redis, tmp_path: Path) -> None:
    criteria = (
        CriterionResult(id="size", basis="rule", verdict="no", why="employees = 3"),
        CriterionResult(id="own", basis="question", verdict="yes"),
    )
    verdict = Qualification(status="not_qualified", score=20, criteria=criteria, at=NOON)
    draft = Draft.make(email="a@b.example", subject="Hello", body="Dear Ada")
    await run(redis_client, tmp_path / "a", result("ada", qualification=verdict, draft=draft))
    await run(redis_client, tmp_path / "a", result("bo", standing=Standing(stop="Said no.")))
    ada, bo = (await ResultRows(RunPlaces(redis_client)).found()).rows
    assert (ada.verdict, ada.score, ada.why, ada.subject, ada.judged_at) == (
        "not_qualified",
        20,
        "size: employees = 3",
        "Hello",
        NOON,
    )
    assert bo.why == "Said no."


async def test_what_cannot_be_read_is_passed_over(redis_client: Redis, tmp_path: Path) -> None:
    await run(redis_client, tmp_path / "torn", result("ada"))
    with (tmp_path / "torn" / "runs.jsonl").open("ab") as file:
        file.write(b'{"version": 1}\nnonsense\n\xff\xfe\n{"lead": {"lead_id": "x"')
    await RunPlaces(redis_client).add(tmp_path / "gone", NOON)
    assert len((await ResultRows(RunPlaces(redis_client)).found()).rows) == 1


async def test_a_file_that_changed_is_read_again_and_many_may_ask_at_once(
    redis_client: Redis, tmp_path: Path
) -> None:
    await run(redis_client, tmp_path / "a", result("ada"))
    rows = ResultRows(RunPlaces(redis_client))
    found = await asyncio.gather(*(rows.found() for _ in range(8)))
    assert {len(one.rows) for one in found} == {1}
    await run(redis_client, tmp_path / "a", result("bo"))
    assert len((await rows.found()).rows) == 2
    (tmp_path / "a" / "runs.jsonl").unlink()
    assert (await rows.found()).rows == ()


async def test_more_than_is_read_is_said(redis_client: Redis, tmp_path: Path) -> None:
    for number in range(3):
        at = NOON + timedelta(days=number)
        await run(redis_client, tmp_path / str(number), result("ada"), result("bo"), at=at)
    few = await ResultRows(RunPlaces(redis_client), folders=2).found()
    assert ([row.run for row in few.rows], few.left_out) == (["2", "2", "1", "1"], True)
    some = await ResultRows(RunPlaces(redis_client), most=3).found()
    assert ([row.run for row in some.rows], some.left_out) == (["2", "2", "1"], True)
