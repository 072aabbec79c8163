"""What was said before changes what the flow does: by the fields of the history, and never by guessing."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command
from redis.asyncio import Redis

from memory.checkpoints import RedisSaver
from memory.edge_index import EdgeIndex
from memory.errors import Suppressed
from memory.indexed_interactions import IndexedInteractions
from memory.interaction_records import Records
from memory.interactions import Where
from memory.records import Interaction
from memory.snapshots import Snapshots
from memory.suppressions import Suppressions
from server.assembly import DEMO, outreach_graph, read_inputs
from server.engines import lasting_engine
from server.settings import Settings
from tools.embedding import MiniLM
from tools.mail import FolderOutbox
from tools.workers import Inline

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
LATER = "2026-09-01T00:00:00Z"
ACCEPT = Command(resume=[{"type": "accept", "args": None}])
Flow = Callable[..., Any]


@pytest.fixture
async def interactions(redis_client: Redis, short_folder: Path) -> AsyncIterator[IndexedInteractions]:
    model = MiniLM()
    index = EdgeIndex(short_folder / "interactions", model=model.name, size=model.size)
    store = IndexedInteractions(Records(redis_client), embedder=model, index=index, clock=lambda: NOW)
    yield store
    await store.close()


@pytest.fixture
def flow(interactions: IndexedInteractions, redis_client: Redis, tmp_path: Path, demo_lead: dict[str, Any]) -> Flow:
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))

    async def run(given: object = None, *, thread: str = "one", now: datetime = NOW, **lead: str) -> Any:
        graph = outreach_graph(
            inputs,
            engine=lasting_engine(Settings(), Inline()),
            workers=Inline(),
            snapshots=Snapshots(tmp_path),
            outbox=FolderOutbox(tmp_path / "outbox"),
            interactions=interactions,
            clock=lambda: now,
        ).compile(RedisSaver(redis_client))
        config: Any = {"configurable": {"thread_id": thread}}
        state = await graph.ainvoke(given or {"lead": demo_lead | lead}, config)
        waiting = (await graph.aget_state(config)).interrupts
        return {**state, "description": waiting[0].value["description"] if waiting else ""}

    return run


@pytest.fixture
def said(demo_lead: dict[str, Any]) -> Callable[..., Interaction]:
    """Something that happened with the demo's lead, or as told."""
    local, _, domain = demo_lead["email"].partition("@")

    def make(text: str = "Something was said.", **given: Any) -> Interaction:
        base = {
            "id": f"{text} {given}",
            "account": domain,
            "person": f"{local}+news@{domain}",
            "person_name": "Gareth Whitlam",
            "kind": "mail_received",
            "at": "2026-05-04T10:00:00+02:00",
            "text": text,
        }
        return Interaction.model_validate(base | given)

    return make


Said = Callable[..., Interaction]


async def test_without_a_history_all_is_as_before_and_no_model_is_asked(flow: Flow) -> None:
    state = await flow()
    assert (state["status"], state["past"], state.get("standing")) == ("awaiting_approval", (), None)
    assert "known from before" not in state["description"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"outcome": "refused", "text": "No, thank you."}, ["said no", "2026-05-04", "No, thank you."]),
        ({"outcome": "unsubscribed", "kind": "note"}, ["asked not to be written to", "a note of 2026-05-04"]),
        ({"outcome": "bounced", "kind": "outcome"}, ["could not be reached by mail", "2026-05-04"]),
        ({"outcome": "wait", "due": "2027-03-01"}, ["asked to wait until 2027-03-01", "their mail of 2026-05-04"]),
        ({"outcome": "refused", "due": "2028-05-01"}, ["said no (not before 2028-05-01)"]),
    ],
)
async def test_who_must_not_be_written_to_is_skipped_unread_with_when_and_where_it_was_said(
    flow: Flow,
    interactions: IndexedInteractions,
    said: Said,
    tmp_path: Path,
    given: dict[str, str],
    words: list[str],
) -> None:
    await interactions.remember(
        [said(**given), said("A later template.", kind="mail_sent", at="2026-06-01T00:00:00Z")]
    )
    state = await flow()
    assert state["status"] == "skipped"
    assert all(word in state["standing"].stop for word in words)
    assert not (tmp_path / "snapshots").exists()
    assert len(await interactions.history()) == 2  # being skipped for it is nothing new


