"""The agents at the doors: listed, described, chosen with reasons, and joined by those of the operator."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from memory.errors import Invalid, Unavailable
from nodes.agents.calling import Call
from server.app import create_app
from server.cli import app
from server.http.backend import Backend, open_backend
from server.lasting_agents import LastingAgents, agents_here
from server.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).resolve().parents[2]
GRAPHS = Path(__file__).parent / "protocol" / "graphs" / "langgraph.json"
OURS = {"research", "sales", "copywriter", "recall", "records", "analyst", "echo"}
GREETER = """
from nodes.agents.agent import Agent


class Greeter(Agent):
    agent_id = "greeter"
    capabilities = ("greet", "echo")
    cost = 1.0

    async def execute(self, task):
        return {"said": f"Hello, {task.parameters['who']}"}
"""


@asynccontextmanager
async def opened(folder: Path, **settings: Any) -> AsyncIterator[Backend]:
    async with open_backend(Settings(data=folder, **settings), GRAPHS) as backend:
        yield backend


def client(backend: Backend) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(backend=backend)), base_url="http://127.0.0.1"
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backend() -> AsyncIterator[Backend]:
    with TemporaryDirectory(prefix="zigral-") as name:
        folder = Path(name)
        (folder / "my_agents.py").write_text(GREETER, encoding="utf-8")
        async with opened(folder, agents=[folder / "my_agents.py"], concurrency=0) as backend:
            yield backend


@pytest_asyncio.fixture(loop_scope="module")
async def http(backend: Backend) -> AsyncIterator[httpx.AsyncClient]:
    async with client(backend) as http:
        yield http


async def test_all_agents_are_listed_ours_and_the_operators(http: httpx.AsyncClient) -> None:
    page = (await http.get("/api/v1/agents/")).json()
    assert {*OURS, "greeter"} <= {one["agent_id"] for one in page["items"]}
    assert page["next_cursor"] is None


async def test_the_page_of_agents_names_ours_and_what_they_can_do(backend: Backend) -> None:
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    table = page.partition("| agent | can |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE)
    told = {agent_id: re.findall(r"`(\w+)`", words) for agent_id, words in rows}
    agents = [agent for agent in backend.agents.registry if agent.agent_id in OURS]
    assert told == {agent.agent_id: [one.name for one in agent.abilities] for agent in agents}


async def test_the_program_of_the_page_prints_what_it_says(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    (program,) = re.findall(
        r"^```python\n(import asyncio\n.*?)^```$\n\nIt prints `(.*?)`", page, re.DOTALL | re.MULTILINE
    )
    monkeypatch.setenv("ZIGRAL_DATA", str(short_folder))
    await asyncio.to_thread(exec, program[0], {"__name__": "__main__"})
    assert capsys.readouterr().out.strip() == program[1]


async def test_a_page_ends_with_the_cursor_of_the_next(http: httpx.AsyncClient) -> None:
    whole = (await http.get("/api/v1/agents")).json()["items"]
    ids, cursor = list[str](), None
    while True:
        page = (
            await http.get("/api/v1/agents", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        ids += [one["agent_id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert ids == [one["agent_id"] for one in whole]
    assert (await http.get("/api/v1/agents?cursor=x")).status_code == 422


async def test_an_agent_is_told_with_what_it_takes_and_how_it_is_doing(
    http: httpx.AsyncClient, backend: Backend
) -> None:
    await backend.agents.caller.call(Call("greet", {"who": "Ada"}))
    listed = (await http.get("/api/v1/agents", params={"capability": "greet"})).json()["items"]
    (greeter,) = listed
    assert greeter["name"] == "greeter"
    assert greeter["capabilities"][0]["input"] == {"type": "object"}
    assert (greeter["health"], greeter["load"], greeter["measures"]["calls"]) == ("healthy", 0, 1)
    assert greeter["measures"]["success"] == 1.0
    (sales,) = (await http.get("/api/v1/agents?capability=qualify_lead")).json()["items"]
    (qualify,) = [one for one in sales["capabilities"] if one["name"] == "qualify_lead"]
    assert "lead" in qualify["input"]["properties"]
    assert qualify["description"]


async def test_metrics_count_the_calls_of_the_registered_agents(http: httpx.AsyncClient, backend: Backend) -> None:
    await backend.agents.caller.call(Call("echo", {"a": 1}, agent="echo"))
    lines = (await http.get("/metrics")).text.splitlines()
    assert 'zigral_agent_calls_total{agent="echo",how="done"} 1.0' in lines
    assert 'zigral_agent_available{agent="research"} 1.0' in lines
    assert 'zigral_agent_load{agent="echo"} 0.0' in lines


async def test_a_choice_is_explained(http: httpx.AsyncClient) -> None:
    choice = (await http.get("/api/v1/agents/select?capability=echo")).json()
    assert choice["agent_id"] == "echo"
    assert [one["agent_id"] for one in choice["scores"]] == ["echo", "greeter"]
    assert "what tells most is cost: It is free." in choice["why"]
    assert {part["name"] for part in choice["scores"][0]["parts"]} >= {
        "health",
        "load",
        "latency",
        "success",
        "cost",
    }


async def test_an_unknown_capability_is_answered_with_those_that_are_near(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/agents/select?capability=enrich_leads")
    assert answer.status_code == 404
    assert "Did you mean enrich_lead" in answer.json()["detail"]
    assert (await http.get("/api/v1/agents/select")).status_code == 422
    assert (await http.get("/api/v1/agents?capability=nothing")).json() == {"items": [], "next_cursor": None}


async def test_a_file_that_cannot_be_used_stops_the_server_from_starting(short_folder: Path) -> None:
    path = short_folder / "broken.py"
    path.write_text("x = nowhere\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"broken\.py: It cannot be used \(NameError, line 1"):
        async with opened(short_folder, agents=[path], concurrency=0):
            pass


async def test_files_of_agents_are_named_with_commas() -> None:
    found = Settings.from_env({"ZIGRAL_AGENTS": "a.py, more/b.py"})
    assert found.agents == (Path("a.py"), Path("more/b.py"))


async def test_the_tools_that_agents_may_use_are_listed_and_described(http: httpx.AsyncClient) -> None:
    tools = {one["name"]: one for one in (await http.get("/api/v1/tools")).json()["items"]}
    assert {"read_page", "recall_interactions", "check_rule", "prove_draft", "call_address"} <= set(tools)
    assert all(one["description"].endswith(".") and one["input"]["properties"] for one in tools.values())
    (found,) = (await http.get("/api/v1/tools?capability=read_web")).json()["items"]
    assert found["name"] == "read_page"


async def test_the_command_lists_agents_and_tools_and_explains_a_choice(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZIGRAL_DATA", str(short_folder))
    listed = await asyncio.to_thread(zigral, "agents", "--json")
    assert {one["agent_id"] for one in json.loads(listed)["items"]} >= OURS
    chosen = json.loads(await asyncio.to_thread(zigral, "agents", "--capability", "enrich_lead", "--json"))
    assert chosen["selection"]["agent_id"] == "research"
    assert "research is the only agent that can enrich_lead." in await asyncio.to_thread(
        zigral, "agents", "--capability", "enrich_lead"
    )
    assert "read_page" in await asyncio.to_thread(zigral, "agents", "--tools")


def zigral(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


async def test_what_an_error_said_is_told_to_one_owner_alone(short_folder: Path) -> None:
    keys = {"ada": "a" * 32, "bob": "b" * 32}
    for owners in (["ada"], ["ada", "bob"]):
        given = ",".join(f"{name}:{keys[name]}" for name in owners)
        async with opened(short_folder, api_keys=given, agents=[down(short_folder)], concurrency=0) as backend:
            with pytest.raises(Unavailable):
                await backend.agents.caller.call(Call("greet", {}, agent="greeter"))
            async with client(backend) as http:
                answer = await http.get("/api/v1/agents?capability=greet", headers={"X-Api-Key": keys["ada"]})
        (told,) = answer.json()["items"]
        assert ("acme.example" in str(told["last_error"])) == (len(owners) == 1)
        assert told["last_error_at"]


def down(folder: Path) -> Path:
    """A file with an agent whose service is away."""
    path = folder / "down.py"
    text = GREETER.replace('return {"said"', 'raise Unavailable("acme.example is away.")\n        return {"said"')
    path.write_text(f"from memory.errors import Unavailable\n{text}", encoding="utf-8")
    return path


async def test_what_runs_in_a_serving_process_calls_its_agents(backend: Backend) -> None:
    assert await agents_here(backend.settings) is backend.agents


async def test_a_process_without_a_server_opens_its_agents_once(short_folder: Path) -> None:
    settings = Settings(data=short_folder)

    async def twice() -> None:
        agents = await asyncio.gather(agents_here(settings), agents_here(settings))
        assert agents[0] is agents[1]
        envelope = await LastingAgents(settings).call(Call("echo", {"a": 1}))
        assert envelope.output == {"a": 1}
        assert agents[0].standings.of("echo").calls == 1

    await asyncio.to_thread(asyncio.run, twice())
