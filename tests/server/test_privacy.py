"""`zigral export` and `zigral erase`: a person planted everywhere, written down, and gone to the last byte."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from click.testing import Result as Outcome
from redis.asyncio import Redis
from typer.testing import CliRunner

from memory.contexts import Contexts
from memory.embedded import open_embedded
from memory.records import Interaction, Lead
from memory.run_records import NewRun
from memory.runs import Runs
from server.cli import app
from server.privacy.stores import DataStores, open_stores
from server.run_folder import hold
from server.settings import Settings

DEMO = Path(__file__).resolve().parents[2] / "demo"
ANNA, NAME = "anna.quast@quellwerk.example", "Anna Quast"
SECRET = "violoncello"  # a word of hers that nobody else says
LEADS = (
    "Email,First Name,Last Name,Company,Website,Note\n"
    f"{ANNA},Anna,Quast,Quellwerk,https://quellwerk.example,plays the {SECRET}\n"
    "joanna.quast@quellwerk.example,Joanna,Quast,Quellwerk,https://quellwerk.example,\n"
    "bo@andermatt.example,Bo,Ander,Andermatt,https://andermatt.example,\n"
    f"{ANNA}+,Anna,Quast,Quellwerk,,{SECRET}\n"
)
PAGES = {
    "https://quellwerk.example": "Quellwerk makes water pumps for breweries in its own factory in Kiel since 1961.",
    "https://andermatt.example": "Andermatt builds cable cars for small towns and keeps 140 of them running.",
}
T = TypeVar("T")


def zigral(base: Path, *arguments: str | Path) -> Outcome:
    env = {"ZIGRAL_DATA": str(base / "data"), "REDIS_URL": ""}
    return CliRunner().invoke(app, [*map(str, arguments)], env=env)


def run(base: Path, *more: str) -> Outcome:
    inputs = ("--icp", DEMO / "icp.toml", "--offer", DEMO / "offer.toml", "--web", base / "web")
    outcome = zigral(base, "run", base / "leads.csv", *inputs, "--out", base / "out", *more)
    assert outcome.exit_code == 0, outcome.output
    return outcome


def on_stores(base: Path, work: Callable[[DataStores], Coroutine[Any, Any, T]]) -> T:
    async def do() -> T:
        async with open_stores(Settings(data=base / "data")) as stores:
            return await work(stores)

    return asyncio.run(do())


def interaction(person: str, text: str, number: int) -> Interaction:
    return Interaction.model_validate(
        {
            "id": f"m{number}",
            "account": "quellwerk.example",
            "person": person,
            "person_name": NAME if person == ANNA else "",
            "kind": "note",
            "at": datetime(2026, 3, number, tzinfo=UTC),
            "text": text,
        }
    )


async def plant(stores: DataStores) -> None:
    """Her, beside others, in each store."""
    await stores.interactions.remember(
        [
            interaction(ANNA, f"Her {SECRET} is at the repair.", 1),
            interaction(ANNA, f"Asked for a price; {SECRET} again.", 2),
            interaction("bo@andermatt.example", "Bo likes cable cars.", 3),
        ]
    )
    await stores.interactions.catch_up()
    for owner in ("", "ada"):
        contexts = Contexts(stores.redis, owner)
        await contexts.create("plan", {"to": "Anna.Quast+x@Quellwerk.example"}, job_id="hers")
        await contexts.put("hers", "plan", {"now": "nobody"})
        await contexts.create("plan", {"to": "joanna.quast@quellwerk.example"}, job_id="joannas")
    await stores.stores.of("ada").aput(("people",), "a", {"email": ANNA, "plays": SECRET})
    await stores.stores.of("ada").aput(("people",), "b", {"email": "bo@andermatt.example"})
    await stores.redis.set("zigral:answer:0123456789abcdef:x", f'{{"dear": "{NAME}"}}')
    runs = Runs(stores.redis)
    for run_id, lead in (("r1", ANNA), ("r2", "bo@andermatt.example")):
        await runs.create(
            NewRun(
                run_id=run_id,
                thread_id=f"thread-{run_id}",
                owner="ada",
                assistant_id="a",
                graph_id="outreach",
                metadata={},
                kwargs={"input": {"lead": {"email": lead, "note": SECRET if lead == ANNA else ""}}},
                make_thread=True,
            )
        )


@pytest.fixture(scope="module")
def planted_once() -> Any:
    with TemporaryDirectory(prefix="zigral-") as name:
        base = Path(name) / "a"
        (base / "web").mkdir(parents=True)
        (base / "leads.csv").write_text(LEADS)
        urls = {}
        for number, (url, text) in enumerate(PAGES.items()):
            page = f"<html lang=en><title>{text.split()[0]}</title><body><main><p>{text}</p></main></body></html>"
            (base / "web" / f"{number}.html").write_text(page)
            urls[url] = f"{number}.html"
        (base / "web" / "index.json").write_text(json.dumps({"version": 1, "urls": urls, "pages": {}}))
        assert zigral(base, "import", base / "leads.csv").exit_code == 0
        run(base)
        on_stores(base, plant)
        (base / "data" / "logs").mkdir(exist_ok=True)
        with (base / "data" / "logs" / "zigral.log").open("a") as log:
            log.write(f"2026-03-01T12:00:00.000Z | INFO | x | wrote to {ANNA}, that is {NAME}.\n")
        yield base


@pytest.fixture
def base(planted_once: Path) -> Any:
    """A copy of the data folder and the run's, to be changed."""
    with TemporaryDirectory(prefix="zigral-") as name:
        copy = Path(name) / "b"
        subprocess.run(["cp", "-a", "--sparse=always", planted_once, copy], check=True)
        on_stores(copy, lambda stores: _moved(stores.redis, planted_once / "out", copy / "out"))
        yield copy