async def test_a_wait_ends_on_its_day(flow: Flow, interactions: IndexedInteractions, said: Said) -> None:
    await interactions.remember([said(outcome="wait", due="2027-03-01")])
    day_before, day = datetime(2027, 2, 28, 23, 59, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    assert (await flow(now=day_before))["status"] == "skipped"
    state = await flow(now=day)
    assert (state["status"], state["qualification"].status) == ("awaiting_approval", "qualified")
    assert "asked to wait until 2027-03-01" in state["description"]


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ([{"outcome": "refused"}, {"outcome": "met", "at": LATER}], "review"),
        (
            [{"outcome": "refused"}, {"outcome": "wait", "due": "2026-10-01", "at": LATER}],
            "review",
        ),
        ([{"outcome": "refused"}, {"outcome": "wait", "due": "2027-10-01", "at": LATER}], None),
        ([{"outcome": "refused"}, {"outcome": "objection", "at": LATER}], None),
        ([{"outcome": "unsubscribed"}, {"outcome": "met", "at": LATER}], None),
        ([{"outcome": "bounced"}, {"at": LATER}], "review"),
        (
            [{"outcome": "wait", "due": "2027-10-01"}, {"outcome": "wait", "due": "2026-10-01", "at": NOW}],
            "qualified",
        ),
        ([{"outcome": "wait"}], "review"),
        ([{}], "review"),
        ([{"outcome": "referral"}], "review"),
        ([{"kind": "decision", "text": "Do not chase."}], "review"),
        ([{"outcome": "promise", "due": "2026-06-01"}], "qualified"),
        ([{"kind": "note", "text": "Prefers the phone."}, {"kind": "mail_sent", "text": "Hello."}], "qualified"),
        ([{"outcome": "refused", "person": "dana@{domain}"}], "review"),
        ([{"outcome": "unsubscribed", "person": "dana@{domain}"}], "review"),
        ([{"outcome": "wait", "due": "2027-10-01", "person": "dana@{domain}"}], "review"),
        ([{"outcome": "wait", "due": "2026-10-01", "person": "dana@{domain}"}], "qualified"),
        ([{"outcome": "referral", "person": "dana@{domain}"}], "qualified"),
        ([{"outcome": "refused", "person": "dana@other.example", "account": "other.example"}], "qualified"),
    ],
)
async def test_each_outcome_stops_is_reviewed_or_is_told_as_it_should(
    flow: Flow, interactions: IndexedInteractions, said: Said, history: list[dict[str, Any]], status: str | None
) -> None:
    domain = said().account
    await interactions.remember(
        [
            said(**{key: value.format(domain=domain) if key == "person" else value for key, value in one.items()})
            for one in history
        ]
    )
    state = await flow()
    verdict = state.get("qualification")
    assert (verdict.status if verdict else None) == status


async def test_a_colleagues_answer_and_a_promise_are_shown_to_whoever_approves_and_told_to_no_reader(
    flow: Flow, interactions: IndexedInteractions, said: Said
) -> None:
    colleague = f"dana@{said().account}"
    await interactions.remember(
        [
            said("Talk to Gareth about zebras.", outcome="referral", person=colleague, person_name="Dana"),
            said("A zebra sheet by Friday.", kind="note", outcome="promise", due="2026-05-08"),
        ]
    )
    state = await flow()
    assert "A colleague: Dana referred us to somebody else" in state["description"]
    assert "“A zebra sheet by Friday.”). That day has passed." in state["description"]
    assert "zebra" not in state["draft"].subject + state["draft"].body
    assert {item.text for item in state["past"]} == {"A zebra sheet by Friday.", "Talk to Gareth about zebras."}


async def test_a_no_that_came_after_the_mail_was_written_keeps_it_in(
    flow: Flow, interactions: IndexedInteractions, said: Said, tmp_path: Path
) -> None:
    await flow()
    await interactions.remember([said(outcome="refused", text="No more, please.")])
    with pytest.raises(Suppressed, match="No more, please"):
        await flow(ACCEPT)
    assert not (tmp_path / "outbox").exists()


