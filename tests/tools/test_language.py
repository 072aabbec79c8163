import pytest

from tools.language import language_of

TEXTS = {
    "en": "We make pumps for small water works, and our customers are towns in the north of England.",
    "de": "Wir bauen Pumpen für kleine Wasserwerke, und unsere Kunden sind Gemeinden im Norden des Landes.",
    "fr": "Nous fabriquons des pompes pour les petites usines, et nos clients sont des communes du nord.",
    "es": "Fabricamos bombas para las plantas de agua y nuestros clientes son los municipios del norte.",
    "nl": "Wij maken pompen voor kleine waterbedrijven en onze klanten zijn gemeenten in het noorden van het land.",
    "ru": "Мы делаем насосы для небольших станций, и наши заказчики находятся на севере страны.",
    "ja": "当社は小さな水道のためのポンプを作っています。",
}


@pytest.mark.parametrize(("lang", "text"), TEXTS.items(), ids=list(TEXTS))
def test_a_sentence_or_two_tell_their_language(lang: str, text: str) -> None:
    assert language_of(text) == lang


def test_the_words_count_for_more_than_what_the_template_declares() -> None:
    assert language_of(TEXTS["de"], "en-US") == "de"


def test_where_the_words_say_nothing_the_declaration_decides() -> None:
    assert language_of("Acme Pumpen GmbH", "de-AT") == "de"


@pytest.mark.parametrize("text", ["", "Acme", "4711 0815", "…"])
def test_without_words_and_declaration_it_cannot_be_told(text: str) -> None:
    assert language_of(text) == ""


def test_a_declaration_that_is_no_code_is_no_hint() -> None:
    assert language_of("Acme", "{{ lang }}") == ""
