"""Reading a draft as its recipient would: good ones pass, and other people's bad ones do not."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.profile import Offer
from memory.records import Claim, Draft
from memory.words import Language
from tools.engine import Brief
from tools.offline.critique import OfflineCritique
from tools.offline.write import OfflineWriter

MakeBrief = Callable[..., Brief]

SUBJECT = "Production planning at Kegel"
CERTIFIED = "that your KG-500 gearbox is certified to ISO 9001."
BODY = """Hi Ada,

I read on your site that you export to 14 countries from your works in Leeds. \
You also write that your KG-500 gearbox is certified to ISO 9001.

I would guess that the plan is redrawn by hand whenever an order moves.

Planwerk moves what comes after an order when the order moves. \
It reads the order list from a spreadsheet, so that the system in use can stay.

Would 20 minutes next week be useful?

Best regards,
Marta Rossi
founder, Planwerk"""


async def notes_on(brief: Brief, body: str = BODY, subject: str = SUBJECT) -> tuple[str, ...]:
    claims = (Claim(start=0, end=min(40, len(body)), fact_ids=("f1",)),)
    draft = Draft.make(email=brief.lead.email, subject=subject, body=body, claims=claims)
    critique = await OfflineCritique().critique(draft, brief)
    assert critique.passed == (not critique.notes)
    return critique.notes


async def test_a_sober_draft_passes(brief_of: MakeBrief) -> None:
    assert await notes_on(brief_of()) == ()


@pytest.mark.parametrize(
    ("was", "now", "note"),
    [
        ("Hi Ada,", "Hi there,", "Greeting: it does not name Ada"),
        ("Hi Ada,\n\n", "", "Greeting"),
        ("Hi Ada,", "Hi {{first_name}},", "Wording: an unfilled place"),
        ("Hi Ada,", "Hi [First Name],", "Wording: an unfilled place"),
        ("be useful?", "be useful? Or is Friday better?", "Question: 2"),
        ("week be useful?", "week would be useful.", "Question: 0"),
        ("be useful?", "be useful? We look forward to hearing from you soon.", "something follows"),
        ("I read on", "I was really impressed to read on", "“impressed”"),
        ("Planwerk moves", "Planwerk is a game-changer and moves", "game-changer"),
        ("I read on", "I hope this email finds you well, for I read on", "hope this email finds you well"),
        ("you export to", "you you export to", "Repetition"),
        ("Planwerk moves what", "PLANWERK REALLY moves what", "shouts"),
        ("in use can stay.", "in use can stay!", "exclamation"),
        ("in use can stay.", "in use can stay..", "two marks"),
        ("in use can stay.", "in use can stay \U0001f680.", "emoji"),
        ("when the order moves. ", "when the order moves, " * 9, "a sentence of"),
        ("in use can stay.", "in use can stay: https://planwerk.example/demo", "no link"),
        ("\n\nBest regards,\nMarta Rossi\nfounder, Planwerk", "", "Signature"),
        (CERTIFIED, "“our KG-500 gearbox is certified to ISO and”.", "broken off"),
        (CERTIFIED, "“our KG-500 (certified to ISO 9001”.", "broken off"),
        (CERTIFIED, "“we help you choose your gearbox”.", "wrong person"),
        (CERTIFIED, "“our KG-500 gearbox is certified to ISO 9001.", "not closed"),
        (CERTIFIED, "“our gearbox " + "and its many parts " * 6 + "are certified”.", "over 26 words"),
    ],
)  # fmt: skip
async def test_a_bad_draft_is_told_what_is_wrong(brief_of: MakeBrief, was: str, now: str, note: str) -> None:
    assert was in BODY
    notes = await notes_on(brief_of(), BODY.replace(was, now))
    assert any(note in told for told in notes)


async def test_a_draft_that_is_too_short_or_too_long_is_noted(brief_of: MakeBrief) -> None:
    opening, guess, offer = BODY.split("\n\n")[1:4]
    assert any(
        note.startswith("Length") for note in await notes_on(brief_of(), BODY.replace(guess, "").replace(offer, ""))
    )
    longer = f"{opening} {' '.join(f'Word {n} stands here.' for n in range(20))}"
    assert any(note.startswith("Length") for note in await notes_on(brief_of(), BODY.replace(opening, longer)))


async def test_a_sentence_that_stands_twice_is_noted(brief_of: MakeBrief) -> None:
    once = "It reads the order list from a spreadsheet, so that the system in use can stay."
    assert any("stands twice" in note for note in await notes_on(brief_of(), BODY.replace(once, f"{once} {once}")))


@pytest.mark.parametrize(
    ("subject", "note"),
    [
        ("Planning", "Subject: 1 words"),
        ("A rather long subject line that goes on and on", "Subject: 10 words"),
        ("Re: our talk", "conversation is under way"),
        ("Planning at Kegel!", "exclamation"),
        ("Planning\nBcc: all@kegel.example", "line break"),
        ("The revolutionary planning tool", "revolutionary"),
        ("PLANNING SOFTWARE at Kegel", "shouts"),
        ("Planning for {company}", "unfilled place"),
    ],
)
async def test_a_bad_subject_is_told_what_is_wrong(brief_of: MakeBrief, subject: str, note: str) -> None:
    assert any(note in told for told in await notes_on(brief_of(), subject=subject))


async def test_a_mail_as_other_programs_write_it_fails_on_many_counts(brief_of: MakeBrief) -> None:
    body = """Dear Sir or Madam,

