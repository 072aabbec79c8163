"""A person in executions, commands, tasks, notes, shared values and messages: shown, and gone to the last byte."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from memory.contexts import Contexts
from memory.messages import Mailbox
from memory.person import Person
from memory.remembered import Remembered
from memory.searching import every_value
from memory.shared_standings import SharedStandings, telling
from memory.shared_state import SharedState
from server.privacy.privacy import Privacy, open_privacy
from tests.server.workflows.office import Office, open_office, step, value, workflow

ANNA, NAME, SECRET = "anna.quast@quellwerk.example", "Anna Quast", "violoncello"
BO = "bo@andermatt.example"
HER = Person.read(f"{NAME} <{ANNA}>")
SAID = value("said", "{{input}}")


@asynccontextmanager
async def looking(office: Office) -> AsyncIterator[Privacy]:
    async with open_privacy(office.backend.settings) as privacy:
        yield privacy


async def erased(office: Office, *, mentions: bool = False) -> dict[str, Any]:
    async with looking(office) as privacy:
        return await privacy.erase(HER, mentions=mentions)


async def holding(office: Office) -> list[str]:
    """Keys and files that have a byte of hers."""
    words = [word.encode() for word in (ANNA, ANNA.replace("@", "%40"), NAME, SECRET, HER.ids[0])]
    found = [
        key.decode()
        async for key, part in every_value(office.backend.redis)
        if any(word.lower() in (key + part).lower() for word in words)
    ]
    grep = ["grep", "-raliF", *(part for word in words for part in ("-e", word.decode())), "."]
    folder = office.backend.settings.data
    done = await asyncio.to_thread(subprocess.run, grep, cwd=folder, capture_output=True, text=True, check=False)
    return [*found, *done.stdout.splitlines()]


async def posted(office: Office, path: str, body: Any) -> dict[str, Any]:
    answer = await office.http.post(path, json=body)
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def plant(office: Office) -> None:
    """Her, through every door."""
    lead = {"email": ANNA, "first_name": "Anna", "last_name": "Quast", "title": f"plays the {SECRET}"}
    await office.run(workflow(SAID), lead=lead)
    await office.create(workflow(value("said", f"Dear {ANNA}")))
    writing = {**step("write"), "agent_type": "records", "task": "write", "parameters": {"leads": [lead]}}
    assert (await office.run(workflow(writing)))["status"] == "completed"
    noted = await posted(office, "/command", {"command": f"Note that {ANNA} plays the {SECRET}", "execute": True})
    assert (await office.rests(noted["execution_id"]))["status"] == "completed"
    wanted = {"type": "simple", "query": "echo", "input": {"to": ANNA, "text": SECRET}}
    task = await posted(office, "/api/v1/tasks", wanted)
    await office.rests(task["execution_id"])
    redis = office.backend.redis
    notes = {"notes": [{"text": f"{ANNA} sings, {SECRET} too", "at": "2026-01-01T00:00:00Z"}]}
    await posted(office, "/context", {"job_id": "remembered", "job_type": "remembered", "context_data": notes})
    await posted(office, "/context/remembered/checkpoints", {})
    await Remembered(Contexts(redis, "")).add("Write shortly")
    state = SharedState(redis, "x1", "ada:x")
    await state.put("lead", {"email": ANNA, "plays": SECRET})
    await state.snapshot()
    await SharedState(redis, f"of:{ANNA}").put("count", 1)
    box = Mailbox(redis, "sales", "ada:x", tries=1)
    await box.send({"to": ANNA, "plays": SECRET}, sender="copywriter", token=f"mail:{ANNA}")
    for message in await box.receive("reader"):
        await box.failed(message.id, "no time")
    await box.send({"to": ANNA, "plays": SECRET}, sender="copywriter")
    await box.send({"to": BO}, sender="copywriter")
    standings = SharedStandings(redis=redis)
    async with telling(standings, lambda: ["sales"]):
        standings.ended("sales", 1.0, f"{NAME} did not answer.")


async def test_what_was_done_for_a_person_is_shown_and_no_byte_of_it_is_left(short_folder: Path) -> None:
    async with open_office(short_folder) as office:
        await plant(office)
        assert len(await holding(office)) > 20
        async with looking(office) as privacy:
            shown: dict[str, Any] = await privacy.export(HER)
        kinds = {held["kind"] for held in shown["stored"]}
        assert kinds >= {"note", "task", "workflow", "value", "space", "message", "dead letter", "token"}
        assert [one["where"] for one in shown["mentions"]] == ["agent sales"]
        executions = [thread for thread in shown["threads"] if "execution" in thread]
        assert len(executions) == 4
        assert all(thread["steps"] and thread["checkpoints"] and thread["runs"] for thread in executions)
        report = await erased(office, mentions=True)
        assert (report["left"], report["mentions"]) == ([], [])
        assert await holding(office) == []


async def test_an_execution_that_is_under_way_is_stopped_and_leaves_nothing(short_folder: Path) -> None:
    async with open_office(short_folder) as office:
        office.held.hold("slow", "others")
        hers = await office.begin(workflow(SAID, step("slow", "said"), value("last", "{{input}}", "slow")), to=ANNA)
        others = await office.begin(workflow(SAID, step("others")), to=BO)
        asking = {"step_id": "sure", "step_type": "approval", "question": "Write?", "show": "{{input.to}}"}
        asked = await office.begin(workflow(asking), to=ANNA)
        parked = await office.begin(workflow({"step_id": "later", "step_type": "wait", "seconds": 90}), to=ANNA)
        await asyncio.gather(office.held.begins("slow"), office.held.begins("others"), office.rests(asked))
        await office.until(parked, lambda found: found["steps"]["later"]["status"] == "waiting")
        report = await erased(office)
        assert (report["left"], report["mentions"], report["erased"]["executions"]) == ([], [], 3)
        office.held.free("slow", "others")
        assert (await office.rests(others))["status"] == "completed"
        for execution_id in (hers, asked, parked):
            gone = await office.http.get(f"/api/v1/workflows/executions/{execution_id}")
            assert gone.status_code == 404
        assert await holding(office) == []
        counts = await office.backend.executions.executions.counts()
        assert {status: count for status, count in counts.items() if count} == {"completed": 1}


async def test_one_of_many_leads_takes_the_execution_with_them_and_one_in_a_text_does_not(office: Office) -> None:
    many = await office.run(workflow(SAID), leads=[{"email": ANNA}, {"email": BO}, {"email": "cy@tal.example"}])
    page = f"Our team: Bo and {ANNA}"
    named = await office.run(workflow(SAID), lead={"email": BO}, page=page)
    report = await erased(office)
    assert report["with_others"] == [{"where": f"execution {many['execution_id']}", "others": 2}]
    assert [one["where"] for one in report["mentions"]] == [f"execution {named['execution_id']}"]
    assert page in report["mentions"][0]["text"]
    assert (await office.get(named["execution_id"]))["status"] == "completed"
    report = await erased(office, mentions=True)
    assert (report["left"], report["mentions"]) == ([], [])
    gone = await office.http.get(f"/api/v1/workflows/executions/{named['execution_id']}")
    assert gone.status_code == 404


async def test_of_what_is_remembered_her_notes_alone_go_with_every_version_that_had_them(office: Office) -> None:
    remembered = Remembered(Contexts(office.backend.redis, ""))
    for text in ("Write shortly", f"{NAME} said no", f"Ask {ANNA} first", "No breweries"):
        await remembered.add(text)
    await remembered.forget("said no")
    await remembered.contexts.checkpoint("remembered")
    report = await erased(office)
    assert (report["left"], report["erased"]["notes"]) == ([], 1)
    assert [one["where"] for one in report["mentions"]] == []
    assert [note.text for note in await remembered.notes()] == ["Write shortly", "No breweries"]
    (kept,) = (await remembered.contexts.checkpoints("remembered")).items
    assert NAME not in str(kept)
    assert await holding(office) == []


async def test_of_values_and_messages_hers_alone_go_out_of_snapshots_and_mailboxes(office: Office) -> None:
    state, box = SharedState(office.backend.redis, "x1"), Mailbox(office.backend.redis, "sales")
    await state.put("a\nb", [ANNA])
    await state.put("bo", BO)
    snapshot = await state.snapshot()
    await state.put("a\nb", "nobody")
    await state.put("bo", "changed")
    for to in (ANNA, BO):
        await box.send({"to": to}, sender="copywriter")
    taken = await box.receive("reader")
    report = await erased(office)
    assert (report["left"], report["erased"]["values"], report["erased"]["messages"]) == ([], 1, 1)
    assert await box.failed(taken[0].id, "too late") is False
    assert await box.done(taken[1].id)
    assert await box.dead() == []
    await state.restore(snapshot)
    assert {name: one.value for name, one in (await state.values()).items()} == {"bo": BO}
    assert await holding(office) == []
