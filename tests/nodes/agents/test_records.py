"""The records agent: leads, contexts and notes, of whoever asks and as an import would take them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from memory.contexts import Contexts
from memory.errors import Conflict, Mistakes, NotFound, Suppressed
from memory.indexed_interactions import IndexedInteractions
from memory.interactions import Where
from memory.leads import Leads
from memory.records import Draft, Lead, Qualification, Result
from memory.result_rows import ResultRows
from memory.run_places import RunPlaces
from memory.suppressions import Suppressions
from memory.words import utc_now
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.records import RecordsAgent
from nodes.recall import Recall
from nodes.registry import AgentRegistry
from server.assembly import DEMO, read_inputs
from server.settings import Settings
from tools.profile_files import load_offer

OFFER = load_offer(DEMO / "offer.toml")
KeepResults = Callable[..., Awaitable[Path]]
ADA = Lead(
    email="ada@kegel.example", first_name="Ada", company="Kegel Gears", title="Chief Technology Officer",
    country="Germany", city="Köln", employees=80, industry="Machinery", website="https://kegel.example",
)  # fmt: skip
BO = Lead(
    email="bo@loop.example", company="Loop", title="Head of Sales", country="AT", employees=8, industry="SaaS"
)
CY = Lead(email="cy@reef.example", company="Reef Bank", title="CTO", location="Paris, France", industry="Fintech")


@pytest.fixture
async def leads(redis_client: Redis) -> Leads:
    store = Leads(redis_client)
    await store.add([ADA, BO, CY])
    return store


@pytest.fixture
def caller(redis_client: Redis, leads: Leads, interactions: IndexedInteractions) -> LocalCaller:
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))
    agent = RecordsAgent(
        leads=leads,
        interactions=interactions,
        suppressions=Suppressions(redis_client),
        results=ResultRows(RunPlaces(redis_client)),
        contexts=lambda owner: Contexts(redis_client, owner),
        icp=inputs.icp,
        offer=inputs.offer,
    )
    return LocalCaller(AgentRegistry([agent]))


async def asked(caller: LocalCaller, capability: str, owner: str = "ada", **parameters: Any) -> dict[str, Any]:
    envelope = await caller.call(Call(capability, parameters, agent="records", run_id="r", owner=owner))
    (record,) = envelope.records
    return {"source": record.provenance.source, **record.data}


async def listed(caller: LocalCaller, **parameters: Any) -> list[str]:
    found = await asked(caller, "list", **parameters)
    return [one["lead"]["email"][:2] for one in found["leads"]]


def result(lead: Lead, score: int, status: Any = "awaiting_approval", verdict: Any = "qualified") -> Result:
    draft = Draft.make(email=lead.email, subject=f"Gears for {lead.company}", body="Hello.")
    qualification = Qualification(status=verdict, score=score)
    return Result(
        run_id="x", engine="offline", lead=lead, qualification=qualification, status=status,
        draft=draft if status == "awaiting_approval" else None,
    )  # fmt: skip


async def test_the_newest_leads_come_first_and_a_limit_says_that_there_is_more(caller: LocalCaller) -> None:
    assert await listed(caller) == ["cy", "bo", "ad"]
    assert await listed(caller, order="oldest") == ["ad", "bo", "cy"]
    found = await asked(caller, "list", limit=2)
    assert (found["count"], found["more"], found["source"]) == (2, True, "leads")
    assert found["leads"][1]["lead"] == BO.model_dump(mode="json")


@pytest.mark.parametrize(
    ("meant", "expected"),
    [
        ({"title": "CTOs"}, ["cy", "ad"]),
        ({"title": "chief technology officer"}, ["cy", "ad"]),
        ({"title": "heads of sales"}, ["bo"]),
        ({"industry": "fintech"}, ["cy"]),
        ({"place": "DACH"}, ["bo", "ad"]),
        ({"country": "Deutschland"}, ["ad"]),
        ({"country": "fr"}, ["cy"]),
        ({"city": "koln"}, ["ad"]),
        ({"place": "paris"}, ["cy"]),
        ({"country": "Germany", "title": "CTO"}, ["ad"]),
        ({"company": "reef"}, ["cy"]),
        ({"company": "kegel.example"}, ["ad"]),
        ({"employees_min": 20}, ["ad"]),
        ({"employees_max": 10}, ["bo"]),
        ({"employees_min": 5, "employees_max": 100, "order": "largest"}, ["ad", "bo"]),
        ({"order": "smallest"}, ["bo", "ad", "cy"]),
        ({"has_website": False}, ["cy", "bo"]),
        ({"words": "banks"}, ["cy"]),
        ({"words": "nothing such"}, []),
        ({"filters": {"title": "CTO", "location": "Germany and Austria"}}, ["ad"]),
        ({"place": "Austria or France"}, ["cy", "bo"]),
        ({"filters": {"website": "kegel.example"}}, ["ad"]),
        ({"email": "bo@loop.example"}, ["bo"]),
    ],
)
async def test_a_list_holds_the_leads_that_are_meant(
    caller: LocalCaller, meant: dict[str, Any], expected: list[str]
) -> None:
    assert await listed(caller, **meant) == expected


async def test_the_last_run_decides_status_verdict_and_score(
    caller: LocalCaller, keep_results: KeepResults
) -> None:
    await keep_results("old", result(ADA, 10, "skipped", "not_qualified"), at=utc_now() - timedelta(days=1))
    await keep_results("new", result(ADA, 90), result(BO, 95), result(BO, 60, "skipped", "review"), at=utc_now())
    assert await listed(caller, verdict="qualified") == ["ad"]
    assert await listed(caller, status=["awaiting_approval", "skipped"]) == ["bo", "ad"]
    assert await listed(caller, order="score", limit=2) == ["ad", "bo"]
    assert await listed(caller, min_score=61) == ["ad"]
    assert await listed(caller, unread=True) == ["cy"]
    found = await asked(caller, "read", lead="ADA@kegel.example")
    assert found["result"]["subject"] == "Gears for Kegel Gears"
    assert (found["result"]["run"], found["source"]) == ("new", f"lead:{ADA.lead_id}")


async def test_more_than_a_page_of_leads_is_gone_through(caller: LocalCaller, leads: Leads) -> None:
    await leads.add([Lead(email=f"p{n}@many.example", employees=n) for n in range(2_500)])
    assert await listed(caller, company="kegel") == ["ad"]
    found = await asked(caller, "list", order="largest", limit=3)
    assert [one["lead"]["employees"] for one in found["leads"]] == [2499, 2498, 2497]


async def test_a_lead_is_kept_as_an_import_would_take_it(caller: LocalCaller, leads: Leads) -> None:
    written = await asked(
        caller,
        "write",
        lead={"name": "Dee Roe", "Email": " Dee <DEE@oak.example> ", "Headcount": "1,200", "tier": "A"},
    )
    (one,) = written["leads"]
    stored = await leads.get(one["lead_id"])
    assert (one["outcome"], written["written"], written["source"]) == ("added", 1, f"lead:{stored.lead_id}")
    assert (stored.email, stored.first_name, stored.extra["tier"]) == ("dee@oak.example", "Dee", "A")
    again = await asked(caller, "write", lead={"email": "dee@oak.example", "company": "Oak"})
    assert again["leads"][0]["outcome"] == "updated"
    assert (await leads.get(one["lead_id"])).first_name == "Dee"


@pytest.mark.parametrize("lead", [{"email": "nonsense"}, {"company": "Oak"}, {}, {"email": ["a@b.example"]}])
async def test_a_lead_that_an_import_would_reject_is_not_kept(
    caller: LocalCaller, leads: Leads, lead: dict[str, Any]
) -> None:
    with pytest.raises(Mistakes) as mistakes:
        await asked(caller, "write", lead=lead)
    assert mistakes.value.mistakes[0].path.startswith("lead")
    assert await leads.count() == 3


async def test_what_a_list_gave_can_be_written_and_removed(caller: LocalCaller, leads: Leads) -> None:
    small = await asked(caller, "list", employees_max=10)
    small.pop("source")
    assert (await asked(caller, "write", leads=small))["leads"][0]["outcome"] == "skipped"
    assert (await asked(caller, "write", remove=small))["removed"] == 1
    assert (await asked(caller, "write", remove=["cy@reef.example", ADA.lead_id, ADA.lead_id]))["removed"] == 2
    assert await leads.count() == 0


async def test_a_context_is_its_owners_and_keeps_its_versions(caller: LocalCaller) -> None:
    first = await asked(caller, "write", context={"job_id": "j", "job_type": "x", "context_data": {"a": None}})
    second = await asked(caller, "write", context={"job_id": "j", "job_type": "x", "context_data": {"a": 2}})
    assert [first["source"], second["source"]] == ["context:j@1", "context:j@2"]
    assert first["context"]["context_data"] == {"a": None}
    assert (await asked(caller, "read", context="j", version=1))["context"]["context_data"] == {"a": None}
    assert (await asked(caller, "list", job_type="x"))["contexts"][0]["version"] == 2
    with pytest.raises(Conflict):
        await asked(caller, "write", context={"job_id": "j", "context_data": {}, "version": 1})
    with pytest.raises(NotFound):
        await asked(caller, "read", context="j", owner="bob")
    assert (await asked(caller, "list", contexts=True, owner="bob"))["contexts"] == []


async def test_a_context_is_made_once_for_all_attempts_at_a_step(caller: LocalCaller) -> None:
    first = await asked(caller, "write", context={"context_data": {"a": 1}})
    again = await asked(caller, "write", context={"context_data": {"a": 1}})
    other = await asked(caller, "write", context={"context_data": {"a": 2}})
    assert first["source"] == again["source"] != other["source"]


async def test_what_is_remembered_comes_back_with_what_the_files_say(caller: LocalCaller) -> None:
    noted = await asked(caller, "note", text="We sell gear oil to wind parks.", about="product")
    assert (noted["remembered"], noted["source"]) == ("We sell gear oil to wind parks.", "context:remembered")
    known = await asked(caller, "read", about="product")
    assert [note["text"] for note in known["notes"]] == ["We sell gear oil to wind parks."]
    assert known["offer"]["what"]
    assert "icp" not in known
    assert (await asked(caller, "read", about="profile"))["icp"]["criteria"]
    assert (await asked(caller, "read", about="all", owner="bob"))["notes"] == []
    assert (await asked(caller, "note", forget="gear oil"))["forgotten"] == ["We sell gear oil to wind parks."]
    assert "has these words" in (await asked(caller, "note", forget="gear oil"))["text"]


async def test_nobody_at_a_domain_is_contacted_once_somebody_says_so(
    caller: LocalCaller, interactions: IndexedInteractions
) -> None:
    noted = await asked(caller, "note", never_contact=["leverx.com", "Tom+x@acme.example"])
    assert noted["never_contact"] == ["leverx.com", "tom@acme.example"]
    assert (await asked(caller, "read", never_contact="x@eu.leverx.com"))["reason"] == "do not contact"
    assert (await asked(caller, "read", never_contact="leverx.com"))["suppressed"]
    assert not (await asked(caller, "read", never_contact="bo@acme.example"))["suppressed"]
    written = await asked(caller, "write", leads=[{"email": "a@leverx.com"}, {"email": "b@ok.example"}])
    assert [one["outcome"] for one in written["leads"]] == ["suppressed", "added"]
    assert (await asked(caller, "read", about="rule"))["notes"][0]["text"] == "Never contact anyone at leverx.com."
    standing = await Recall(interactions, OFFER, utc_now).standing(Lead(email="a@mail.leverx.com"))
    assert standing
    assert standing.stop == "The address is on the suppression list (do not contact)."


@pytest.mark.parametrize(
    ("text", "about", "never"),
    [
        ("Never contact anyone at leverx.com", "rule", ["leverx.com"]),
        ("don't ever email people at https://www.planwerk.example/about", "rule", ["planwerk.example"]),
        ("Put gov.uk addresses on the do-not-contact list", "rule", ["gov.uk"]),
        ("Kontaktiere niemanden bei acme.de", "rule", ["acme.de"]),
        ("never write to people in Switzerland", "rule", []),
        ("We sell a load-testing tool, see acme.example", "product", []),
        ("Our ideal customer is a B2B software company", "profile", []),
        ("Use a friendly but plain tone", "tone", []),
        ("Ada left Kegel Gears, note that down", "other", []),
    ],
)
async def test_the_words_of_a_note_say_what_it_is_about_and_whom_never_to_contact(
    caller: LocalCaller, text: str, about: str, never: list[str]
) -> None:
    noted = await asked(caller, "note", text=text)
    assert (noted["remembered"], noted["never_contact"]) == (text, never)
    (note,) = (await asked(caller, "read", about="all"))["notes"]
    assert note["about"] == about
    assert ("held back for certain" in noted["text"]) == ("Switzerland" in text)


async def test_no_address_of_a_person_gets_into_what_is_remembered(
    caller: LocalCaller, interactions: IndexedInteractions
) -> None:
    banned = await asked(caller, "note", text="Ne contacte jamais Tom@acme.fr")
    assert (banned["never_contact"], "remembered" in banned) == (["tom@acme.fr"], False)
    noted = await asked(caller, "note", text="ada@kegel.example prefers to be phoned")
    assert (noted["text"], "remembered" in noted) == ("Noted about Ada.", False)
    assert len(await interactions.history(Where(person="ada@kegel.example"))) == 1
    with pytest.raises(Mistakes, match="one person at a time"):
        await asked(caller, "note", text="a@kegel.example and b@kegel.example left")
    assert (await asked(caller, "read", about="all"))["notes"] == []


async def test_what_somebody_wrote_about_a_person_bans_nobody(caller: LocalCaller) -> None:
    noted = await asked(caller, "note", text="Never contact acme.example again!", person="tom@acme.example")
    assert (noted["never_contact"], noted["interaction"] is None) == ([], False)


async def test_a_question_finds_the_notes_with_its_words_wherever_they_are_filed(caller: LocalCaller) -> None:
    await asked(caller, "note", text="Never mention a price.", about="rule")
    await asked(caller, "note", text="Write in British English.", about="tone")
    known = await asked(caller, "read", text="What do you know about prices?")
    assert [note["text"] for note in known["notes"]] == ["Never mention a price."]


async def test_plain_words_forget_and_ask(caller: LocalCaller) -> None:
    await asked(caller, "note", text="The price is 49 euros a month.")
    await asked(caller, "note", text="Write in British English.", about="tone")
    known = await asked(caller, "read", text="What do you know about our product so far?")
    assert [note["text"] for note in known["notes"]] == ["The price is 49 euros a month."]
    assert "offer" in known
    assert len((await asked(caller, "read", text="What do you know about Ada?"))["notes"]) == 2
    forgotten = await asked(caller, "note", text="Forget what I said about the price")
    assert forgotten["forgotten"] == ["The price is 49 euros a month."]


async def test_a_note_about_a_person_is_an_interaction_once_for_each_step(
    caller: LocalCaller, interactions: IndexedInteractions
) -> None:
    for _ in range(2):
        told = {"text": "Asked to wait.", "person": "ADA@kegel.example", "outcome": "wait", "due": "2027-01-01"}
        noted = await asked(caller, "note", **told)
    (item,) = await interactions.history(Where(person="ada@kegel.example"))
    assert (item.account, item.company, item.outcome, item.kind) == ("kegel.example", "Kegel Gears", "wait", "note")
    assert noted["source"] == f"interaction:{item.id}"
    assert "Ada" in noted["text"]


async def test_nothing_is_noted_about_somebody_who_was_erased(caller: LocalCaller, redis_client: Redis) -> None:
    await Suppressions(redis_client).add("gone@acme.example", "erased", utc_now())
    with pytest.raises(Suppressed):
        await asked(caller, "note", text="Called.", person="gone@acme.example")


@pytest.mark.parametrize(
    ("capability", "wrong", "path"),
    [
        ("note", {}, "text"),
        ("note", {"text": " "}, "parameters.text"),
        ("note", {"never_contact": ["com", "ok.example", "a b@c.example"]}, "never_contact[0]"),
        ("note", {"never_contact": ["ok.example", "a b.example"]}, "never_contact[1]"),
        ("note", {"text": "Wait.", "outcome": "wait"}, "person"),
        ("read", {}, "lead"),
        ("write", {}, "lead"),
        ("write", {"remove": ["nobody"]}, "remove[0]"),
        ("list", {"verdict": "good"}, "parameters.verdict"),
        ("list", {"limit": 100_000}, "parameters.limit"),
        ("list", {"titel": "x"}, "parameters.titel"),
    ],
)
async def test_what_is_wrong_is_told_at_its_place(
    caller: LocalCaller, capability: str, wrong: dict[str, Any], path: str
) -> None:
    with pytest.raises(Mistakes) as mistakes:
        await asked(caller, capability, **wrong)
    assert mistakes.value.mistakes[0].path.startswith(path)


async def test_a_lead_that_is_not_there_is_told_by_name(caller: LocalCaller) -> None:
    for name in ("nobody@acme.example", "0123456789abcdef", "../x"):
        with pytest.raises(NotFound):
            await asked(caller, "read", lead=name)
