"""`zigral memory`: what goes in, what is refused, what is found."""

import asyncio
import fcntl
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from memory.interactions import Where
from memory.records import Interaction
from server.cli import app
from server.data_server import open_redis
from server.interactions import examine_interactions, lingering_interactions, passing_interactions
from server.settings import VARIABLES, Settings

DOCS = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
LINE = {
    "id": "m1",
    "account": "www.acme.co.uk",
    "company": "Acme",
    "person": "Jana+x@acme.co.uk",
    "person_name": "Jana Krüger",
    "kind": "mail_received",
    "at": "2026-02-11T09:30:00+01:00",
    "text": "Not before our audit. Ask me again in May.",
    "outcome": "wait",
    "due": "2026-05-04",
}
Run = Callable[..., Result]


@pytest.fixture
def run(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(short_folder)
    return lambda *words: CliRunner().invoke(app, ["memory", *words])


def written(folder: Path, *lines: dict[str, Any] | str) -> str:
    path = folder / "past.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("\n".join(texts), encoding="utf-8")
    return str(path)


def test_what_was_imported_is_found_and_a_bad_line_keeps_no_other_out(run: Run, short_folder: Path) -> None:
    other = LINE | {"id": "m2", "kind": "note", "text": "Prefers the phone.", "at": "2026-03-01T10:00:00Z"}
    file = written(short_folder, LINE, "nonsense", "", other, LINE | {"person": "", "outcom": "no"}, '{"at": NaN}')
    done = run("import", file, "--json")
    counts = json.loads(done.stdout)
    told = {line["line"]: line["reason"] for line in counts.pop("rejected_lines")}
    assert counts == {
        "file": "past.jsonl",
        "lines": 5,
        "accepted": 2,
        "new": 2,
        "rejected": 3,
        "indexed": True,
    }
    assert told.keys() == {2, 5, 6}
    assert "outcom is no key" in told[5]
    assert "person: must be one mail address" in told[5]
    assert json.loads(run("import", file, "--json").stdout)["new"] == 0

    found = json.loads(run("search", "when may we write again", "--json").stdout)["results"]
    assert [one["text"] for one in found] == [LINE["text"], other["text"]]
    assert (found[0]["account"], found[0]["person"]) == ("acme.co.uk", "jana@acme.co.uk")
    assert 1 >= found[0]["score"] > found[1]["score"] > 0
    day = ("--since", "2026-03-01", "--until", "2026-03-01")
    own = run("search", "anything", "--person", "JANA@acme.co.uk", "--kind", "note", *day)
    assert own.stdout.count("Jana Krüger, Acme") == 1
    assert "2026-03-01  note  Jana Krüger, Acme  [wait 2026-05-04]\n      Prefers the phone." in own.stdout
    assert json.loads(run("reindex", "--json").stdout) == {"indexed": 2}


def test_while_another_process_holds_the_index_an_import_keeps_all_and_a_company_is_still_searched(
    run: Run, short_folder: Path
) -> None:
    folder = short_folder / ".zigral" / "interactions"
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        lock.write("process 4711 (zigral serve)")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("import", written(short_folder, LINE), "--json")
        assert json.loads(done.stdout)["indexed"] is False
        found = run("search", "audit", "--account", "www.acme.co.uk", "--json")
        assert len(json.loads(found.stdout)["results"]) == 1
        refused = run("search", "audit")
        assert "process 4711 (zigral serve)" in str(refused.exception)
        assert "QDRANT_URL" in str(refused.exception)
    assert len(json.loads(run("search", "audit", "--json").stdout)["results"]) == 1


async def test_a_process_that_can_close_nothing_remembers_all_the_same(short_folder: Path) -> None:
    settings = Settings(data=short_folder)
    passing = passing_interactions(settings)
    item = Interaction.model_validate(LINE | {"account": "acme.co.uk"})
    assert await passing.remember([item]) == 1
    assert await passing.history(Where(person=item.person)) == [item]
    assert [one.interaction for one in await passing.recall("audit", Where(account="acme.co.uk"))] == [item]
    async with open_redis(settings) as client:
        health = await examine_interactions(settings, client)
    assert (health.records, health.points, health.behind, health.trouble) == (1, 0, 1, None)
    assert await passing.forget(item.person) == 1
    assert await passing.history() == []


async def test_many_who_serve_ask_the_index_at_once_and_it_is_anybodys_a_while_after_the_last(
    short_folder: Path,
) -> None:
    settings = Settings(data=short_folder)
    item = Interaction.model_validate(LINE | {"account": "acme.co.uk"})
    async with open_redis(settings) as client:
        async with lingering_interactions(settings, client, seconds=0.1) as interactions:
            await interactions.remember([item])
            asked = await asyncio.gather(*(interactions.recall("audit") for _ in range(4)))
            assert [[one.interaction for one in found] for found in asked] == [[item]] * 4
            found = await passing_interactions(settings).recall("audit")  # waits until the index is let go of
            assert [one.interaction for one in found] == [item]
            assert [one.interaction for one in await interactions.recall("audit")] == [item]
        assert (await examine_interactions(settings, client)).points == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([""], "has no lines"),
        (["a,b,c"], r"has no interaction in it. Line 1: The line is no JSON"),
        ([b"\xff".decode("latin-1") * 2_000_000], "longer than 1,000,000 bytes"),
        (["[1]"], "no JSON object"),
        (["[" * 100_000], "no JSON"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(
    run: Run, short_folder: Path, lines: list[str], words: str
) -> None:
    done = run("import", written(short_folder, *lines))
    assert words in str(done.exception)


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    assert "none.jsonl cannot be read" in str(run("import", "none.jsonl").exception)


@pytest.mark.parametrize(
    "wrong",
    [
        ("search", " "),
        ("search", "x", "--person", "jana"),
        ("search", "x", "--account", "a b"),
        ("search", "x", "--kind", "call"),
        ("search", "x", "--since", "yesterday"),
    ],
)
def test_a_wrong_question_is_refused_with_a_sentence(run: Run, wrong: tuple[str, ...]) -> None:
    done = run(*wrong)
    assert done.exception is not None
    assert str(done.exception).endswith(".")


def test_the_interaction_on_the_page_is_taken(run: Run, short_folder: Path) -> None:
    text = DOCS.read_text(encoding="utf-8").partition("\n## Interactions\n")[2]
    example = re.search(r"^```json\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert example
    assert json.loads(run("import", written(short_folder, example[1]), "--json").stdout)["accepted"] == 1
