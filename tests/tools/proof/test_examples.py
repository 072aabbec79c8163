"""The worked examples of the proof contract, and their like in German and French."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[str]]

PASSES = [
    ("You write that you export to 14 countries.", "We export to 14 countries."),
    ("You export to fourteen markets.", "We export to 14 countries."),
    ("Sie schreiben, dass Sie in 14 Länder exportieren.", "Wir exportieren in 14 Länder."),
    ("Sie exportieren in vierzehn Märkte.", "Wir exportieren in 14 Länder."),
    ("Vous écrivez que vous exportez dans 14 pays.", "Nous exportons dans 14 pays."),
    ("Vous exportez vers quatorze marchés.", "Nous exportons vers 14 pays."),
    (
        "Sie schreiben: „Wir liefern ‚Besondere Leistungen‘ aus Suhl.“",
        "Wir liefern „Besondere Leistungen“ aus Suhl.",
    ),
    ("Vous écrivez : « Nous exportons dans 14 pays. »", "Nous exportons dans 14 pays."),
    ("You have 80 staff.", "There are 80 people in our team."),
    ("You were founded on 12 March 2024.", "Founded on 2024-03-12."),
    ("You sell to 1,200 plants.", "We sell to 1.2k plants."),
    ("You don't sell through dealers.", "We do not sell through dealers."),
]

FAILS = [
    ("You export to 14 factories.", "We export to 14 countries.", "unit_changed", "14 factories"),
    (
        "Your KG-500 runs in 1,200 turbines.",
        "Our gearbox KG-500 runs in up to 1,200 turbines.",
        "bound_dropped",
        "1,200",
    ),
    (
        "All your lines were modernised in March 2023.",
        "Several of our lines were modernised in March 2023.",
        "quantity_changed",
        "All",
    ),
    (
        "You opened a service centre in Malmö.",
        "We plan to open a service centre in Malmö in 2027.",
        "plan_as_fact",
        "You opened a service centre in Malmö",
    ),
    ("Congratulations on the Golden Gear award.", None, "name_not_in_source", "Golden Gear"),
    (
        "You sell through dealers.",
        "We do not sell through dealers.",
        "polarity_changed",
        "You sell through dealers",
    ),
    ("Energy use fell by 18 points.", "Energy use fell by 18% last year.", "number_not_in_source", "18 points"),
    ("Your machines often stand still.", None, "uncited_statement", "Your machines often stand still"),
    (
        "You say “our pumps last for ever”.",
        "Some of our customers run their pumps for 30 years.",
        "quoted_not_in_source",
        "our pumps last for ever",
    ),
    ("Hi Jonas,", None, "name_not_in_source", "Jonas"),
    ("Sie exportieren in 14 Werke.", "Wir exportieren in 14 Länder.", "unit_changed", "14 Werke"),
    (
        "Ihr KG-500 läuft in 1.200 Turbinen.",
        "Unser KG-500 läuft in bis zu 1.200 Turbinen.",
        "bound_dropped",
        "1.200",
    ),
    (
        "Alle Ihre Linien wurden im März 2023 erneuert.",
        "Einige unserer Linien wurden im März 2023 erneuert.",
        "quantity_changed",
        "Alle",
    ),
    (
        "Sie haben ein Servicezentrum in Graz eröffnet.",
        "Wir planen, 2027 ein Servicezentrum in Graz zu eröffnen.",
        "plan_as_fact",
        "Sie haben ein Servicezentrum in Graz eröffnet",
    ),
    ("Sie verkaufen über Händler.", "Wir verkaufen nicht über Händler.", "polarity_changed", "Sie verkaufen"),
    ("Ihre Maschinen stehen oft still.", None, "uncited_statement", "Ihre Maschinen stehen oft still"),
    ("Guten Tag Jonas Weber,", None, "name_not_in_source", "Jonas"),
    ("Vous exportez dans 14 usines.", "Nous exportons dans 14 pays.", "unit_changed", "14 usines"),
    (
        "Votre KG-500 équipe 1 200 turbines.",
        "Notre KG-500 équipe jusqu'à 1 200 turbines.",
        "bound_dropped",
        "1 200",
    ),
    (
        "Toutes vos lignes ont été modernisées en mars 2023.",
        "Plusieurs de nos lignes ont été modernisées en mars 2023.",
        "quantity_changed",
        "Toutes",
    ),
    (
        "Vous avez ouvert un centre de service à Lille.",
        "Nous prévoyons d'ouvrir un centre de service à Lille en 2027.",
        "plan_as_fact",
        "Vous avez ouvert un centre de service à Lille",
    ),
    (
        "Vous vendez par des revendeurs.",
        "Nous ne vendons pas par des revendeurs.",
        "polarity_changed",
        "Vous vendez par des revendeurs",
    ),
    ("Vos machines tombent souvent en panne.", None, "uncited_statement", "Vos machines tombent souvent en panne"),
    ("Bonjour Jonas,", None, "name_not_in_source", "Jonas"),
]


@pytest.mark.parametrize(("sentence", "quote"), PASSES)
def test_what_a_quotation_says_may_be_said_in_other_words(codes: Codes, sentence: str, quote: str) -> None:
    assert codes(sentence, quote) == []


@pytest.mark.parametrize(("sentence", "quote", "code", "place"), FAILS)
def test_what_no_source_says_is_found_at_its_place(
    proven: Callable[..., object], sentence: str, quote: str | None, code: str, place: str
) -> None:
    proof = proven(sentence, quote)
    found = [sentence[f.start : f.end] for f in proof.findings if f.code == code]  # type: ignore[attr-defined]
    assert any(text.startswith(place) for text in found)


def test_the_row_carries_a_number_in_a_sentence_that_states_nothing_of_the_prospect(codes: Codes) -> None:
    assert codes("With 80 people, planning by hand is hard.", source="lead") == []


@pytest.mark.parametrize("source", ["offer", "lead"])
def test_the_senders_number_is_never_the_prospects(codes: Codes, source: str) -> None:
    assert "number_not_in_source" in codes("Your 140 production lines need planning.", source=source)


def test_the_offer_carries_what_is_said_of_the_sender(codes: Codes) -> None:
    assert codes("Our tool was used on 140 production lines.", source="offer") == []


def test_without_an_offer_nothing_counts_as_said_by_the_sender(codes: Codes) -> None:
    sentence = "Our tool was used on 140 production lines."
    assert "number_not_in_source" in codes(sentence, source="offer", offer=None)


@pytest.mark.parametrize(
    "question",
    [
        "Do your machines often stand still?",
        "Stehen Ihre Maschinen oft still?",
        "Vos machines tombent-elles souvent en panne ?",
    ],
)
def test_a_question_states_nothing(codes: Codes, question: str) -> None:
    assert codes(question) == []
