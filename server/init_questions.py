"""What `zigral init` asks, in which order, and which answers it takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from memory.errors import Invalid, ZigralError
from memory.profile_texts import Address, FooterText, HeaderText, OptionalHeaderText, Text, Unsubscribe
from memory.words import Language
from server.settings import Endpoint, Model, Settings
from tools.saved_web import open_saved_web

Answers = Mapping[str, str]
Check = Callable[[str], str]
File = Literal["offer.toml", "icp.toml", ".env"]

DEFAULTS = Settings()
EMPLOYEES = re.compile(r"(\d{1,7})(?:\s*(?:-|–|to)\s*(\d{1,7})|\s*\+)?")
NUMBERS = "Write a range such as 10-500, or 10+, or any."
INVITATION = {
    "en": "Would 20 minutes next week be useful?",
    "de": "Hätten Sie nächste Woche 20 Minuten Zeit?",
    "fr": "Auriez-vous 20 minutes la semaine prochaine ?",
}
OFFERS = {"en": "{company} offers {what}.", "de": "{company} bietet {what}.", "fr": "{company} propose {what}."}
CUSTOMERS = "Does the company sell to other businesses?"
SIGNALS = (
    "businesses, companies, manufacturers, retailers, dealers, B2B, industrial customers, Unternehmen, Hersteller, "
    "Firmenkunden, entreprises, fabricants, professionnels"
)


@dataclass(frozen=True)
class Question:
    """One answer. Without a `default` it has an `example`, which a person has to replace."""

    file: File
    name: str  # of its option, too: `postal_address` is --postal-address
    asked: str
    check: Check
    default: str | Callable[[Answers], str] | None = None
    example: str = ""
    follows: str = ""  # the name of another, without whose answer this one is not asked
    quiet: bool = False  # an option alone: its default serves nearly everybody

    def default_after(self, answers: Answers) -> str | None:
        return self.default(answers) if callable(self.default) else self.default

    def worth_asking(self, answers: Answers) -> bool:
        return not self.quiet and (not self.follows or answers[self.follows] != "none")

    @property
    def option(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    def checked(self, answer: str) -> str:
        """The answer as it will be written; `Invalid` says what is wrong with it."""
        try:
            return self.check(answer.strip())
        except Invalid:
            raise
        except ZigralError as error:
            raise Invalid(str(error)) from None


def _as(kind: Any) -> Check:
    """The check that the file itself will have to pass: `kind` is an annotated text of its model."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def check(answer: str) -> str:
        try:
            return adapter.validate_python(answer)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"]
            raise Invalid(f"This {_plainly(said)}") from None

    return check


def _plainly(said: str) -> str:
    if "at least 1 character" in said:
        return "must not be blank."
    sentence = re.sub(r"^(Value error, |\w+ should )", lambda found: "must " if "should" in found[0] else "", said)
    return sentence if sentence.endswith(".") else f"{sentence}."


def _employees(answer: str) -> str:
    found = EMPLOYEES.fullmatch(answer)
    if answer != "any" and not (found and (not found[2] or int(found[1]) <= int(found[2]))):
        raise Invalid(NUMBERS)
    return answer


def _web(answer: str) -> str:
    if answer != "live":
        open_saved_web(Path(answer))
    return answer


def _question(answer: str) -> str:
    text = _as(Text)(answer)
    if not text.endswith("?"):
        raise Invalid("This must be a question that can be answered with yes or no, and end with a question mark.")
    return text


def _countries(answer: str) -> str:
    if '"' in answer or "\\" in answer:
        raise Invalid("Write the countries as they stand in your list, with commas and without quotation marks.")
    return _as(Text)(answer)


def _or(check: Check, word: str) -> Check:
    return lambda answer: word if answer.lower() in {word, ""} else check(answer)


def _signals(answers: Answers) -> str:
    return SIGNALS if answers["question"] == CUSTOMERS else ""


QUESTIONS = (
    Question("offer.toml", "company", "Your company's name", _as(HeaderText), None, "Example Company"),
    Question("offer.toml", "name", "Your own name, which signs the mails", _as(HeaderText), None, "Alex Example"),
    Question("offer.toml", "role", "Your role there; blank: none", _as(OptionalHeaderText), ""),
    Question("offer.toml", "email", "Your mail address", _as(Address), None, "alex@your-company.example"),
    Question(
        "offer.toml",
        "postal_address",
        "Your postal address, which the law wants under a sales mail",
        _as(FooterText),
        None,
        "1 Example Street, 12345 Example Town",
    ),
    Question(
        "offer.toml",
        "unsubscribe",
        "Where people unsubscribe, mailto: with an address or an https:// link",
        _as(Unsubscribe),
        lambda answers: f"mailto:{answers['email']}",
    ),
    Question("offer.toml", "language", "The language you write in: en, de or fr", _as(Language), "en"),
    Question(
        "offer.toml",
        "tone",
        "The tone: plain, warm or formal",
        _as(Literal["plain", "warm", "formal"]),
        "plain",
        quiet=True,
    ),
    Question("offer.toml", "what", "What you offer, in a few words", _as(Text), None, "production planning"),
    Question("offer.toml", "audience", "For whom", _as(Text), None, "makers with their own workshop"),
    Question(
        "offer.toml",
        "statement",
        "A sentence about you that you could prove to a reader's face",
        _as(Text),
        lambda answers: OFFERS[answers["language"]].format(company=answers["company"], what=answers["what"]),
    ),
    Question(
        "offer.toml",
        "call_to_action",
        "What the mail asks for at its end",
        _as(Text),
        lambda answers: INVITATION[answers["language"]],
    ),
    Question("icp.toml", "profile", "What such customers are called", _as(Text), "Good customers", quiet=True),
    Question(
        "icp.toml",
        "employees",
        "How many employees they have, 10-500 or 10+; any: any number",
        _employees,
        "10-500",
    ),
    Question(
        "icp.toml",
        "countries",
        "Their countries, with commas, spelled as in your list; any: anywhere",
        _or(_countries, "any"),
        "any",
    ),
    Question(
        "icp.toml",
        "question",
        "A question that a good customer's own website answers with yes",
        _question,
        CUSTOMERS,
    ),
    Question("icp.toml", "signals", "Words on its pages that show it, with commas", _or(_as(Text), ""), _signals),
    Question("icp.toml", "never", "A question whose yes rules out; none: none", _or(_question, "none"), "none"),
    Question(
        "icp.toml", "never_signals", "Words that show it, with commas", _or(_as(Text), ""), "", follows="never"
    ),
    Question(".env", "web", "Where pages are read: live, or a folder of saved pages", _web, "live"),
    Question(
        ".env",
        "base_url",
        "The address of a language model's API",
        _as(Endpoint),
        DEFAULTS.openai_base_url,
        quiet=True,
    ),
    Question(".env", "model", "The model's name", _as(Model), DEFAULTS.model, quiet=True),
)
