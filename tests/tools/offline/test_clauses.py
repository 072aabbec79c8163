"""What a company says of itself, said to the company: turned where the language allows it, quoted elsewhere."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.words import Language
from tools.offline.clauses import say

NAMES = ("Kegel Gears", "VIEHBACHER", "Kegel")


def reported(quote: str, language: Language = "en") -> str | None:
    said = say(quote, language, NAMES)
    return said.text if said.form == "reported" else None


@pytest.mark.parametrize(
    ("quote", "turned"),
    [
        ("We always avoid treating pollinating plants.", "you always avoid treating pollinating plants"),
        ("We're a self-funded team of 10.", "you are a self-funded team of 10"),
        ("We’ve been casting iron since 1985.", "you have been casting iron since 1985"),
        ("Our script is 75 times smaller.", "your script is 75 times smaller"),
        (
            "Many of our clients have been with us for 6 years.",
            "many of your clients have been with you for 6 years",
        ),
        ("Kegel Gears is certified to ISO 9001.", "Kegel Gears is certified to ISO 9001"),
        ("Kegel welds and paints steel bikes for towns.", "you weld and paint steel bikes for towns"),
        ("Kegel makes pumps and sells them to farms.", "Kegel makes pumps and sells them to farms"),
        ("Kegel builds its pumps in two halls.", "Kegel builds its pumps in two halls"),
        ("At Kegel, we grind gears by hand.", "you grind gears by hand"),
        ("The KG-500 has a 90 day warranty.", "the KG-500 has a 90 day warranty"),
        ("We also offer spare parts for old machines.", "you offer spare parts for old machines"),
    ],
)
def test_english_keeps_its_words_and_turns_the_pronoun(quote: str, turned: str) -> None:
    assert reported(quote) == turned


def test_a_tail_that_speaks_to_the_pages_reader_falls_away() -> None:
    assert (
        reported("We offer a suite of local tools to help you get started.") == "you offer a suite of local tools"
    )


def test_a_tail_that_takes_something_back_never_falls_away() -> None:
    assert reported("We assign two engineers to your project, but not at weekends.") is None


@pytest.mark.parametrize(
    "quote",
    [
        "We help you create policies and procedures.",
        "I am proud of my team.",
        "Clever pumps are what this firm is about.",
        "A converter that goes taller and saves space.",
        "Pest control for 200+ cities in Michigan.",
        "We make pumps. We sell them too.",
    ],
)
def test_english_that_could_come_out_wrong_is_quoted(quote: str) -> None:
    assert reported(quote) is None


def test_a_long_clause_keeps_its_own_words_in_quotation_marks() -> None:
    rest = "cast, turn, mill, grind, harden, balance, coat, paint, pack, store, ship and test gears of every size"
    assert reported(f"We {rest}.") == f"you “{rest}”"


@pytest.mark.parametrize(
    ("quote", "turned"),
    [
        ("Wir bearbeiten alle Pläne nach der HOAI.", "bearbeiten Sie alle Pläne nach der HOAI"),
        ("Seit 1985 fertigen wir Pumpen in unserem Werk.", "fertigen Sie seit 1985 Pumpen in Ihrem Werk"),
        ("VIEHBACHER berät Unternehmen im Steuerrecht.", "berät VIEHBACHER Unternehmen im Steuerrecht"),
        ("Unsere Produktion umfasst 12 Linien.", "umfasst Ihre Produktion 12 Linien"),
        ("Wir sind ein Betrieb mit 80 Leuten.", "sind Sie ein Betrieb mit 80 Leuten"),
        ("Wir entwickeln und bauen Pumpen.", "entwickeln und bauen Sie Pumpen"),
        ("Unsere Kunden beliefern wir täglich frisch.", "beliefern Sie Ihre Kunden täglich frisch"),
        ("Wir haben uns auf Holzfenster spezialisiert.", "haben Sie sich auf Holzfenster spezialisiert"),
        ("Der Betrieb wurde 1921 gegründet.", "wurde der Betrieb 1921 gegründet"),
        ("Unseren Kunden bieten wir Beratung vor Ort.", "bieten Sie Ihren Kunden Beratung vor Ort"),
    ],
)  # fmt: skip
def test_german_moves_the_verb_before_its_subject(quote: str, turned: str) -> None:
    assert reported(quote, "de") == turned


@pytest.mark.parametrize(
    "quote",
    ["Wir freuen uns auf Ihren Besuch.", "Dieses Fett wirkt wieder herstellend.", "Wir zeigen Ihnen unser Werk."],
)
def test_german_that_could_come_out_wrong_is_quoted(quote: str) -> None:
    assert reported(quote, "de") is None


@pytest.mark.parametrize(
    ("quote", "turned"),
    [
        ("Nous fabriquons nos pompes à Lyon.", "que vous fabriquez vos pompes à Lyon"),
        ("Nous sommes une agence de 12 personnes.", "que vous êtes une agence de 12 personnes"),
        ("Nous plaçons des équipes partout.", "que vous placez des équipes partout"),
        ("Nous ne vendons pas aux particuliers.", "que vous ne vendez pas aux particuliers"),
        ("Nous nous engageons à livrer en 48 h.", "que vous vous engagez à livrer en 48 h"),
        ("Kegel usine des pièces en titane.", "que Kegel usine des pièces en titane"),
        ("Notre atelier compte 14 machines.", "que votre atelier compte 14 machines"),
        ("Un atelier de Lyon produit nos cadres.", "qu’un atelier de Lyon produit vos cadres"),
    ],
)
def test_french_keeps_its_order_and_conjugates(quote: str, turned: str) -> None:
    assert reported(quote, "fr") == turned


@pytest.mark.parametrize(
    "quote",
    [
        "Nous réparons, entretenons et modernisons tout.",
        "Nous concevons et fabriquons des pompes.",
        "Nous vous livrons en 48 h.",
    ],
)
def test_french_that_could_come_out_wrong_is_quoted(quote: str) -> None:
    assert reported(quote, "fr") is None


def test_brackets_at_the_end_fall_away_unless_they_limit() -> None:
    assert say("Pumps of bronze for boats and yachts (and more)", "en", ()).text.endswith("yachts")
    assert say("Pumps of bronze for boats and yachts (not for lakes)", "en", ()).text.endswith("lakes)")


WORDS = "we our us Wir unser nous notre make export is are and the in KG-500 pumps, 14 countries (and) “x” 3% ,"
SENTENCES = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=25).map(" ".join)

FIRST_PERSON = {"en": "[Ww]e|[Oo]ur|[Uu]s", "de": "[Ww]ir|[Uu]nser[a-z]*", "fr": "[Nn]ous|[Nn]otre|[Nn]os"}


@given(SENTENCES | st.text(max_size=200), st.sampled_from(["en", "de", "fr"]))
def test_what_is_turned_has_every_number_and_no_first_person_left(quote: str, language: Language) -> None:
    said = say(quote, language, NAMES)
    if said.form == "reported":
        outside = re.sub(r"“[^”]*”", "", said.text)
        assert not re.search(rf"(?<![\w-])(?:{FIRST_PERSON[language]})(?![\w-])", outside)
        assert re.findall(r"\d+", said.text) == re.findall(r"\d+", quote)[: len(re.findall(r"\d+", said.text))]


@given(st.text(max_size=400), st.sampled_from(["en", "de", "fr"]))
def test_any_text_can_be_said_and_always_in_the_same_way(quote: str, language: Language) -> None:
    assert say(quote, language, NAMES) == say(quote, language, NAMES)
