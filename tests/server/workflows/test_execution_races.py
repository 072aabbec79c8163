"""What is asked of executions at any moment, by many at once: each ends in one state, and none is lost."""

import asyncio
import random
from pathlib import Path

import pytest

from memory.person import Person
from server.privacy.stores import open_stores
from tests.server.workflows.office import Office, open_office, step, value, workflow

STEPS = [value(f"s{n}", n, *([f"s{n - 1}"] if n else [])) for n in range(6)]


async def test_pauses_resumes_and_cancels_at_any_moment_leave_each_execution_whole(office: Office) -> None:
    chance = random.Random(7)

    async def one(number: int) -> None:
        execution_id = await office.begin(workflow(*STEPS))
        what = [chance.choice(("pause", "pause", "cancel")) for _ in range(3)]
        await asyncio.sleep(chance.uniform(0, 0.05))
        answers = await asyncio.gather(*(office.ask(execution_id, one) for one in what))
        assert {one.status_code for one in answers} <= {202, 409}
        found = await office.rests(execution_id)
        while found["status"] == "paused":
            resumed = await asyncio.gather(*(office.ask(execution_id, "resume") for _ in range(3)))
            assert [one.status_code for one in resumed].count(202) == 1, number
            found = await office.rests(execution_id)
        asked_to_stop = any(w == "cancel" and a.status_code == 202 for w, a in zip(what, answers, strict=True))
        assert found["status"] in ({"cancelled", "completed"} if asked_to_stop else {"completed"})
        done = [one["status"] == "completed" for one in found["steps"].values()]
        assert done == sorted(done, reverse=True)
        if found["status"] == "completed":
            assert found["output"] == {f"s{n}": n for n in range(6)}

    await asyncio.gather(*(one(number) for number in range(12)))
    counts = await office.backend.executions.executions.counts()
    assert counts.get("completed", 0) + counts.get("cancelled", 0) == sum(counts.values()) == 12


@pytest.mark.parametrize("nested", [False, True], ids=["in a list", "in a loop"])
async def test_a_server_that_leaves_finishes_its_step_and_another_goes_on(short_folder: Path, nested: bool) -> None:
    steps = [step("first"), step("second", "first")]
    loop = {"step_id": "each", "step_type": "loop", "over": [1], "max_iterations": 1, "steps": steps}
    async with open_office(short_folder) as leaving:
        leaving.held.hold("first")
        execution_id = await leaving.begin(workflow(loop) if nested else workflow(*steps))
        await leaving.held.begins("first")
        async with open_office(short_folder) as staying:
            gone = asyncio.create_task(leaving.backend.drain())
            await asyncio.sleep(0)  # it has been told, and its step is still under way
            leaving.held.free("first")
            await gone
            assert (await staying.rests(execution_id))["status"] == "completed"
            assert (leaving.held.begun, staying.held.begun) == ({"first": 1}, {"second": 1})


async def test_two_who_try_again_at_once_repeat_what_failed_once(office: Office) -> None:
    office.held.failures["first"] = 1
    execution_id = (await office.run(workflow(step("first"))))["execution_id"]
    answers = await asyncio.gather(*(office.ask(execution_id, "retry") for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [202, 409, 409, 409, 409]
    assert (await office.rests(execution_id))["status"] == "completed"
    assert office.held.begun == {"first": 2}


async def test_what_is_kept_of_executions_and_workflows_goes_with_the_person(short_folder: Path) -> None:
    address = "anna.quast@quellwerk.example"
    async with open_office(short_folder) as office:
        hers = await office.run(workflow(value("said", "{{input.to}}")), to=address)
        named = await office.create(workflow(value("said", f"Dear {address}")))
        await office.http.put(f"/api/v1/workflows/{named}", json=workflow(value("said", "Dear nobody")))
        others = await office.run(workflow(value("said", "{{input.to}}")), to="bo@andermatt.example")
        async with open_stores(office.backend.settings) as stores:
            found = await stores.find(Person.read(address))
            units = {(held.unit.kind, held.unit.id) for held in found}
            assert units == {("thread", hers["execution_id"]), ("workflow", named)}
            for held in found:
                assert await stores.remove(held.unit)
            assert await stores.find(Person.read(address)) == []
        assert (await office.get(others["execution_id"]))["status"] == "completed"
