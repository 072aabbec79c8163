"""`docs/agents.md` is true: its agents run as they stand there, and its numbers are the code's."""

import re
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis

from memory.commons import Commons
from memory.errors import Mistakes
from memory.shared_standings import LEASE_SECONDS
from nodes import selection
from nodes.agents.agent import Limits
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.loading import load_agents
from nodes.registry import AgentRegistry
from tools.registry import ToolRegistry
from tools.saved_web import open_saved_web
from tools.toolbox import read_page
from tools.workers import Inline

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
BLOCKS = [block for block in FENCES if "(Agent)" in block]


@pytest.fixture
def caller(tmp_path: Path, redis_client: Redis) -> LocalCaller:
    """With the agents of the page, each block a file."""
    registry = AgentRegistry()
    for at, block in enumerate(BLOCKS):
        path = tmp_path / f"block_{at}.py"
        path.write_text(block, encoding="utf-8")
        for agent in load_agents(path):
            registry.register(agent)
    tools = ToolRegistry([read_page(open_saved_web(ROOT / "demo" / "web"), Inline())])
    return LocalCaller(registry, tools, commons_of=partial(Commons, redis_client))


async def test_the_agents_of_the_page_work(caller: LocalCaller) -> None:
    assert [agent.agent_id for agent in caller.agents] == ["greeter", "counter", "reader", "finder", "writer"]
    assert (await caller.call(Call("greet", {"who": "Ada"}))).output == {"said": "Hello, Ada"}
    assert (await caller.call(Call("count_words", {"text": "a b", "times": 3}))).output == {"words": 6}
    url = next(page.url for page in open_saved_web(ROOT / "demo" / "web").pages.values() if page.file)
    read = await caller.call(Call("read_title", {"url": url}))
    assert read.records[0].data["title"]


async def test_the_agents_of_the_page_work_together_and_for_one_owner_alone(caller: LocalCaller) -> None:
    for step, company in (("1", "Acme"), ("2", "Bolt"), ("2", "Bolt")):  # the last is tried again
        found = await caller.call(Call("find", {"company": company}, run_id="r", step_id=step, owner="ada"))
    assert found.output == {"found": ["Acme", "Bolt"]}
    assert (await caller.call(Call("write_to_found", {}, owner="bob"))).output == {"written": []}
    assert (await caller.call(Call("write_to_found", {}, owner="ada"))).output == {"written": ["Acme", "Bolt"]}
    assert (await caller.call(Call("write_to_found", {}, owner="ada"))).output == {"written": []}


async def test_the_mistake_of_the_page_is_told_as_it_stands_there(caller: LocalCaller) -> None:
    with pytest.raises(Mistakes) as raised:
        await caller.call(Call("count_words", {"text": "a", "times": []}))
    (mistake,) = raised.value.mistakes
    assert f"`{mistake.path}: {mistake.message}`" in PAGE


def test_the_first_agent_takes_ten_lines() -> None:
    lines = [line for line in BLOCKS[0].splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= 10


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    points = (
        selection.MATCH,
        selection.HEALTH,
        selection.SUCCESS,
        selection.LOAD,
        selection.LATENCY,
        selection.COST,
    )
    match, health, success, load, latency, cost = points
    told = re.sub(r"\s+", " ", PAGE)
    assert f"of 100 points {match} for the match (20" in told
    assert (
        f"{health} for health, {success} for success, {load} for load, {latency} for latency, {cost} for cost"
        in told
    )
    assert LEASE_SECONDS == 8
    assert {"attempts", "wait", "longest_wait", "breaker_failures", "breaker_seconds"} <= set(vars(Limits()))
