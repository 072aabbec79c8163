"""Rules that a sentence meets, one by one, through the proof of a draft that holds it."""

from collections.abc import Callable

import pytest

from memory.profile import Offer
from memory.records import Lead

Codes = Callable[..., list[str]]


@pytest.mark.parametrize(
    "body",
    [
        "Hi Piotr,",
        "Dear Mr. Nowak,",
        "Hello Acme team,",
        "Shall I send you an example?",
        "I hope you are well.",
        "If your machines stand still, please tell me.",
        "Please let me know whether you would like to see more.",
        "I would love to hear how you plan today.",
        "You can reply with a word.",
        "I would guess that people ask to have that explained.",
        "Shall we talk on Tuesday?",
        "Best regards,\nMarta Rossi\nFounder, Zigral Demo",
        "Write to marta@zigral-demo.example.",
        "Your page caught my eye.",
        "1. A short answer is enough.",
        "You need not answer.",
        "P.S. I wrote this by hand.",
        "Guten Tag Piotr Nowak,\n\nwie planen Sie heute?\n\nMit freundlichen Grüßen\nMarta Rossi",
        "Vermutlich steht vieles, wonach gefragt wird, schon auf der Seite.",
        "Darf ich Ihnen ein Beispiel schicken?",
        "Ich freue mich auf Ihre Antwort.",
        "Bonjour Piotr,\n\nPuis-je vous envoyer un exemple ?\n\nBien cordialement,\nMarta Rossi",
        "J’imagine que des clients écrivent quand même.",
        "J'espère que vous allez bien.",
    ],
)
def test_courtesy_questions_and_wishes_need_no_source(codes: Codes, body: str) -> None:
    assert codes(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "Your machines often stand still, right?",
        "Your machines stand still, so may I send you an example?",
        "Did you know that your machines often stand still?",
        "Your machines often stand still\nIs that so?",
        "I know that your machines stand still.",
        "I was glad to read that you won a big order.",
        "You write that you lack staff.",
        "Delays cost your company thousands.",
        "They often stand still.\nYour machines, that is.",
        "Nobody at your firm likes planning.",
        "Congratulations on your new factory.",
        "Acme Pumps is short of staff.",
        "You\u200br mach\u00adines often stand still.",
        "Ich weiß, dass Ihre Planer am Wochenende arbeiten.",
        "Ihnen fehlen Fachkräfte.",
        "Je sais que vos planificateurs travaillent le week-end.",
        "Yоur machines often stand still.",  # a Cyrillic o
    ],
)
def test_a_statement_about_the_prospect_needs_a_claim(codes: Codes, body: str) -> None:
    assert "uncited_statement" in codes(body)


@pytest.mark.parametrize(
    "guess",
    [
        "My guess is that you answer no enquiry at weekends.",
        "I imagine that your inbox is full.",
        "Perhaps your electricians arrive late.",
        "I would guess that 30 people ask.",
        "I would guess that nobody reads it.",
        "I would guess that Siemens asks.",
        "I would guess that Acme Pumps is busy.",
        "Vermutlich verlieren Sie so Aufträge.",
        "J'imagine que votre boîte est pleine.",
        "Je suppose que personne ne lit le plan.",
    ],
)
def test_a_guess_is_never_about_the_reader_and_has_no_number_name_or_negation(codes: Codes, guess: str) -> None:
    assert "guess_about_reader" in codes(guess)


def test_words_of_guessing_excuse_no_other_sentence(codes: Codes) -> None:
    assert codes("I would guess that plans change. Your machines stand still.") == ["uncited_statement"]


@pytest.mark.parametrize(
    ("sentence", "quote", "code"),
    [
        ("You say that “sell through dealers” is your way.", "We do not sell through dealers.", "polarity_changed"),
        ("You write: “1,200 turbines run with it”.", "Up to 1,200 turbines run with it.", "bound_dropped"),
        ("You write: “our lines were modernised”.", "Several of our lines were modernised.", "bound_dropped"),
    ],
)
def test_a_quotation_may_not_be_cut_so_that_it_says_more(
    codes: Codes, sentence: str, quote: str, code: str
) -> None:
    assert code in codes(sentence, quote)


@pytest.mark.parametrize("marks", ["“{}”", '"{}"', "„{}“", "« {} »", "‘{}’", "'{}'"])
def test_quotation_marks_of_any_style_are_one(codes: Codes, marks: str) -> None:
    quote = "Our pumps last for thirty years."
    assert codes(f"You write: {marks.format(quote)}", quote) == []
    assert codes(f"You write: {marks.format('Our pumps last for ever and ever.')}", quote)


def test_a_claim_carries_only_the_clause_that_its_quotation_says(codes: Codes) -> None:
    assert codes("You export to 14 countries, and your machines often stand still.", "We export to 14 countries.")


def test_a_word_put_in_the_place_of_the_quotations_is_found(codes: Codes) -> None:
    quote = "We make valves for breweries and dairies."
    assert codes("You make valves for breweries and dairies.", quote) == []
    assert codes("You make valves for hospitals and dairies.", quote) == ["quote_unrelated"]


