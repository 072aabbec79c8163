"""`runs.jsonl`: what is in it stays readable, whatever happens while it is written."""

import asyncio
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.errors import Invalid, NotFound, Unavailable
from memory.records import Claim, Cost, Draft, Fact, Lead, Qualification, Result
from memory.results import Results

REPOSITORY = Path(__file__).parents[2]


def result_for(name: str, *, status: str = "awaiting_approval", text: str = "") -> Result:
    return Result.model_validate(
        {
            "run_id": "r1",
            "engine": "offline",
            "lead": {"email": f"{name}@acme.example", "note": text},
            "status": status,
        }
    )


def names(results: Results) -> list[str]:
    return [result.lead.email.partition("@")[0] for result in results.latest()]


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "runs.jsonl")


async def test_what_is_appended_is_read_back(results: Results) -> None:
    await results.append(result_for("ann"))
    assert list(results.latest()) == [result_for("ann")]


async def test_the_last_line_of_a_lead_wins_at_the_place_of_its_first(results: Results) -> None:
    for name, status in [("ann", "awaiting_approval"), ("bob", "failed"), ("ann", "approved")]:
        await results.append(result_for(name, status=status))
    assert [(r.lead.email, r.status) for r in results.latest()] == [
        ("ann@acme.example", "approved"),
        ("bob@acme.example", "failed"),
    ]


async def test_finished_names_each_lead_with_its_status(results: Results) -> None:
    assert results.finished() == {}
    await results.append(result_for("ann", status="sent"))
    assert results.finished() == {result_for("ann").lead.lead_id: "sent"}


def test_a_file_that_is_not_there_is_named(results: Results) -> None:
    with pytest.raises(NotFound, match=r"runs\.jsonl"):
        results.index()


@pytest.mark.parametrize("keep", [1, 20, -1])
async def test_a_torn_last_line_is_skipped_and_the_next_append_starts_afresh(results: Results, keep: int) -> None:
    await results.append(result_for("ann"))
    whole = results.path.read_bytes()
    results.path.write_bytes(whole + whole.replace(b"ann", b"bob")[: keep if keep > 0 else -3])
    assert names(results) == ["ann"]
    assert results.index().unreadable == (2,)
    await results.append(result_for("cat"))
    assert names(results) == ["ann", "cat"]
    assert results.index().unreadable == ()


async def test_a_whole_last_line_without_its_newline_is_kept(results: Results) -> None:
    await results.append(result_for("ann"))
    results.path.write_bytes(results.path.read_bytes().rstrip(b"\n"))
    await results.append(result_for("bob"))
    assert names(results) == ["ann", "bob"]


async def test_a_torn_line_longer_than_any_block_is_cut_away(results: Results) -> None:
    await results.append(result_for("ann"))
    with results.path.open("ab") as file:
        file.write(b'{"version": 1, "run_id": "' + b"x" * 300_000)
    await results.append(result_for("bob"))
    assert names(results) == ["ann", "bob"]


async def test_lines_that_are_no_result_are_named_and_the_others_read(results: Results) -> None:
    await results.append(result_for("ann"))
    with results.path.open("ab") as file:
        file.write(b'not json\n\n{"version": 1}\n\xff\xfe\n' + b"[" * 100_000 + b"\n")
    await results.append(result_for("bob"))
    assert names(results) == ["ann", "bob"]
    assert results.index().unreadable == (2, 3, 4, 5, 6)