async def _moved(redis: Redis, old: Path, new: Path) -> None:
    await redis.zrem("zigral:run-folders", str(old.resolve()))
    await redis.zadd("zigral:run-folders", {str(new.resolve()): 1})


def erase(base: Path, *more: str, person: str = ANNA) -> dict[str, Any]:
    outcome = zigral(base, "erase", person, "--yes", "--json", *more)
    assert outcome.exit_code == 0, outcome.output
    report: dict[str, Any] = json.loads(outcome.stdout)
    return report


def holding(base: Path, pattern: str) -> list[str]:
    """Files whose bytes or names hold what the pattern says, in any case."""
    grep = ["grep", "-raliP", "-e", pattern, "data", "out"]
    found = subprocess.run(grep, cwd=base, capture_output=True, text=True, check=False).stdout.splitlines()
    return [*found, *(str(path) for path in base.rglob("*") if re.search(pattern, path.name))]


HER_NAME = r"(?<!jo)anna quast"
HERS = rf"(?<!jo)anna\.quast(\+\w*)?@|{HER_NAME}|{SECRET}|{Lead(email=ANNA).lead_id}"


def test_before_it_is_erased_she_is_everywhere(base: Path) -> None:
    places = " ".join(holding(base, HERS))
    for place in (
        "data/redis",
        "data/interactions",
        "data/logs",
        "data/imports",
        "out/runs.jsonl",
        "out/leads.csv",
    ):
        assert place in places


def test_an_export_holds_all_of_hers_and_nothing_of_others(base: Path) -> None:
    outcome = zigral(base, "export", f"Anna Q <{ANNA.upper()}>")
    assert outcome.exit_code == 0, outcome.output
    document = json.loads(outcome.stdout)
    assert document["person"] == ANNA
    assert NAME in document["names"]
    assert [lead["email"] for lead in document["leads"]] == [ANNA]
    assert len(document["interactions"]) == 2
    assert len(document["contexts"]) == 2
    assert [len(context["versions"]) for context in document["contexts"]] == [2, 2]
    assert len(document["threads"]) == 2
    assert any(thread["checkpoints"] for thread in document["threads"])
    assert {stored["kind"] for stored in document["stored"]} == {"item", "answer"}
    (run_there,) = document["runs"]
    assert [result["lead"]["email"] for result in run_there["results"]] == [ANNA]
    assert "bo@andermatt" not in outcome.stdout
    assert "joanna" not in outcome.stdout


def test_an_export_goes_to_a_file_that_others_cannot_read(base: Path) -> None:
    out = base / "anna.json"
    outcome = zigral(base, "export", ANNA, "--out", out)
    assert (outcome.exit_code, out.stat().st_mode & 0o077) == (0, 0)
    assert "2 interactions" in outcome.stdout
    assert json.loads(out.read_text())["interactions"]
    nobody = zigral(base, "export", "nobody@nowhere.example", "--out", out)
    assert (nobody.exit_code, nobody.stdout.partition(":")[0]) == (
        0,
        "Nothing is held about nobody@nowhere.example",
    )