async def test_a_quotation_that_was_used_is_not_used_again(
    flow: Flow, interactions: IndexedInteractions, said: Said, tmp_path: Path
) -> None:
    first = await flow()
    done = await flow(ACCEPT)
    assert done["status"] == "approved"
    (kept,) = await interactions.history(Where(account=said().account))
    assert kept.kind == "decision"
    assert "sent" not in kept.text.partition("\n")[0]
    assert kept.quotations
    assert first["draft"].body in kept.text

    other = {"email": f"dana@{said().account}", "first_name": "Dana", "last_name": "Holt", "full_name": "Dana Holt"}
    second = await flow(thread="two", **other)
    assert not {fact.quote for fact in second["facts"]} & set(kept.quotations)
    assert all(f"“{quote}”" in " ".join(second["standing"].remarks) for quote in kept.quotations)
    again = await flow(thread="three")
    assert again["qualification"].status == "review"  # a mail to the person was approved before


async def test_a_quotation_in_an_imported_mail_counts_as_used(
    flow: Flow, interactions: IndexedInteractions, said: Said
) -> None:
    quote = (await flow())["facts"][0].quote
    text = f"Dear Dana, your page says: {quote.upper()} Would you talk?"
    await interactions.remember([said(text, kind="mail_sent", person=f"dana@{said().account}")])
    state = await flow(thread="two")
    assert quote not in {fact.quote for fact in state["facts"]}
    assert "Not quoted again" in state["description"]


async def test_how_a_run_ended_is_remembered_once_however_often_the_node_runs(
    flow: Flow, interactions: IndexedInteractions
) -> None:
    for _ in range(2):
        state = await flow(website="https://nowhere.example/")
        assert state["status"] == "failed"
    kept = await interactions.history()
    assert [(item.kind, item.text.partition(":")[0]) for item in kept] == [("note", "No mail")]


async def test_a_lead_that_a_person_set_aside_is_for_a_person_the_next_time(
    flow: Flow, interactions: IndexedInteractions
) -> None:
    await flow()
    assert (await flow(Command(resume=[{"type": "ignore", "args": None}])))["status"] == "skipped"
    assert (await interactions.history())[0].text.startswith("A draft was set aside")
    assert (await flow(thread="two"))["qualification"].status == "review"


async def test_two_people_at_a_free_mail_host_are_no_colleagues(
    flow: Flow, interactions: IndexedInteractions, said: Said
) -> None:
    await interactions.remember([said(outcome="refused", account="gmail.com", person="bo@gmail.com")])
    state = await flow(email="ada@gmail.com")
    assert state["qualification"].status == "qualified"


async def test_of_a_long_history_no_refusal_is_overlooked_and_what_bears_on_the_offer_is_shown(
    flow: Flow, interactions: IndexedInteractions, said: Said
) -> None:
    person = f"dana@{said().account}"
    old = said("We draw up the production plan by hand.", kind="note", at="2025-01-01T00:00:00Z", person=person)
    many = [
        said(f"Invoice address checked, {n}.", kind="note", at=f"2026-06-{n % 28 + 1:02}T00:00:00Z", person=person)
        for n in range(60)
    ]
    refused = said(outcome="refused", at="2024-01-01T00:00:00Z", person=person)
    await interactions.remember([old, *many, refused])
    state = await flow()
    assert state["qualification"].status == "review"
    assert {old.id, refused.id} <= {item.id for item in state["past"]}
    assert len(state["past"]) <= 40


async def test_who_was_erased_is_skipped_unread_and_nothing_is_remembered(
    flow: Flow, interactions: IndexedInteractions, demo_lead: dict[str, Any], redis_client: Redis, tmp_path: Path
) -> None:
    await Suppressions(redis_client).add(demo_lead["email"], "erased", NOW)
    state = await flow()
    assert (state["status"], state["standing"].stop) == (
        "skipped",
        "The address is on the suppression list (erased).",
    )
    assert not (tmp_path / "snapshots").exists()
    assert await interactions.history() == []