async def test_a_line_beyond_the_limit_is_skipped_without_being_held(results: Results) -> None:
    with results.path.open("wb") as file:
        for _ in range(40):
            file.write(b"x" * 1024 * 1024)
        file.write(b"\n")
    await results.append(result_for("ann"))
    tracemalloc.start()
    assert names(results) == ["ann"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024


async def test_many_appends_at_once_leave_whole_lines(results: Results) -> None:
    wanted = [result_for(f"lead{n}", text="é" * 5_000) for n in range(60)]
    await asyncio.gather(*(results.append(result) for result in wanted))
    assert sorted(names(results)) == sorted(f"lead{n}" for n in range(60))
    assert results.index().unreadable == ()


APPENDER = """
import asyncio, sys
from pathlib import Path
from memory.records import Result
from memory.results import Results

async def main():
    for n in range(25):
        await Results(Path(sys.argv[1])).append(Result.model_validate({
            "run_id": "r", "engine": "offline", "status": "failed",
            "lead": {"email": f"{sys.argv[2]}{n}@acme.example", "note": "x" * 20_000}}))

asyncio.run(main())
"""


def run_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_processes_that_append_at_once_do_not_mix_their_lines(results: Results) -> None:
    writers = [run_python(APPENDER, str(results.path), name) for name in ("ann", "bob")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(names(results)) == 50
    assert results.index().unreadable == ()


FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from memory.errors import Unavailable
from memory.records import Result
from memory.results import Results

path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, resource.RLIM_INFINITY))
try:
    asyncio.run(Results(path).append(Result.model_validate({
        "run_id": "r", "engine": "offline", "status": "failed", "lead": {"email": "bob@acme.example"}})))
except Unavailable as error:
    print(error)
"""


async def test_a_full_disk_is_one_sentence_and_leaves_no_half_line(results: Results) -> None:
    await results.append(result_for("ann"))
    before = results.path.read_bytes()
    said = run_python(FULL_DISK, str(results.path)).communicate(timeout=60)[0]
    assert "could not be written" in said
    assert "Make space" in said
    assert results.path.read_bytes() == before
    await results.append(result_for("bob"))
    assert names(results) == ["ann", "bob"]


async def test_a_device_without_space_is_one_sentence() -> None:
    with pytest.raises(Unavailable, match="No space left"):
        await Results(Path("/dev/full")).append(result_for("ann"))


async def test_a_result_that_no_one_could_read_back_is_refused(results: Results) -> None:
    with pytest.raises(Invalid, match="larger than 16 MB"):
        await results.append(result_for("ann", text="x" * 17_000_000))
    assert results.finished() == {}


async def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        await Results(tmp_path / "gone" / "runs.jsonl").append(result_for("ann"))


async def test_each_line_is_plain_json_with_the_text_as_written(results: Results) -> None:
    await results.append(result_for("ann", text="Grüße\u2028\x00 \ud800"))
    (line,) = results.path.read_text("utf-8").split("\n")[:-1]
    assert json.loads(line)["lead"]["note"] == "Grüße\u2028\x00 ?"
    assert "Grüße" in line


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
offsets = st.integers(min_value=-5, max_value=10**6)
facts = st.builds(Fact, id=texts, snapshot_id=texts, start=offsets, end=offsets, quote=texts)
drafts = st.builds(
    Draft,
    subject=texts,
    body=texts,
    sha256=texts,
    claims=st.lists(st.builds(Claim, start=offsets, end=offsets), max_size=3).map(tuple),
)
any_result = st.builds(
    Result,
    run_id=texts,
    engine=texts,
    status=st.sampled_from(["skipped", "drafted", "awaiting_approval", "approved", "sent", "failed"]),
    lead=st.builds(Lead, email=st.emails(), company=texts, extra=st.dictionaries(texts, texts, max_size=3)),
    facts=st.lists(facts, max_size=3).map(tuple),
    qualification=st.none() | st.builds(Qualification, score=st.integers(0, 100)),
    draft=st.none() | drafts,
    cost=st.builds(Cost, usd=st.floats(0, 100), seconds=st.floats(0, 100)),
    error=st.none() | texts,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_result, max_size=4))
def test_any_results_come_back_as_they_were(tmp_path: Path, wanted: list[Result]) -> None:
    path = tmp_path / "any.jsonl"
    path.unlink(missing_ok=True)
    path.touch()
    results = Results(path)

    async def append_all() -> None:
        for result in wanted:
            await results.append(result)

    asyncio.run(append_all())
    assert list(results.latest()) == list({result.lead.lead_id: result for result in wanted}.values())