def test_a_name_of_mixed_scripts_is_in_no_source(codes: Codes) -> None:
    assert codes("You work in Malmö.", "We work in Malmö.") == []
    assert "name_not_in_source" in codes("You work in Mаlmö.", "We work in Malmö.")  # a Cyrillic a


def test_digits_of_any_script_are_numbers(codes: Codes) -> None:
    assert codes("You export to ١٤ countries.", "We export to 14 countries.") == []
    assert codes("You export to １５ countries.", "We export to 14 countries.") == ["number_not_in_source"]


def test_every_field_of_the_row_may_carry_a_sentence(codes: Codes) -> None:
    assert codes("You have 5 open positions.", source="lead") == []
    assert codes("You have 6 open positions.", source="lead") == ["number_not_in_source"]
    assert codes("You are based in Gdynia.", source="lead") == []


def test_a_line_break_inside_a_claim_is_only_layout(codes: Codes) -> None:
    assert codes("You write that you do not\nsell through dealers.", "We do not sell through dealers.") == []


def test_the_subject_rests_on_all_claims(codes: Codes) -> None:
    body, quote = "You export to 14 countries.", "We export to 14 countries."
    assert codes(body, quote, subject="A question about 14 countries") == []
    assert codes(body, quote, subject="A question about 15 countries") == ["number_not_in_source"]
    assert codes(body, quote, subject="Replies at Acme Pumps") == []
    assert codes(body, quote, subject="A Question About Your Warranty") == []
    assert codes(body, quote, subject="Siemens and you") == ["name_not_in_source"]


def test_an_ordinary_german_noun_is_no_name(codes: Codes) -> None:
    assert codes("Darf ich Ihnen ein Beispiel, eine Übersicht oder einen Entwurf zum Liefertermin schicken?") == []
    assert codes("Bei Siemens wird anders geplant.") == ["name_not_in_source"]
    assert codes("Die Messe in Hannover war gut besucht.") == ["name_not_in_source"]


def test_a_finding_in_folded_text_is_placed_in_the_text_as_written(proven: Callable[..., object]) -> None:
    body = "Zero\u200bwidth. Your ma\u00adchines stand still."
    finding = proven(body).findings[-1]  # type: ignore[attr-defined]
    assert body[finding.start : finding.end].startswith("Your ma\u00adchines")


def test_the_row_of_another_lead_proves_nothing(codes: Codes) -> None:
    other = Lead(email="a@b.example", first_name="Jonas", company="Else")
    assert codes("Hi Piotr,", lead=other) == ["name_not_in_source"]


@pytest.mark.parametrize(
    "body",
    [
        "As you asked, I am sending you our prices.",
        "It was a pleasure talking to you last week.",
        "A mutual friend gave me your name.",
        "Wie besprochen sende ich Ihnen unsere Preise.",
        "Un de vos ingénieurs m’a parlé des retards.",
    ],
)
def test_dealings_with_the_reader_that_nobody_knows_of_are_found(body: str, codes: Codes) -> None:
    assert "uncited_statement" in codes(body)


def test_a_page_may_have_told_and_a_talk_may_be_looked_forward_to(codes: Codes) -> None:
    quote = "We export to 14 countries."
    assert codes("Your website told me that you export to 14 countries.", quote) == []
    assert codes("I look forward to our call.") == []


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("Your pumps were approved to EN 809.", "Our pumps are approved to EN 809."),
        ("You welded steel frames.", "We weld steel frames."),
        ("Sie fertigten Fenster aus Holz.", "Wir fertigen Fenster aus Holz."),
        ("Vous fabriquiez des moules.", "Nous fabriquons des moules."),
        ("You have built a new board.", "We are building a new board."),
    ],
)
def test_what_is_so_is_not_told_as_past(body: str, quote: str, codes: Codes) -> None:
    assert "tense_changed" in codes(body, quote)


def test_a_subject_without_a_verb_may_still_lie(codes: Codes) -> None:
    assert codes("Hi Piotr,", subject="Your late deliveries") == ["uncited_statement"]
    assert codes("Hi Piotr,", subject="Congratulations on the prize") == ["uncited_statement"]
    assert codes("Hi Piotr,", subject="An idea for Acme Pumps") == []


def test_a_german_name_without_an_article_has_no_place_in_a_guess(codes: Codes) -> None:
    assert codes("Vermutlich plant Bosch anders.") == ["guess_about_reader"]
    assert codes("Vermutlich klingelt das Telefon, wenn sich ein Auftrag verschiebt.") == []


def test_a_sentence_of_the_offer_is_the_senders_as_it_stands(codes: Codes, offer: Offer) -> None:
    text = "Dans 9 usines, le planning de la semaine est passé de 6 heures à 50 minutes."
    french = {"language": "fr", "statements": [{"id": "fr", "text": text, "language": "fr"}], "guesses": []}
    own = Offer.model_validate({**offer.model_dump(), **french})
    assert codes(text, source="offer", offer=own) == []
    assert codes(text.replace("50", "40"), source="offer", offer=own) == ["number_not_in_source"]
