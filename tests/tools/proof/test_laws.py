"""What holds of any draft, whatever is in it."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.records import Proof

Proven = Callable[..., Proof]
Codes = Callable[..., list[str]]

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOUNS = ["valves", "boats", "lamps", "gears", "ropes", "labels"]
VERBS = ["make", "repair", "test", "export", "paint"]
PLACES = ["Turin", "Malmö", "Graz", "Lille", "Gdynia"]
facts = st.builds(
    "We {} {} {} in {}.".format,
    st.sampled_from(VERBS),
    st.integers(2, 99_999),
    st.sampled_from(NOUNS),
    st.sampled_from(PLACES),
)


@relaxed
@given(quote=facts, marks=st.sampled_from(["“{}”", '"{}"', "« {} »"]))
def test_a_quotation_reported_word_for_word_passes(codes: Codes, quote: str, marks: str) -> None:
    assert codes(f"On your site it says: {marks.format(quote)}", quote) == []
    assert codes(quote.replace("We ", "You write that you ", 1), quote) == []


@relaxed
@given(quote=facts, planted=st.integers(100_001, 9_999_999))
def test_a_number_that_stands_in_no_source_never_passes(codes: Codes, quote: str, planted: int) -> None:
    said = quote.replace("We ", "You ", 1)
    assert "number_not_in_source" in codes(f"{said} Some {planted} of them.", quote)
    assert codes(f"On your site it says: “{quote[:-1]} and {planted} more.”", quote)


@relaxed
@given(quote=facts, name=st.text("bcdfgklmnprstvz", min_size=4, max_size=9))
def test_a_name_that_stands_in_no_source_never_passes(codes: Codes, quote: str, name: str) -> None:
    said = quote.replace("We ", "You ", 1).removesuffix(".")
    assert "name_not_in_source" in codes(f"{said} with {name.capitalize()}.", quote)


@relaxed
@given(body=st.text(max_size=300), subject=st.text(max_size=60), quote=st.text(min_size=1, max_size=120))
def test_any_text_is_judged_and_judged_the_same_again(proven: Proven, body: str, subject: str, quote: str) -> None:
    once = proven(body, quote, subject=subject)
    assert once == proven(body, quote, subject=subject)
    assert all(
        0 <= f.start <= f.end <= len(body if f.where == "body" else subject)
        for f in once.findings
        if f.where in ("body", "subject")
    )


@relaxed
@given(body=st.text("Yy ouSsieIhrevtN0123456789.,'’“”„«»\"?!:-\n\u200b\u0301%€éßаο", max_size=400))
def test_text_that_looks_like_our_rules_raises_nothing(proven: Proven, body: str) -> None:
    proof = proven(body, "We export to 14 countries.")
    assert proof.passed == (not proof.findings)


HOSTILE = {
    "a megabyte of words": "word " * 200_000,
    "a megabyte without a space": "a" * 1_000_000,
    "combining marks": "Hi" + "\u0301" * 9_000,
    "quotation marks": "“" * 9_000,
    "apostrophes": "'a " * 3_000,
    "full stops": ". " * 4_900,
    "digits": "1," * 4_900,
    "number words": "hundred " * 1_200,
    "a German number word": "ein" * 3_000,
    "hyphens": "a-" * 4_900,
    "dots in a host": "a." * 4_900,
    "capitals": "Ab " * 3_000,
    "questions": "you? " * 1_900,
    "line breaks": "You.\n" * 1_900,
    "verified quotations": "“We export to 14 countries.” " * 340,
    "dates": "12.03.2024 " * 900,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_judged_within_seconds_and_never_passes_unread(proven: Proven, what: str) -> None:
    begun = time.process_time()
    proof = proven(HOSTILE[what], "We export to 14 countries.")
    assert time.process_time() - begun < 5
    if len(HOSTILE[what]) > 10_000:
        assert [finding.code for finding in proof.findings] == ["malformed"]
    assert len(proof.findings) <= 100


def test_a_quotation_of_a_megabyte_is_not_read(codes: Codes) -> None:
    assert codes("You say so.", "word " * 200_000) == ["malformed"]
