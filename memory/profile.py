"""The two files that a user writes: the ideal customer profile and the offer.

Reading them from TOML, with the line of each mistake, is `tools/profile_files.py`; that a rule
parses is found out there too.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from memory.profile_checks import Mistake, basis_mistake, icp_mistakes, offer_mistakes
from memory.profile_texts import (
    Address,
    FooterText,
    HeaderText,
    OptionalAddress,
    OptionalHeaderText,
    Source,
    Text,
    Unsubscribe,
)
from memory.words import About, Answer, Language

MOST_CRITERIA = 100
MOST_TESTS = 1000
MOST_TEXTS = 1000  # statements, guesses, signals
HEAVIEST = 1_000_000


class Written(BaseModel):
    """Written by a person: frozen, and an unknown key is a mistake and not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(Written):
    """One thing asked of a lead: a rule over its fields, or a question to its pages."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
    kind: Literal["must", "should", "never"]
    weight: Annotated[float, Field(strict=True, ge=0, le=HEAVIEST, allow_inf_nan=False)] = 0
    rule: Text | None = None
    question: Text | None = None
    signals: Annotated[tuple[Text, ...], Field(max_length=MOST_TEXTS)] = ()

    @model_validator(mode="after")
    def _one_basis(self) -> Self:
        if sentence := basis_mistake(self.rule, self.question):
            raise ValueError(sentence)
        return self


class ProfileTest(Written):
    """A made-up lead and page text, and what the profile should say of them."""

    lead: dict[str, str | int | float | bool]
    text: str = ""
    expect: Annotated[dict[str, bool | Answer], Field(min_length=1)]  # "qualified" and criterion ids


class Icp(Written):
    """The ideal customer profile; `threshold` is a score from 0 to 100."""

    name: Text
    threshold: Annotated[int, Field(strict=True, ge=0, le=100)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MOST_CRITERIA)]
    tests: Annotated[tuple[ProfileTest, ...], Field(max_length=MOST_TESTS)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _refuse(icp_mistakes(self.model_dump()))
        return self


class Sender(Written):
    """Who signs, and what the law wants under a sales mail."""

    name: HeaderText
    role: OptionalHeaderText = ""
    company: HeaderText
    email: Address
    reply_to: OptionalAddress = ""
    postal_address: FooterText
    unsubscribe: Unsubscribe


class Statement(Written):
    """Something that may be said about the sender."""

    id: Text
    text: Text
    source: Source | None = None
    language: Language | None = None  # None: the offer's


class Guess(Written):
    """What the sender supposes of such companies, never of the reader."""

    about: About
    text: Text
    language: Language | None = None  # None: the offer's


Localised = Text | dict[Language, Text]


class Offer(Written):
    """All that a draft may say about the sender."""

    what: Localised
    audience: Localised
    call_to_action: Localised
    language: Language = "en"
    tone: Literal["plain", "warm", "formal"] = "plain"
    sender: Sender
    statements: Annotated[tuple[Statement, ...], Field(min_length=1, max_length=MOST_TEXTS)]
    guesses: Annotated[tuple[Guess, ...], Field(max_length=MOST_TEXTS)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _refuse(offer_mistakes(self.model_dump()))
        return self

    def text_in(self, field: Literal["what", "audience", "call_to_action"], language: Language) -> str | None:
        """The field's text in `language`, or None where the offer has none in it."""
        value: Localised = getattr(self, field)
        if isinstance(value, str):
            return value if language == self.language else None
        return value.get(language)

    def statements_in(self, language: Language) -> tuple[Statement, ...]:
        """The statements written in `language`, in the file's order."""
        return tuple(s for s in self.statements if (s.language or self.language) == language)

    def guesses_in(self, language: Language) -> tuple[Guess, ...]:
        """The guesses written in `language`, in the file's order."""
        return tuple(g for g in self.guesses if (g.language or self.language) == language)

    def speaks(self, language: Language) -> bool:
        """Whether a whole draft can be written in `language`."""
        return bool(self.statements_in(language)) and self.text_in("call_to_action", language) is not None


def _refuse(mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        raise ValueError("; ".join(str(mistake) for mistake in mistakes))
