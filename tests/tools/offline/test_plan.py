"""The rules that plan: which commands become which agents' steps, and which are none of ours."""

import pytest

from tools.offline.plan import OfflinePlanner
from tools.planning import ActionOffer, OutOfScope, PlanBrief, Planned

OFFERS = tuple(
    ActionOffer(agent, action, "")
    for agent, actions in {
        "research": ("enrich_lead", "read_company", "find_news"),
        "sales": ("qualify_lead", "score"),
        "copywriter": ("draft_email", "reply"),
        "recall": ("search", "history"),
        "records": ("read", "write", "list", "note"),
        "analyst": ("ask",),
        "echo": ("echo",),
    }.items()
    for action in actions
)
AGENTS = {
    "prospect": {"research", "sales", "records"},
    "outreach": {"research", "sales", "copywriter"},
    "follow_up": {"recall", "copywriter"},
    "report": {"analyst"},
    "context": {"records"},
}


async def plan(command: str) -> Planned | OutOfScope:
    return await OfflinePlanner().plan(PlanBrief(command, OFFERS))


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("Find CTOs at fintech companies in Berlin", "prospect"),
        ("Find CTOs at fintech companies in Berlin and draft an intro", "outreach"),
        ("Follow up with everyone who hasn't answered in 5 days", "follow_up"),
        ("How many emails bounced yesterday and why?", "report"),
        ("Never contact anyone at leverx.com", "context"),
    ],
)
async def test_a_kind_of_command_brings_its_agents(command: str, kind: str) -> None:
    planned = await plan(command)
    assert isinstance(planned, Planned)
    assert planned.kind == kind
    assert AGENTS[kind] <= {step.agent for step in planned.steps}


@pytest.mark.parametrize("command", ["what's the capital of australia", "Write a poem about cold calling"])
async def test_what_is_none_of_ours_is_refused_with_what_we_do(command: str) -> None:
    refused = await plan(command)
    assert isinstance(refused, OutOfScope)
    assert "leads" in refused.reason
