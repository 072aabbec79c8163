"""A first mail from facts, an offer and reviewed sentences."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.profile import Guess, Offer, Statement
from memory.records import Draft, Finding, Qualification
from memory.words import Language
from tools.engine import Brief
from tools.offline.write import OfflineWriter
from tools.proof.check import prove

MakeBrief = Callable[..., Brief]
Offers = Mapping[str, Offer]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr")
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def written(brief: Brief) -> Draft:
    draft = await OfflineWriter().write(brief)
    assert draft is not None
    return draft


def findings(brief: Brief, draft: Draft, folder: Path) -> list[str]:
    """What the proof check has against it, as a person would be told."""
    proof = prove(
        lead=brief.lead,
        offer=brief.offer,
        snapshots=brief.snapshots,
        texts={snapshot.id: (folder / snapshot.file).read_bytes() for snapshot in brief.snapshots},
        facts=brief.facts,
        qualification=Qualification(status="qualified", score=80),
        draft=draft,
    )
    return [f"{finding.code}: {finding.message}" for finding in proof.findings]


def letter(draft: Draft) -> str:
    """From the greeting to the question."""
    return draft.body[: draft.body.rindex("?") + 1]


def words(draft: Draft) -> int:
    return sum(any(map(str.isalnum, token)) for token in letter(draft).split())


def claimed(draft: Draft) -> dict[str, str]:
    return {draft.body[claim.start : claim.end]: claim.source for claim in draft.claims}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sells", ["planning", "accounting", "inspections"])
async def test_a_mail_has_60_to_120_words_one_question_and_a_signature(
    brief_of: MakeBrief, offers: Offers, pages: Mapping[Language, object], sells: str, language: Language
) -> None:
    draft = await written(brief_of(pages[language], offer=offers[sells], lang=language))
    assert 60 <= words(draft) <= 120
    assert draft.body.count("?") == 1
    assert "Marta Rossi" in draft.body.rpartition("?")[2]
    assert 2 <= len(draft.subject.split()) <= 7


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sells", ["planning", "accounting", "inspections"])
async def test_every_opening_subject_and_frame_passes_the_proof_check(
    brief_of: MakeBrief,
    offers: Offers,
    pages: Mapping[Language, object],
    tmp_path: Path,
    sells: str,
    language: Language,
) -> None:
    for number in range(40):
        row = {"email": f"p{number}@kegel.example", "first_name": "" if number % 5 == 0 else "Ada"}
        brief = brief_of(pages[language], offer=offers[sells], lang=language, **row)
        for again in (0, 1):
            asked = replace(brief, round=again)
            assert findings(asked, await written(asked), tmp_path) == []


async def test_the_greeting_names_the_person_in_the_manner_of_the_language(
    brief_of: MakeBrief, pages: Mapping[Language, object]
) -> None:
    starts = {lang: (await written(brief_of(pages[lang], lang=lang))).body.split("\n")[0] for lang in LANGUAGES}
    assert starts == {"en": "Hi Ada,", "de": "Guten Tag Ada Novak,", "fr": "Bonjour Ada,"}


async def test_the_tone_of_the_offer_sets_greeting_and_sign_off(brief_of: MakeBrief, offers: Offers) -> None:
    formal = await written(brief_of(offer=offers["planning"].model_copy(update={"tone": "formal"})))
    warm = await written(brief_of(offer=offers["planning"].model_copy(update={"tone": "warm"})))
    assert formal.body.startswith("Dear Ada Novak,") and "Kind regards," in formal.body
    assert warm.body.startswith("Hello Ada,") and "Warm regards," in warm.body


async def test_a_role_address_without_a_name_is_greeted_without_one_and_may_pass_it_on(brief_of: MakeBrief) -> None:
    draft = await written(brief_of(email="info@kegel.example", first_name="Sales", last_name=""))
    assert draft.body.startswith("Hello,\n")
    assert "a name is" in draft.body


async def test_a_full_name_is_enough_for_a_greeting(brief_of: MakeBrief) -> None:
    draft = await written(brief_of(first_name="", last_name="", full_name="Dr. Ada Novak"))
    assert draft.body.startswith("Hi Ada,")


HOSTILE = [
    "A" + "\u0301" * 10_000,
    "\u202eadA",
    "Ada\nBcc: everyone@kegel.example",
    "{{first_name}}",
    "<b>Ada</b>",
    "{page}",
    "[Name]",
    "Аdа",  # Cyrillic letters among Latin ones
    "x" * 500,
    "http://kegel.example",
    "$name",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_that_no_letter_can_carry_is_left_out(brief_of: MakeBrief, name: str) -> None:
    draft = await written(brief_of(first_name=name, last_name=name, company=name, full_name=""))
    assert not _odd(draft)
    assert draft.subject.isprintable()


def _odd(draft: Draft) -> bool:
    everything = f"{draft.subject}\n{draft.body}"
    return bool(re.search(r"[{}<>\[\]$\u0301\u202e]|http|x{20}|[А-я]|\nBcc", everything))


async def test_claims_cover_what_rests_on_facts_on_the_offer_and_on_the_row(brief_of: MakeBrief) -> None:
    draft = await written(brief_of())
    sources = claimed(draft)
    assert sources["Hi Ada,"] == "lead"
    assert sources["Our board was used on 140 production lines."] == "offer" or "spreadsheet" in draft.body
    facts = [text for text, source in sources.items() if source == "fact"]
    assert facts and all(claim.fact_ids for claim in draft.claims if claim.source == "fact")
    assert any("14 countries" in text or "ISO 9001" in text or "hall" in text for text in facts)


async def test_a_guess_is_the_offers_own_and_none_is_made_up(brief_of: MakeBrief, offers: Offers) -> None:
    product = (("We cast housings for ships and for cranes in Leeds.", "product"),)
    assert "I would guess" not in (await written(brief_of(product))).body
    sized = (("We export to 14 countries from our works in Leeds.", "size"),)
    assert "I would guess that the plan is redrawn by hand" in (await written(brief_of(sized))).body


async def test_a_guess_about_the_reader_is_never_written(brief_of: MakeBrief, offers: Offers) -> None:
    about_you = Guess(about="size", text="I would guess that your planners redraw it by hand.")
    offer = offers["planning"].model_copy(update={"guesses": (about_you,)})
    draft = await written(brief_of((("We export to 14 countries from Leeds.", "size"),), offer=offer))
    assert "your planners" not in draft.body


async def test_the_lead_is_written_to_in_its_language_where_the_offer_speaks_it(
    brief_of: MakeBrief, pages: Mapping[Language, object], offers: Offers
) -> None:
    asked = await written(brief_of(pages["en"], lang="en", language="German"))
    assert asked.body.startswith("Guten Tag") and "„" in asked.body
    unspoken = await written(brief_of(pages["de"], lang="de", offer=offers["accounting"]))
    assert unspoken.body.startswith("Bonjour") and "«\u00a0" in unspoken.body


async def test_an_offer_that_speaks_no_language_writes_nothing(brief_of: MakeBrief, offers: Offers) -> None:
    mute = offers["planning"].model_copy(
        update={"call_to_action": {"de": "Passt das?"}, "statements": offers["accounting"].statements}
    )
    assert await OfflineWriter().write(brief_of(offer=mute)) is None


@pytest.mark.parametrize(
    "quote",
    [
        "We help you grow your business with our best people.",
        "This is also true of the new one.",
        "We make pumps, valves, and",
        "I am the founder of this great firm.",
        "Why do we make pumps in Leeds?",
    ],
)
async def test_nothing_is_written_on_a_fact_that_cannot_be_said(brief_of: MakeBrief, quote: str) -> None:
    assert await OfflineWriter().write(brief_of(((quote, "product"),))) is None


async def test_no_fact_no_mail(brief_of: MakeBrief) -> None:
    assert await OfflineWriter().write(replace(brief_of(), facts=())) is None


async def test_a_weak_fact_gets_a_modest_mail_and_one_below_the_floor_none(brief_of: MakeBrief) -> None:
    one = (("We export to 14 countries from our works in Leeds.", "size"),)
    modest = await written(brief_of(one, score=1.0))
    assert "made me write" not in modest.body and "stopped at" not in modest.body
    assert (
        await OfflineWriter().write(
            brief_of((("We make many good and useful pumps here.", "product"),), score=-2.0)
        )
        is None
    )


async def test_a_concrete_fact_comes_before_praise(brief_of: MakeBrief) -> None:
    said = (
        ("We are the leading and best maker of pumps.", "product"),
        ("We test every pump for 40 minutes.", "method"),
    )
    draft = await written(brief_of(said))
    assert "40 minutes" in draft.body and "leading" not in draft.body


async def test_on_the_second_round_a_fact_with_a_problem_is_dropped_and_the_words_change(
    brief_of: MakeBrief,
) -> None:
    brief = brief_of()
    first = await written(brief)
    fact = next(claim for claim in first.claims if claim.source == "fact")
    problem = Finding(where="body", start=fact.start, end=fact.end, code="number_not_in_source", message="14")
    again = await written(replace(brief, previous=first, problems=(problem,), round=1))
    cited = {fact_id for claim in again.claims for fact_id in claim.fact_ids}
    assert cited and not cited & set(fact.fact_ids)
    assert again.body.split("\n")[2] != first.body.split("\n")[2]


async def test_a_note_that_quotes_a_fact_drops_it_too(brief_of: MakeBrief) -> None:
    brief = brief_of()
    first = await written(brief)
    note = "Quotation: it is broken off (“We export to 14 countries from our works in Leeds.”)."
    again = await written(replace(brief, previous=first, notes=(note,), round=1))
    assert "14 countries" not in again.body


async def test_a_subject_with_a_problem_is_replaced_by_a_plain_one(brief_of: MakeBrief) -> None:
    brief = brief_of()
    first = await written(brief)
    problem = Finding(where="subject", start=0, end=3, code="name_not_in_source", message="Kegel")
    again = await written(replace(brief, previous=first, problems=(problem,), round=1))
    assert "Kegel" not in again.subject and again.subject != first.subject


@pytest.mark.parametrize("language", LANGUAGES)
async def test_openings_and_subjects_differ_from_lead_to_lead(
    brief_of: MakeBrief, pages: Mapping[Language, object], language: Language
) -> None:
    briefs = [brief_of(pages[language], lang=language, email=f"person{n}@kegel.example") for n in range(60)]
    drafts = [await written(brief) for brief in briefs]
    assert len({draft.body.split("\n")[2] for draft in drafts}) >= 12
    assert len({draft.subject for draft in drafts}) >= 5


async def test_the_reader_is_not_told_what_they_did_themselves(brief_of: MakeBrief) -> None:
    said = (
        ("The firm was started by two welders, Ruth Anstey and Ada Novak.", "proof-point"),
        ("We weld 1,350 frames a year in Leeds.", "size"),
    )
    assert "Anstey" not in (await written(brief_of(said))).body


async def test_a_history_leads_up_to_no_guess(brief_of: MakeBrief, offers: Offers) -> None:
    about_proof = Guess(about="proof-point", text="I would guess that somebody puts the papers together by hand.")
    offer = offers["planning"].model_copy(update={"guesses": (about_proof,)})
    old = await written(brief_of((("Kegel was founded in Leeds by a miller.", "proof-point"),), offer=offer))
    certified = await written(brief_of((("Our works are certified to ISO 9001.", "proof-point"),), offer=offer))
    assert "papers" not in old.body and "papers" in certified.body


async def test_a_guess_stands_only_behind_facts_of_its_kind(brief_of: MakeBrief, offers: Offers) -> None:
    said = (
        ("We export to 14 countries from our works in Leeds.", "size"),
        ("We test every pump for 40 minutes.", "method"),
    )
    body = (await written(brief_of(said))).body
    assert ("I would guess" in body) != ("40 minutes" in body)


async def test_the_offers_statement_with_a_figure_is_told_before_any_filling_line(
    brief_of: MakeBrief, offers: Offers
) -> None:
    for number in range(12):
        body = (await written(brief_of(email=f"p{number}@kegel.example"))).body
        assert "140 production lines" in body and "I am writing" not in body


@pytest.mark.parametrize(
    "beside",
    [
        ("We have been certified to ISO 9001 since 2017.", "proof-point"),
        ("We are 84 people, and 61 of us work on the shop floor.", "size"),
        ("Kegel was started in 1958 by two brothers who were tired of bailing.", "proof-point"),
        ("We recycle the liner of all 300 rolls a year.", "method"),
    ],
)
async def test_what_is_made_and_for_whom_comes_before_history_staff_and_certificates(
    brief_of: MakeBrief, beside: tuple[str, str]
) -> None:
    made = ("We cast housings for 19 shipyards in Leeds.", "product")
    body = (await written(brief_of((beside, made)))).body
    assert "19 shipyards" in body and beside[0].split()[-1].strip(".") not in body


async def test_a_call_to_action_that_asks_nothing_is_followed_by_a_question(
    brief_of: MakeBrief, pages: Mapping[Language, object], offers: Offers
) -> None:
    draft = await written(brief_of(pages["de"], lang="de", offer=offers["inspections"]))
    assert letter(draft).endswith("Antworten Sie mit einem Termin, der Ihnen passt. Wäre das nützlich für Sie?")


async def test_a_first_statement_that_is_too_long_makes_room_for_a_shorter_one(
    brief_of: MakeBrief, offers: Offers
) -> None:
    long = Statement(id="long", text=f"Planwerk plans {'and plans ' * 60}on.")
    offer = offers["planning"].model_copy(update={"statements": (long, *offers["planning"].statements)})
    assert "and plans and plans" not in (await written(brief_of(offer=offer))).body


async def test_an_offer_of_few_words_still_makes_a_whole_mail(brief_of: MakeBrief, offers: Offers) -> None:
    few = {
        "statements": (Statement(id="a", text="Planwerk plans."),),
        "call_to_action": "Interested?",
        "guesses": (),
    }
    offer = offers["planning"].model_copy(update=few)
    assert 60 <= words(await written(brief_of((("We cast iron in Leeds.", "product"),), offer=offer))) <= 120


async def test_a_statement_that_asks_is_left_out_where_there_is_another(
    brief_of: MakeBrief, offers: Offers
) -> None:
    asking = Statement(id="q", text="Tired of planning by hand?")
    offer = offers["planning"].model_copy(update={"statements": (asking, *offers["planning"].statements)})
    assert (await written(brief_of(offer=offer))).body.count("?") == 1


async def test_a_page_in_another_language_is_quoted_in_its_own(brief_of: MakeBrief, offers: Offers) -> None:
    said = (("Vi bygger pumpar i Skåne sedan 1985.", "product"),)
    draft = await written(brief_of(said, lang="sv"))
    assert "“Vi bygger pumpar i Skåne sedan 1985”" in draft.body


NAMES = (
    st.text(max_size=60)
    | st.sampled_from(HOSTILE)
    | st.sampled_from(["Ada", "Łukasz", "MARIE-CLAIRE", "李", "O’Neil"])
)
WORDS = """We Our make export is are has pumps gears 14 3% countries ISO-9001 since 1985 in Leeds and the
you your best (or) “fine” only to KG-500 2,5 to. Wir fertigen Unser mit Nous fabriquons notre"""
QUOTES = st.lists(st.sampled_from(WORDS.split()), min_size=3, max_size=24).map(" ".join)
FACTS = st.lists(
    st.tuples(
        QUOTES | st.text(min_size=1, max_size=80).filter(str.strip), st.sampled_from(["size", "product", "method"])
    ),
    min_size=1,
    max_size=6,
).map(tuple)


@law
@given(said=FACTS, first=NAMES, company=NAMES, lang=st.sampled_from(["en", "de", "fr", "", "sv"]))
async def test_for_any_facts_and_names_a_mail_keeps_its_form_or_is_not_written(
    brief_of: MakeBrief, said: tuple[tuple[str, str], ...], first: str, company: str, lang: str
) -> None:
    brief = brief_of(said, lang=lang, first_name=first, company=company)
    draft = await OfflineWriter().write(brief)
    assert draft == await OfflineWriter().write(brief)
    if draft is None:
        return
    assert 60 <= words(draft) <= 120
    assert draft.body.count("?") == 1
    assert draft.subject.isprintable() and 2 <= len(draft.subject.split()) <= 8
    assert all(0 <= claim.start < claim.end <= len(draft.body) for claim in draft.claims)
    assert {i for claim in draft.claims for i in claim.fact_ids} <= {fact.id for fact in brief.facts}


SENTENCES = {
    "en": (
        "We export to {n} countries.",
        "Our KG-{n} runs at {n} degrees.",
        "Kegel has {n} employees in Leeds and Bath.",
        "We never sell through dealers.",
        "Some of our customers use {n} pumps.",
        "Up to {n} orders leave our hall a day.",
    ),
    "de": (
        "Wir liefern in {n} Länder.",
        "Unser Betrieb hat {n} Mitarbeiter.",
        "Seit {n} Jahren fertigen wir Pumpen in Ulm.",
        "Wir verkaufen nicht an Händler.",
        "Kegel beschäftigt {n} Menschen in Ulm.",
    ),
    "fr": (
        "Nous exportons vers {n} pays.",
        "Notre atelier compte {n} salariés.",
        "Nous ne vendons pas aux revendeurs.",
        "Nos pompes pèsent {n} kilos chacune.",
    ),
}


@law
@given(data=st.data(), lang=st.sampled_from(LANGUAGES), first=NAMES, company=NAMES)
async def test_for_any_figures_and_names_a_mail_passes_the_proof_check(
    brief_of: MakeBrief, tmp_path: Path, data: st.DataObject, lang: Language, first: str, company: str
) -> None:
    patterns = data.draw(st.lists(st.sampled_from(SENTENCES[lang]), min_size=1, max_size=4, unique=True))
    kinds = st.sampled_from(["size", "product", "method", "place"])
    said = tuple((pattern.format(n=data.draw(st.integers(2, 9999))), data.draw(kinds)) for pattern in patterns)
    brief = brief_of(said, lang=lang, first_name=first, company=company)
    draft = await OfflineWriter().write(brief)
    assert draft is None or findings(brief, draft, tmp_path) == []