def test_after_it_is_erased_no_byte_of_her_is_left_and_none_comes_back_and_the_others_are(base: Path) -> None:
    report = erase(base)
    assert (report["left"], report["mentions"], report["log_rewritten"]) == ([], [], True)
    assert holding(base, HERS) == []
    assert (report["erased"]["interactions"], report["erased"]["results"]) == (2, 1)
    rest = " ".join(holding(base, r"joanna\.quast@|bo@andermatt|cable cars"))
    for place in ("data/redis", "out/runs.jsonl", "out/leads.csv"):
        assert place in rest

    async def others(stores: DataStores) -> list[object]:
        contexts = [context.job_id for context in (await Contexts(stores.redis, "ada").page()).items]
        recalled = await stores.interactions.recall("cable cars")
        items = await stores.stores.of("ada").asearch(("people",))
        threads = await stores.redis.exists("{zigral}:thread:thread-r2", "{zigral}:thread:thread-r1")
        return [
            contexts,
            recalled[0].interaction.person,
            [item.key for item in items],
            threads,
            await stores.leads.count(),
        ]

    assert on_stores(base, others) == [["joannas"], "bo@andermatt.example", ["b"], 1, 2]

    imported = json.loads(zigral(base, "import", base / "leads.csv", "--json").stdout)
    assert (imported["rejected"], imported["accepted"], imported["duplicate"]) == (2, 0, 2)
    assert json.loads(run(base, "--json").stdout)["rejected"] == 2
    assert "suppressed" in (base / "out" / "rejected.csv").read_text()
    assert holding(base, HERS) == []
    told = interaction(ANNA, f"Told of the {SECRET} again.", 7).model_dump(mode="json")
    others_note = interaction("bo@andermatt.example", "Bo called.", 8).model_dump(mode="json")
    (base / "told.jsonl").write_text(f"{json.dumps(told)}\n{json.dumps(others_note)}\n")
    kept = json.loads(zigral(base, "memory", "import", base / "told.jsonl", "--json").stdout)
    assert (kept["accepted"], kept["rejected"]) == (1, 1)
    assert "suppression list" in kept["rejected_lines"][0]["reason"]
    assert holding(base, HERS) == []
    document = json.loads(zigral(base, "export", ANNA).stdout)
    assert document["suppressed"] == "erased"
    assert [document[name] for name in ("leads", "interactions", "threads", "contexts", "stored")] == [[]] * 5
    assert erase(base)["erased"].items() >= {"interactions": 0}.items()


def test_others_texts_are_shown_and_left_unless_they_shall_go_too(base: Path) -> None:
    async def mention(stores: DataStores) -> None:
        await stores.interactions.remember([interaction("bo@andermatt.example", f"Bo says {NAME} said no.", 9)])
        await Contexts(stores.redis, "ada").create("plan", {"ask": f"{NAME} first"}, job_id="names-her")

    on_stores(base, mention)
    outcome = zigral(base, "erase", ANNA, "--yes")
    assert outcome.exit_code == 0, outcome.output
    assert f"Bo says {NAME} said no." in outcome.stdout
    assert "context names-her" in outcome.stdout
    assert holding(base, HER_NAME)
    report = erase(base, "--include-mentions", person=f"{NAME} <{ANNA}>")
    assert (report["left"], report["mentions"]) == ([], [])
    assert holding(base, HERS) == []


def test_an_erasure_that_was_stopped_goes_on_to_the_same_end_also_in_a_folder_that_was_moved(base: Path) -> None:
    """Stopped where it stops by itself: another process is at work in the run's folder."""
    with hold(base / "out"):
        stopped = zigral(base, "erase", ANNA, "--yes")
        assert stopped.exit_code != 0
    (base / "out").rename(base / "data" / "moved")
    assert erase(base)["missing_folders"] == [str(base / "out")]
    report = erase(base, "--folder", str(base / "data" / "moved"))
    assert (report["left"], report["mentions"]) == ([], [])
    assert holding(base, HERS) == []


def test_without_a_terminal_it_asks_for_a_yes_and_changes_nothing(base: Path) -> None:
    outcome = zigral(base, "erase", ANNA)
    assert outcome.exit_code != 0
    assert json.loads(zigral(base, "export", ANNA).stdout)["leads"]


@pytest.mark.parametrize("person", ["", "anna", "*", "@acme.example", "a@b@c", "Anna <>"])
def test_what_is_no_address_is_refused(base: Path, person: str) -> None:
    for command in (("export", person), ("erase", person, "--yes")):
        outcome = zigral(base, *command)
        assert outcome.exit_code != 0
        assert "PERSON" in str(outcome.exception)


def test_a_process_of_its_own_leaves_not_even_its_command_line(base: Path) -> None:
    environ = os.environ | {"ZIGRAL_DATA": str(base / "data"), "REDIS_URL": "", "PYTHONPATH": str(DEMO.parent)}
    command = [sys.executable, "-m", "server.cli", "erase", ANNA, "--yes", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["left"]) == (0, []), done.stderr
    assert holding(base, HERS) == []


def test_on_a_server_of_your_own_it_is_the_same(base: Path) -> None:
    with asyncio.Runner() as loop:
        stack = AsyncExitStack()
        url = loop.run(stack.enter_async_context(open_embedded(base / "server")))
        try:
            server = {"ZIGRAL_DATA": str(base / "other"), "REDIS_URL": url}
            assert CliRunner().invoke(app, ["import", str(base / "leads.csv")], env=server).exit_code == 0
            outcome = CliRunner().invoke(app, ["erase", ANNA, "--yes", "--json"], env=server)
            assert outcome.exit_code == 0, outcome.output
            assert json.loads(outcome.stdout)["left"] == []
        finally:
            loop.run(stack.aclose())
    grep = ["grep", "-raliP", "-e", HERS, "server", "other"]
    assert subprocess.run(grep, cwd=base, capture_output=True, text=True, check=False).stdout == ""
