"""Workflows over HTTP: kept with their versions, refused whole, executed at the version that they had."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from tests.server.workflows.office import ROOT, Office, open_office, step, value, workflow

LEAD = {
    "name": "Ada Byron",
    "email": "ada@northwind-pumps.example",
    "website": "https://northwind-pumps.example",
    "budget": 20_000,
    "timeframe": "this quarter",
    "requirements": "planning for two plants",
}
USUAL = {
    "name": "Lead Processing",
    "steps": [
        {
            "step_id": "qualify_lead",
            "step_type": "agent_task",
            "agent_type": "sales",
            "task": "qualify_lead",
            "parameters": {"lead": "{{input.lead}}"},
        },
        {
            "step_id": "enrich_lead",
            "step_type": "agent_task",
            "agent_type": "research",
            "task": "enrich_lead",
            "parameters": {"lead": "{{input.lead}}"},
            "depends_on": ["qualify_lead"],
        },
    ],
}


async def test_a_workflow_is_kept_read_changed_and_removed(office: Office) -> None:
    http, definition = office.http, workflow(value("one", 1), description="First")
    made = (await http.post(ROOT, json=definition)).json()
    workflow_id = made["workflow_id"]
    assert {key: made[key] for key in definition} == definition
    assert made["version"] == 1
    assert made["created_at"] == made["updated_at"]
    assert (await http.get(f"{ROOT}/{workflow_id}")).json() == made
    changed = {**definition, "description": "Second"}
    put = (await http.put(f"{ROOT}/{workflow_id}", json=changed)).json()
    assert (put["version"], put["description"], put["created_at"]) == (2, "Second", made["created_at"])
    assert (await http.get(f"{ROOT}/{workflow_id}", params={"version": 1})).json()["description"] == "First"
    assert (await http.get(f"{ROOT}/{workflow_id}/", params={"version": 2})).json() == put
    assert (await http.get(f"{ROOT}/{workflow_id}", params={"version": 3})).status_code == 404
    assert (await http.delete(f"{ROOT}/{workflow_id}")).status_code == 204
    for answer in (
        await http.get(f"{ROOT}/{workflow_id}"),
        await http.put(f"{ROOT}/{workflow_id}", json=definition),
        await http.delete(f"{ROOT}/{workflow_id}"),
        await http.post(f"{ROOT}/{workflow_id}/execute", json={}),
        await http.get(f"{ROOT}/{workflow_id}/executions"),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_page_of_workflows_is_not_moved_by_those_that_come_and_go(office: Office) -> None:
    ids = [await office.create(workflow(value("one", number))) for number in range(5)]
    first = (await office.http.get(ROOT, params={"limit": 2})).json()
    assert [one["workflow_id"] for one in first["items"]] == [ids[4], ids[3]]
    await office.create(workflow(value("one", 9)))
    await office.http.delete(f"{ROOT}/{ids[4]}")
    second = (await office.http.get(ROOT, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["workflow_id"] for one in second["items"]] == [ids[2], ids[1]]
    last = (await office.http.get(ROOT, params={"cursor": second["next_cursor"]})).json()
    assert ([one["workflow_id"] for one in last["items"]], last["next_cursor"]) == ([ids[0]], None)


async def test_a_definition_is_refused_with_all_that_is_wrong_and_where(office: Office) -> None:
    wrong = workflow(
        value("one", "{{steps.nowhere}}"),
        {**value("two", 1), "depends_on": ["three"]},
        {**value("three", 1), "depends_on": ["two"]},
        {"step_id": "four", "step_type": "agent_task", "agent_type": "nobody", "task": "work"},
        {**value("five", 1), "timeout": 0},
    )
    refused = await office.http.post(ROOT, json=wrong)
    assert refused.status_code == 422
    problem = refused.json()
    paths = [one["path"] for one in problem["errors"]]
    assert "steps[0].value" in paths
    assert "steps[3].agent_type" in paths
    assert "steps[4].timeout" in paths
    assert any("two -> three -> two" in one["message"] for one in problem["errors"])
    assert (await office.http.get(ROOT)).json()["items"] == []


async def test_an_execution_stays_on_the_version_that_it_began_with(office: Office) -> None:
    office.held.hold("first")
    workflow_id = await office.create(workflow(step("first"), value("said", "old", "first")))
    body = {"input_data": {}, "async_execution": True}
    begun = (await office.http.post(f"{ROOT}/{workflow_id}/execute", json=body)).json()
    assert begun == {"execution_id": begun["execution_id"], "status": "pending"}
    await office.held.begins("first")
    await office.http.put(f"{ROOT}/{workflow_id}", json=workflow(value("said", "new")))
    office.held.free("first")
    ended = await office.rests(begun["execution_id"])
    assert (ended["version"], ended["output"]["said"]) == (1, "old")
    newer = (await office.http.post(f"{ROOT}/{workflow_id}/execute", json={"input_data": {}})).json()
    assert (newer["version"], newer["output"]) == (2, {"said": "new"})


async def test_a_workflow_that_was_read_is_changed_and_sent_back_whole(office: Office) -> None:
    workflow_id, other = [await office.create(workflow(value("said", "old"))) for _ in range(2)]
    read = (await office.http.get(f"{ROOT}/{workflow_id}")).json()
    changed = {**read, "steps": [value("said", "new")]}
    written = (await office.http.put(f"{ROOT}/{workflow_id}", json=changed)).json()
    assert (written["version"], written["steps"]) == (2, [value("said", "new")])
    late = await office.http.put(f"{ROOT}/{workflow_id}", json={**read, "steps": [value("said", "late")]})
    assert (late.status_code, "not at version 1 any more" in late.json()["detail"]) == (409, True)
    assert (await office.http.put(f"{ROOT}/{other}", json=read)).status_code == 409
    assert (await office.http.put(f"{ROOT}/{workflow_id}", json={**read, "version": True})).status_code == 422
    assert (await office.http.get(f"{ROOT}/{workflow_id}")).json() == written


async def test_a_subworkflow_is_settled_when_its_caller_begins(office: Office) -> None:
    office.held.hold("first")
    inner = await office.create(workflow(value("said", "old"), output="{{steps.said}}"))
    call = {"step_id": "call", "step_type": "subworkflow", "workflow_id": inner, "depends_on": ["first"]}
    execution_id = await office.begin(workflow(step("first"), call))
    await office.held.begins("first")
    assert (await office.http.delete(f"{ROOT}/{inner}")).status_code == 204
    office.held.free("first")
    assert (await office.rests(execution_id))["output"]["call"] == "old"


async def test_w1_workflows_that_reach_each_other_in_a_circle_are_refused(office: Office) -> None:
    def calling(workflow_id: str) -> dict[str, Any]:
        return workflow({"step_id": "call", "step_type": "subworkflow", "workflow_id": workflow_id})

    first = await office.create(workflow(value("one", 1)))
    second = await office.create(calling(first))
    third = await office.create(calling(second))
    for closing in (first, second, third):
        refused = await office.http.put(f"{ROOT}/{first}", json=calling(closing))
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["path"] == "steps[0].workflow_id"
    unknown = await office.http.post(ROOT, json=calling("nowhere"))
    assert unknown.json()["errors"][0]["path"] == "steps[0].workflow_id"


async def test_executions_are_listed_by_status_and_stay_when_their_workflow_goes(office: Office) -> None:
    workflow_id = await office.create(workflow(step("first")))
    office.held.failures["first"] = 1
    ids = [
        (await office.http.post(f"{ROOT}/{workflow_id}/execute", json={"input_data": {"n": n}})).json()[
            "execution_id"
        ]
        for n in range(4)
    ]
    path = f"{ROOT}/{workflow_id}/executions"
    first = (await office.http.get(path, params={"limit": 2})).json()
    assert [one["execution_id"] for one in first["items"]] == [ids[3], ids[2]]
    await office.http.post(f"{ROOT}/{workflow_id}/execute", json={"input_data": {}})
    rest = (await office.http.get(path, params={"cursor": first["next_cursor"]})).json()
    assert [one["execution_id"] for one in rest["items"]] == [ids[1], ids[0]]
    failed = (await office.http.get(path, params={"status": "failed"})).json()
    assert [one["input_data"] for one in failed["items"]] == [{"n": 0}]
    assert (await office.http.get(path, params={"status": "paused"})).json() == {"items": [], "next_cursor": None}
    assert (await office.http.get(path, params={"status": "lost"})).status_code == 422
    await office.http.delete(f"{ROOT}/{workflow_id}")
    assert len((await office.http.get(path)).json()["items"]) == 5
    assert (await office.get(ids[0]))["status"] == "failed"


async def test_an_input_is_kept_as_it_is(office: Office) -> None:
    given = {"big": 2**70, "small": 1e-300, "text": "é\u2028{{x}}", "deep": {"a": [None, True, {}]}}
    ended = await office.run(workflow(value("one", "{{input}}")), **given)
    assert ended["input_data"] == given
    assert ended["output"] == {"one": given}


async def test_the_usual_example_completes_without_any_saved_page(office: Office) -> None:
    ended = await office.run(USUAL, lead=LEAD)
    assert ended["status"] == "completed", ended["error"]
    assert {name: one["status"] for name, one in ended["steps"].items()} == {
        "qualify_lead": "completed",
        "enrich_lead": "completed",
    }


async def test_a2_another_owners_workflows_and_executions_are_not_there(short_folder: Path) -> None:
    async with open_office(short_folder, api_keys="ada:ada-key,bob:bob-key") as office:
        office.http.headers["X-Api-Key"] = "ada-key"
        inner = await office.create(workflow(step("first")))
        ended = (await office.http.post(f"{ROOT}/{inner}/execute", json={"input_data": {}})).json()
        office.http.headers["X-Api-Key"] = "bob-key"
        for path in (f"{ROOT}/{inner}", f"{ROOT}/{inner}/executions", f"{ROOT}/executions/{ended['execution_id']}"):
            assert (await office.http.get(path)).status_code == 404
        for what in ("cancel", "pause", "resume", "retry"):
            assert (await office.ask(ended["execution_id"], what)).status_code == 404
        assert (await office.http.get(ROOT)).json()["items"] == []
        call = workflow({"step_id": "call", "step_type": "subworkflow", "workflow_id": inner})
        assert (await office.http.post(ROOT, json=call)).status_code == 422
        office.http.headers.pop("X-Api-Key")
        assert (await office.http.get(ROOT)).status_code == 401


async def test_one_who_waits_long_is_kept_company(office: Office) -> None:
    office.held.hold("first")
    workflow_id = await office.create(workflow(step("first")))
    url = f"{ROOT}/{workflow_id}/execute"
    async with asyncio.timeout(20), office.http.stream("POST", url, json={"input_data": {}}) as answer:
        assert answer.status_code == 200
        parts = answer.aiter_raw()
        assert await anext(parts) == b"\n"
        office.held.free("first")
        rest = b"".join([part async for part in parts])
    assert httpx.Response(200, content=b"\n" + rest).json()["status"] == "completed"


async def test_the_threads_of_executions_have_the_states_that_studio_shows(office: Office) -> None:
    ended = await office.run(workflow(value("one", 1), value("two", "{{steps.one}}", "one")))
    history = (await office.http.post(f"/threads/{ended['execution_id']}/history", json={"limit": 10})).json()
    assert [one["next"] for one in history] == [[], ["Output"], ["two"], ["one"], ["__start__"]]
    assistants = (await office.http.post("/assistants/search", json={})).json()
    assert "workflow" not in {one["graph_id"] for one in assistants}


async def test_deleting_its_thread_deletes_an_execution(office: Office) -> None:
    ended = await office.run(workflow(value("one", 1)))
    assert (await office.http.delete(f"/threads/{ended['execution_id']}")).status_code == 204
    assert (await office.http.get(f"{ROOT}/executions/{ended['execution_id']}")).status_code == 404
    keys = [key async for key in office.backend.redis.scan_iter(f"*{ended['execution_id']}*")]
    assert keys == []
