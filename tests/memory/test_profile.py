"""The profile's and the offer's own promises, however they are made."""

import pytest
from pydantic import ValidationError

from memory.addresses import is_address
from memory.profile import Criterion, Icp, Offer, Sender, Statement

SENDER = Sender(
    name="Marta Rossi",
    company="Zigral Demo",
    email="marta@zigral-demo.example",
    postal_address="1 Example Street, Milano",
    unsubscribe="https://zigral-demo.example/stop",
)
SIZE = Criterion(id="size", kind="must", rule="employees > 1", weight=1)


def offer(*statements: Statement, language: str = "en") -> Offer:
    return Offer.model_validate(
        {
            "what": {"en": "planning", "de": "Planung"},
            "audience": {"en": "makers", "de": "Fabriken"},
            "call_to_action": {"en": "May I call?", "de": "Darf ich anrufen?"},
            "language": language,
            "sender": SENDER,
            "statements": statements,
        }
    )


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ((SIZE, SIZE), "criteria[1].id is 'size', as that of criteria[0] is already"),
        ((SIZE.model_copy(update={"weight": 0}),), "no weight above 0"),
        ((SIZE.model_copy(update={"kind": "never"}),), "no weight above 0"),
        ((SIZE.model_copy(update={"id": "qualified"}),), "which the tests use for the whole"),
    ],
)
def test_a_profile_made_in_python_is_held_to_the_same_rules_as_a_file(
    criteria: tuple[Criterion, ...], said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Icp(name="Makers", threshold=50, criteria=criteria)
    assert said in str(caught.value)


def test_a_criterion_has_a_rule_or_a_question_and_not_both() -> None:
    with pytest.raises(ValidationError, match="needs a rule or a question"):
        Criterion(id="a", kind="must")
    with pytest.raises(ValidationError, match="has a rule and a question"):
        Criterion(id="a", kind="must", rule="a == 1", question="?")


def test_an_offer_speaks_a_language_that_has_a_statement_and_a_call_to_action() -> None:
    english, german = Statement(id="a", text="Our tool."), Statement(id="b", text="Unser Werkzeug.", language="de")
    french = Statement(id="c", text="Notre outil.", language="fr")
    assert [offer(english, german, french).speaks(language) for language in ("en", "de", "fr")] == [
        True,
        True,
        False,
    ]
    with pytest.raises(ValidationError, match="has none in 'en', the offer's own language"):
        offer(german)


def test_an_offer_comes_back_from_its_json_as_it_was() -> None:
    made = offer(Statement(id="a", text="Our tool.", source="https://zigral-demo.example/cases"))
    assert Offer.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example",
        "A.b+c@sub.b-c.example",
        "o'neil@b.co",
        "x@xn--bcher-kva.example",
        "x@b.xn--p1ai",
        f"{'a' * 64}@b.co",
    ],
)
def test_a_mail_address_is_one(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a@b",
        "a@b.c",
        "a@b.1x",
        "a b@c.example",
        "a@b..example",
        ".a@b.example",
        "a.@b.example",
        "a..b@c.example",
        "a@-b.example",
        "a@b-.example",
        "a@b@c.example",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "Anna <a@b.example>",
        "a@b.example\n",
        "a@b.example\r\nBcc: c@d.example",
        "аnna@b.example",
        "a@аcme.example",
        f"{'a' * 65}@b.example",
        "a@" + "b." * 130 + "example",
        '"a"@b.example',
        "a@[127.0.0.1]",
    ],
)
def test_what_is_not_exactly_one_mail_address_is_none(text: str) -> None:
    assert not is_address(text)
