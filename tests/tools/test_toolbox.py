"""The tools that agents may use: found by name and by what they can do, checked, and doing real work."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.errors import Conflict, Mistakes, NotFound, Refused
from memory.interactions import NoInteractions
from memory.snapshots import Snapshots
from nodes.agents.agent import Agent, Made, Task
from nodes.agents.calling import Call, LocalCaller
from nodes.registry import AgentRegistry
from tools.http_calls import ClosedCalls
from tools.registry import Tool, ToolRegistry
from tools.saved_web import open_saved_web
from tools.toolbox import Ports, check_rule, toolbox
from tools.workers import Inline

DEMO = Path(__file__).resolve().parents[2] / "demo"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def tools(tmp_path: Path) -> ToolRegistry:
    return toolbox(
        Ports(
            web=open_saved_web(DEMO / "web"),
            workers=Inline(),
            snapshots=Snapshots(tmp_path),
            interactions=NoInteractions(),
            mail_domains=None,
            calls=ClosedCalls(),
        )
    )


def test_tools_are_found_by_name_and_by_what_they_can_do(tools: ToolRegistry) -> None:
    assert [one.name for one in tools.with_capability("read_web")] == ["read_page"]
    assert "check_rule" in tools
    with pytest.raises(NotFound, match="Did you mean read_page"):
        tools.get("read_pages")
    with pytest.raises(Conflict, match="check_rule already"):
        tools.register(check_rule())


async def test_what_a_tool_takes_is_checked(tools: ToolRegistry) -> None:
    with pytest.raises(Mistakes) as raised:
        await tools.use("read_page", {"uri": "https://acme.example/"})
    told = {one.path: one.message for one in raised.value.mistakes}
    assert told == {
        "parameters.url": "It is missing. read_page takes url.",
        "parameters.uri": "There is no such parameter. read_page takes url.",
    }


async def test_a_rule_is_checked(tools: ToolRegistry) -> None:
    lead = {"email": "ada@acme.example", "employees": 80}
    assert await tools.use("check_rule", {"rule": "employees > 20", "lead": lead}) == {
        "verdict": "yes",
        "why": "employees = 80",
    }


async def test_nothing_is_called_where_zigral_works_from_saved_pages(tools: ToolRegistry) -> None:
    with pytest.raises(Refused, match="ZIGRAL_WEB=live"):
        await tools.use("call_address", {"url": "https://acme.example/"})


async def test_a_changed_draft_is_not_proven(tools: ToolRegistry) -> None:
    parameters = {
        "lead": {"email": "ada@acme.example", "company": "Acme"},
        "draft": {"subject": "Hi", "body": "You have 900 pumps.", "sha256": "0" * 64},
        "offer": OFFER,
    }
    proof = await tools.use("prove_draft", parameters)
    assert proof["passed"] is False


OFFER = {
    "what": "production planning",
    "audience": "makers",
    "call_to_action": "Would next week be useful?",
    "language": "en",
    "sender": {
        "name": "Marta Rossi",
        "role": "Founder",
        "company": "Zigral Demo",
        "email": "marta@zigral-demo.example",
        "reply_to": "marta@zigral-demo.example",
        "postal_address": "1 Example Street, 20121 Milano, Italy",
        "unsubscribe": "mailto:stop@zigral-demo.example",
    },
    "statements": [{"id": "lines", "text": "Our tool was used on 140 production lines."}],
}


class Reader(Agent):
    agent_id = "reader"
    capabilities = ("read",)

    async def execute(self, task: Task) -> Made:
        return await task.tools.use("read_page", task.parameters)


async def test_agents_are_given_the_tools(tools: ToolRegistry) -> None:
    caller = LocalCaller(AgentRegistry([Reader()]), tools, clock=lambda: NOON)
    url = next(page.url for page in open_saved_web(DEMO / "web").pages.values() if page.file)
    envelope = await caller.call(Call("read", {"url": url}))
    data = envelope.records[0].data
    assert (data["url"], bool(data["text"])) == (url, True)


def test_a_tool_shows_what_it_is() -> None:
    assert isinstance(check_rule(), Tool)
    assert "check_rules" in repr(check_rule())
