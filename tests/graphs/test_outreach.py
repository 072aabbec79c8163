"""The outreach flow, driven as Studio and HTTP drive it: by its input and by the answers of a person."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command
from redis.asyncio import Redis

from memory.checkpoints import RedisSaver
from memory.errors import Invalid
from memory.snapshots import Snapshots
from server.assembly import DEMO, outreach_graph, read_inputs
from server.engines import offline_engine
from server.settings import Settings
from tools.mail import FolderOutbox
from tools.workers import Inline

ACCEPT = [{"type": "accept", "args": None}]
Resume = Callable[[object], Any]


@pytest.fixture
def config() -> Any:
    return {"configurable": {"thread_id": "one"}}


@pytest.fixture
async def flow(redis_client: Redis, tmp_path: Path) -> AsyncIterator[Any]:
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))
    graph = outreach_graph(
        inputs,
        engine=offline_engine(Inline()),
        workers=Inline(),
        snapshots=Snapshots(tmp_path),
        outbox=FolderOutbox(tmp_path / "outbox"),
    )
    yield graph.compile(RedisSaver(redis_client))


@pytest.fixture
async def waiting(flow: Any, config: Any, demo_lead: dict[str, Any]) -> Any:
    """The flow, stopped at the approval."""
    state = await flow.ainvoke({"lead": demo_lead}, config)
    assert state["status"] == "awaiting_approval"
    return flow


async def request_of(flow: Any, config: Any) -> dict[str, Any]:
    value = (await flow.aget_state(config)).interrupts[0].value
    assert isinstance(value, dict)
    return value


def edited(subject: str, body: str) -> list[dict[str, Any]]:
    args = {"action": "send_email", "args": {"subject": subject, "body": body}}
    return [{"type": "edit", "args": args}]


def outbox(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "outbox").glob("*.eml"))


async def test_the_approval_shows_the_mail_and_what_it_rests_on(
    waiting: Any, config: Any, demo_lead: dict[str, Any]
) -> None:
    request = await request_of(waiting, config)
    assert request["action_request"]["args"].keys() == {"to", "subject", "body"}
    assert request["action_request"]["args"]["to"] == demo_lead["email"]
    assert request["config"] == {
        "allow_accept": True,
        "allow_edit": True,
        "allow_ignore": True,
        "allow_respond": False,
    }
    assert "“" in request["description"]


async def test_a_yes_puts_one_mail_into_the_outbox(waiting: Any, config: Any, tmp_path: Path) -> None:
    done = await waiting.ainvoke(Command(resume=ACCEPT), config)
    assert done["status"] == "approved"
    assert done["approval"].draft_sha256 == done["draft"].sha256
    assert len(outbox(tmp_path)) == 1


async def test_a_no_ends_the_run_without_a_mail(waiting: Any, config: Any, tmp_path: Path) -> None:
    done = await waiting.ainvoke(Command(resume=[{"type": "ignore", "args": None}]), config)
    assert done["status"] == "skipped"
    assert outbox(tmp_path) == []


async def test_an_edit_that_stays_true_goes_out_as_edited(waiting: Any, config: Any, tmp_path: Path) -> None:
    args = (await request_of(waiting, config))["action_request"]["args"]
    body = args["body"].replace("Best regards", "Kind regards")
    done = await waiting.ainvoke(Command(resume=edited(args["subject"], body)), config)
    assert done["status"] == "approved"
    assert b"Kind regards" in outbox(tmp_path)[0].read_bytes()


async def test_an_edit_that_says_what_no_page_says_comes_back_with_the_reason(
    waiting: Any, config: Any, tmp_path: Path
) -> None:
    args = (await request_of(waiting, config))["action_request"]["args"]
    lie = args["body"].replace("\n\n", "\n\nYou have 4,711 employees in Atlantis. ", 1)
    await waiting.ainvoke(Command(resume=edited(args["subject"], lie)), config)
    again = await request_of(waiting, config)
    assert "not proven" in again["description"]
    assert outbox(tmp_path) == []
    done = await waiting.ainvoke(Command(resume=edited(args["subject"], args["body"])), config)
    assert done["status"] == "approved"


@pytest.mark.parametrize(
    "answer",
    ["yes", [], [{"type": "response", "args": "shorter"}], edited("a", "b")[:0], [{"type": "edit", "args": 1}]],
)
async def test_an_answer_that_is_none_is_asked_for_again_with_what_was_wrong(
    waiting: Any, config: Any, tmp_path: Path, answer: object
) -> None:
    await waiting.ainvoke(Command(resume=answer), config)
    assert (await request_of(waiting, config))["description"].startswith(("The approval is answered", "An edit is"))
    assert outbox(tmp_path) == []
    assert (await waiting.ainvoke(Command(resume=ACCEPT), config))["status"] == "approved"


async def test_the_second_of_two_yeses_changes_nothing(waiting: Any, config: Any, tmp_path: Path) -> None:
    await waiting.ainvoke(Command(resume=ACCEPT), config)
    sent = outbox(tmp_path)[0].read_bytes()
    await waiting.ainvoke(Command(resume=edited("Other", "Words")), config)
    assert [path.read_bytes() for path in outbox(tmp_path)] == [sent]


async def test_a_profile_given_with_the_lead_takes_the_place_of_the_flows_own(
    flow: Any, config: Any, demo_lead: dict[str, Any]
) -> None:
    criterion = {"id": "tiny", "kind": "must", "rule": "employees < 3", "weight": 1}
    icp = {"name": "Tiny", "threshold": 50, "criteria": [criterion]}
    done = await flow.ainvoke({"lead": demo_lead, "icp": icp}, config)
    assert (done["qualification"].status, done["status"]) == ("not_qualified", "skipped")


async def test_a_rule_that_does_not_parse_is_named_before_any_page_is_read(
    flow: Any, config: Any, demo_lead: dict[str, Any], tmp_path: Path
) -> None:
    criterion = {"id": "tiny", "kind": "must", "rule": "employees <> 3", "weight": 1}
    with pytest.raises(Invalid, match=r"criteria\[0\]\.rule"):
        await flow.ainvoke(
            {"lead": demo_lead, "icp": {"name": "Tiny", "threshold": 50, "criteria": [criterion]}}, config
        )
    assert not (tmp_path / "snapshots").exists()


@pytest.mark.parametrize("website", ["", "not a host", "ftp://acme.example", "https://nowhere.example/"])
async def test_a_lead_without_a_readable_page_ends_with_a_sentence(flow: Any, config: Any, website: str) -> None:
    done = await flow.ainvoke({"lead": {"email": "ada@acme.example", "website": website}}, config)
    assert done["status"] == "failed"
    assert done["error"].endswith(".")
    assert "Traceback" not in done["error"]


async def test_a_domain_that_is_not_what_it_looks_like_sends_the_lead_to_review_with_the_reason(
    flow: Any, config: Any, demo_lead: dict[str, Any]
) -> None:
    lead = demo_lead | {"email": "ada@xn--cme-8cd.example", "lead_id": ""}  # a Cyrillic a before Latin letters
    state = await flow.ainvoke({"lead": lead}, config)
    verdict = state["qualification"]
    assert verdict.status == "review"
    assert "xn--cme-8cd.example has letters of two alphabets" in verdict.doubt
