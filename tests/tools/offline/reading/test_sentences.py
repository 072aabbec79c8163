"""Where sentences begin and end."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.offline.sentences import MAX_CHARS, split

FALL_INTO = {
    "We sell in the U.S. market, e.g. in Ohio. Our plant is in Dayton.": 2,
    "We build for the U.S. We also sell there.": 2,
    "Organic seeds are high in vitamin E. They are tasty.": 2,
    "Acme Inc. was founded by J. Smith. It grew.": 2,
    "St. Louis is our home, and No. 4 is our door.": 1,
    "Clean your data. dbSeer is an agency.": 2,
    "Read 4.5 stars on Yahoo! Then call.": 2,
    "We build the frames and buy the motors in. Choose 12 of them.": 2,
    "A hose of 3 in. Steel fits it.": 1,
    "Wir planen gem. Norm 5 seit 1999. Wir feiern am 3. Mai den 2. Platz.": 2,
    "Die Firma liefert Pumpen, Ventile usw. Unsere Teile halten.": 2,
    "Wir liefern Zubehör, z. B. Schläuche. Der Preis ist fair.": 2,
    "Le grill sert 4 à 6 pers. maximum. Nous aimons le feu !": 2,
    "Fondée par M. Jean P. Dupont en 1990. Nos clients restent.": 2,
    "Un diffuseur discret, p. ex. au salon. Il parfume.": 2,
}
LINES = st.text(alphabet=st.characters(codec="utf-8"), max_size=400)


@pytest.mark.parametrize(("text", "count"), FALL_INTO.items())
def test_a_text_falls_into_as_many_sentences_as_a_reader_sees(text: str, count: int) -> None:
    assert len(split(text)) == count


def test_a_sentence_never_spans_two_lines() -> None:
    assert [s.text for s in split("We build pumps\nfor dairies.")] == ["We build pumps", "for dairies."]


def test_a_heading_that_was_glued_to_its_text_is_parted_from_it() -> None:
    assert [s.text for s in split("Diverse ClienteleWe serve many firms.")] == [
        "Diverse Clientele",
        "We serve many firms.",
    ]


def test_bullets_and_shouted_labels_are_left_out_of_a_sentence() -> None:
    sentences = split("- ✅ PREMIUM QUALITY: The bottle is made of steel.")
    assert [s.text for s in sentences][-1] == "The bottle is made of steel."


def test_a_sentence_knows_the_heading_above_it() -> None:
    sentences = split("What clients say\nThey saved us a year of work.")
    assert (sentences[0].is_heading, sentences[1].heading) == (True, "What clients say")


def test_a_line_in_quotation_marks_is_somebody_elses() -> None:
    assert [s.quoted for s in split("“They saved us. We are glad.”\nWe build pumps.")] == [True, True, False]


@given(st.lists(LINES, max_size=6).map("\n".join))
def test_every_sentence_is_a_slice_within_one_line_and_none_overlaps_another(text: str) -> None:
    end = 0
    for sentence in split(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert len(sentence.text.splitlines()) == 1
        assert sentence.start >= end
        end = sentence.end


@given(st.lists(LINES, max_size=6).map("\n".join))
def test_no_letter_of_a_page_is_lost_but_in_a_numbered_bullet(text: str) -> None:
    covered = set[int]()
    for sentence in split(text):
        covered.update(range(sentence.start, sentence.end))
    assert not any(c.isalpha() for at, c in enumerate(text) if at not in covered)


@pytest.mark.parametrize("piece", [". ", "A. ", "A: B, ", "a.b. C ", "- ", "Wx", '"', "1. ", "PREMIUM "])
def test_the_longest_page_is_split_in_a_moment_whatever_it_repeats(piece: str) -> None:
    started = time.process_time()
    split(piece * (MAX_CHARS // len(piece)))
    assert time.process_time() - started < 10
