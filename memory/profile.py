"""The two files that a user writes: the ideal customer profile and the offer.

Reading them from TOML, with the line of each mistake, is `tools/profile_files.py`.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from memory.words import About, Answer, Language

Text = Annotated[str, Field(min_length=1)]


class Written(BaseModel):
    """Written by a person: frozen, and an unknown key is a mistake and not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(Written):
    """One thing asked of a lead: a rule over its fields, or a question to its pages."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
    kind: Literal["must", "should", "never"]
    weight: Annotated[float, Field(ge=0)] = 0
    rule: Text | None = None
    question: Text | None = None
    signals: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_basis(self) -> Self:
        if (self.rule is None) == (self.question is None):
            raise ValueError(f"criterion {self.id!r} needs either a rule or a question")
        return self


class ProfileTest(Written):
    """A made-up lead and page text, and what the profile should say of them."""

    lead: dict[str, str | int | float | bool]
    text: str = ""
    expect: dict[str, bool | Answer]  # "qualified" and criterion ids


class Icp(Written):
    """The ideal customer profile; `threshold` is a score from 0 to 100."""

    name: Text
    threshold: Annotated[int, Field(ge=0, le=100)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    tests: tuple[ProfileTest, ...] = ()


class Sender(Written):
    """Who signs, and what the law wants under a sales mail."""

    name: Text
    role: str = ""
    company: Text
    email: Text
    reply_to: str = ""
    postal_address: Text
    unsubscribe: Annotated[str, Field(pattern=r"^(mailto:|https://).+")]


class Statement(Written):
    """Something that may be said about the sender."""

    id: Text
    text: Text
    source: str | None = None
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
    statements: Annotated[tuple[Statement, ...], Field(min_length=1)]
    guesses: tuple[Guess, ...] = ()

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
