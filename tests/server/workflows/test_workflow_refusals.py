"""Workflows over HTTP: what is no definition, too much of one, or no id of anything."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_asyncio

from tests.server.workflows.office import ROOT, Office, open_office, value, workflow

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[Office]:
    """One server for all tests of this file: they leave nothing behind that another would see."""
    with TemporaryDirectory(prefix="zigral-") as folder:
        async with open_office(Path(folder)) as opened:
            yield opened


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'"steps"', b"{", b'{"name": "x"}', b'{"name": "x", "steps": []}', b"\xff", b"NaN"],
    ids=["nothing", "null", "list", "text", "half", "no steps", "empty steps", "bytes", "NaN"],
)
async def test_what_is_no_definition_is_refused(office: Office, body: bytes) -> None:
    refused = await office.http.post(ROOT, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name": "' + b"x" * 50_000_000 + b'"}', 413),
        (b'{"name": "x", "steps": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 422),
        (
            b'{"name": "x", "steps": ['
            + b",".join(b'{"step_id": "s%d", "step_type": "transform", "value": 1}' % n for n in range(3_500))
            + b"]}",
            422,
        ),
        (b'{"name": "x", "steps": [{"step_id": "' + b"s" * 1_000_000 + b'"}]}', 422),
    ],
    ids=["50 MB", "10,000 levels", "thousands of steps", "an id of 1 MB"],
)
async def test_w5_giants_are_refused_before_anything_is_made_of_them(
    office: Office, body: bytes, status: int
) -> None:
    refused = await office.http.post(ROOT, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == status


@pytest.mark.parametrize("kind", ["application/yaml", "application/x-yaml", "text/yaml"])
async def test_yaml_is_taken_where_it_says_so(office: Office, kind: str) -> None:
    text = b"name: Test\nsteps:\n- step_id: one\n  step_type: transform\n  value: {a: '{{input.b}}'}\n"
    made = await office.http.post(ROOT, content=text, headers={"Content-Type": kind})
    assert made.status_code == 201
    assert made.json()["steps"] == [{"step_id": "one", "step_type": "transform", "value": {"a": "{{input.b}}"}}]
    workflow_id = made.json()["workflow_id"]
    put = await office.http.put(f"{ROOT}/{workflow_id}", content=text, headers={"Content-Type": kind})
    assert put.json()["version"] == 2


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", ""])
async def test_a5_what_is_neither_json_nor_yaml_is_refused(office: Office, kind: str) -> None:
    refused = await office.http.post(ROOT, content=b"name: Test", headers={"Content-Type": kind})
    assert refused.status_code == 415


async def test_yaml_that_would_explode_is_refused(office: Office) -> None:
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nname: x\nsteps: *c\n"
    refused = await office.http.post(ROOT, content=bomb, headers={"Content-Type": "application/yaml"})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "body",
    [{"input_data": []}, {"input_data": "x"}, {"input_data": None}, {"input": {}}, {"async_execution": "yes"}, []],
    ids=["list", "text", "null", "another key", "a word", "no object"],
)
async def test_an_input_is_an_object(office: Office, body: Any) -> None:
    workflow_id = await office.create(workflow(value("one", 1)))
    assert (await office.http.post(f"{ROOT}/{workflow_id}/execute", json=body)).status_code == 422


STRANGE = ["..%2f..", "%00", "*", "{}", "x" * 10_000, "a%0Ab", "{zigral}", "index", "executions"]


@pytest.mark.parametrize("name", STRANGE)
async def test_a3_strange_ids_are_of_nothing(office: Office, name: str) -> None:
    for method, path in (
        ("GET", f"{ROOT}/{name}"),
        ("PUT", f"{ROOT}/{name}"),
        ("DELETE", f"{ROOT}/{name}"),
        ("POST", f"{ROOT}/{name}/execute"),
        ("GET", f"{ROOT}/{name}/executions"),
        ("GET", f"{ROOT}/executions/{name}"),
        ("POST", f"{ROOT}/executions/{name}/cancel"),
        ("POST", f"{ROOT}/executions/{name}/resume"),
    ):
        body = {"json": workflow(value("one", 1))} if method == "PUT" else {}
        answer = await office.http.request(method, path, **body)
        assert answer.status_code in (404, 405, 422), f"{method} {path[:80]}: {answer.status_code}"