I hope this email finds you well! I came across your company and was blown away by your amazing work. \
Are you struggling with planning? Our cutting-edge, best-in-class solution will take you to the next level.

Can we hop on a call? Book here: https://planwerk.example/call

Cheers,
The Team"""
    told = {note.partition(":")[0] for note in await notes_on(brief_of(), body, "QUICK QUESTION for you!!!")}
    assert {"Length", "Subject", "Greeting", "Question", "Signature", "Wording"} <= told


async def test_a_draft_in_the_wrong_language_is_noted(brief_of: MakeBrief) -> None:
    notes = await notes_on(brief_of(language="de"))
    assert any(note.startswith("Language") for note in notes)


async def test_a_draft_that_rests_on_no_page_is_noted(brief_of: MakeBrief) -> None:
    draft = Draft.make(email="ada@kegel.example", subject=SUBJECT, body=BODY)
    notes = (await OfflineCritique().critique(draft, brief_of())).notes
    assert any(note.startswith("Facts") for note in notes)


async def test_the_offers_own_words_and_the_companys_name_are_not_ours_to_judge(brief_of: MakeBrief) -> None:
    brief = brief_of(company="Best Perfect Pumps")
    assert await notes_on(brief, subject="Planning at Best Perfect Pumps") == ()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("sells", ["planning", "accounting", "inspections"])
async def test_what_our_own_writer_writes_passes(
    brief_of: MakeBrief,
    offers: Mapping[str, Offer],
    pages: Mapping[Language, object],
    sells: str,
    language: Language,
) -> None:
    for number in range(20):
        brief = brief_of(pages[language], offer=offers[sells], lang=language, email=f"p{number}@kegel.example")
        draft = await OfflineWriter().write(brief)
        assert draft is not None
        assert (await OfflineCritique().critique(draft, brief)).notes == ()


async def test_a_note_leads_to_another_draft(brief_of: MakeBrief) -> None:
    brief = brief_of()
    first = await OfflineWriter().write(brief)
    assert first is not None
    notes = ("Wording: “game-changer” flatters or presses.",)
    again = await OfflineWriter().write(replace(brief, previous=first, notes=notes, round=1))
    assert again is not None and again.body != first.body


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(max_size=3000), subject=st.text(max_size=200))
async def test_any_draft_can_be_read_and_an_arbitrary_one_fails(
    brief_of: MakeBrief, body: str, subject: str
) -> None:
    brief = brief_of()
    assert await notes_on(brief, body or " ", subject)
