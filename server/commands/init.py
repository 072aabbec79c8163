"""`zigral init`: the profile, the offer and the settings, from questions or from flags."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.console import answer, command_name, note, on_terminal, say

if TYPE_CHECKING:
    from server.init_questions import Question

KeyFrom = Literal["stdin", "environment"]
LONGEST_KEY = 10_000  # characters


def init(
    *,
    company: Annotated[str | None, typer.Option(help="Your company's name.")] = None,
    name: Annotated[str | None, typer.Option(help="Your own name, which signs the mails.")] = None,
    role: Annotated[str | None, typer.Option(help="Your role there.")] = None,
    email: Annotated[str | None, typer.Option(help="Your mail address.")] = None,
    postal_address: Annotated[str | None, typer.Option(help="It stands under every mail.")] = None,
    unsubscribe: Annotated[str | None, typer.Option(help="mailto: with an address, or an https:// link.")] = None,
    language: Annotated[str | None, typer.Option(help="en, de or fr.")] = None,
    tone: Annotated[str | None, typer.Option(help="plain, warm or formal.")] = None,
    what: Annotated[str | None, typer.Option(help="What you offer, in a few words.")] = None,
    audience: Annotated[str | None, typer.Option(help="For whom, in a few words.")] = None,
    statement: Annotated[str | None, typer.Option(help="A sentence about you that you could prove.")] = None,
    call_to_action: Annotated[str | None, typer.Option(help="What the mail asks for.")] = None,
    profile: Annotated[str | None, typer.Option(help="A name for the customers you look for.")] = None,
    employees: Annotated[str | None, typer.Option(help="10-500, 10+, or any.")] = None,
    countries: Annotated[str | None, typer.Option(help="With commas, or any.")] = None,
    question: Annotated[str | None, typer.Option(help="A good customer's website answers it with yes.")] = None,
    signals: Annotated[str | None, typer.Option(help="Words on its pages that show it, with commas.")] = None,
    never: Annotated[str | None, typer.Option(help="A question whose yes rules out, or none.")] = None,
    never_signals: Annotated[str | None, typer.Option(help="Words that show that, with commas.")] = None,
    web: Annotated[str | None, typer.Option(help="live, or a folder of saved pages.")] = None,
    base_url: Annotated[str | None, typer.Option(help="The address of a language model's API.")] = None,
    model: Annotated[str | None, typer.Option(help="The model's name.")] = None,
    key_from: Annotated[
        KeyFrom | None, typer.Option(help="Where the model's key comes from: a line on stdin, or OPENAI_API_KEY.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take the defaults.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that are there; they are kept aside.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout; asks nothing.")] = False,
) -> None:
    """Write icp.toml, offer.toml and .env into this folder. A key is never taken as a flag."""
    given = {key: value for key, value in locals().items() if isinstance(value, str) and key != "key_from"}
    asking = on_terminal() and sys.stdin.isatty() and not (yes or as_json)
    try:
        document = _init(given, key_from, force=force, asking=asking)
    except (typer.Abort, KeyboardInterrupt):
        note("\nStopped. Nothing was written.")
        raise typer.Exit(130) from None
    if as_json:
        answer(document)
    else:
        _show(document)


def _init(given: Mapping[str, str], key_from: KeyFrom | None, *, force: bool, asking: bool) -> dict[str, object]:
    from memory.errors import Conflict
    from server.init_files import NAMES, there_already, write_files, written_texts
    from server.init_questions import QUESTIONS

    folder = Path()
    left = [] if force else there_already(folder)
    names = [name for name in NAMES if name not in left]
    if not names:
        raise Conflict(
            "icp.toml, offer.toml and .env are here already. Edit them, or give --force to replace them."
        )
    if asking:
        note("Enter takes what stands in brackets. Ctrl-C stops; nothing is written before the end.")
    answers, examples = _answers([one for one in QUESTIONS if one.file in names], given, asking=asking)
    key = _key(key_from, asking=asking) if ".env" in names else ""
    texts = written_texts(names, answers, key=key, examples=examples)
    aside = write_files(folder, texts)
    return {"written": names, "kept": left, "set_aside": aside, "examples": examples, "key": bool(key)}


def _answers(
    questions: "Sequence[Question]", given: Mapping[str, str], *, asking: bool
) -> tuple[dict[str, str], list[str]]:
    """Every answer, checked, and the names of those that are nothing but examples."""
    from memory.errors import Invalid

    answers: dict[str, str] = {}
    examples: list[str] = []
    for question in questions:
        default = question.default_after(answers)
        if question.name in given:
            try:
                answers[question.name] = question.checked(given[question.name])
            except Invalid as error:
                raise Invalid(str(error), where=question.option) from None
        elif asking and question.worth_asking(answers):
            answers[question.name] = _asked(question, default)
        else:
            answers[question.name] = question.example if default is None else default
            examples += [question.name] if default is None else []
    return answers, examples


def _asked(question: "Question", default: str | None) -> str:
    """Ask until the answer can be written."""
    from memory.errors import ZigralError

    while True:
        said: str = typer.prompt(question.asked, default=default, show_default=bool(default), err=True)
        try:
            return question.checked(said)
        except ZigralError as error:
            note(f"  {error}")


def _key(key_from: KeyFrom | None, *, asking: bool) -> str:
    """The model's key, or "" for the offline engine."""
    from memory.errors import Invalid
    from server.settings import Settings

    if key_from == "environment":
        found = Settings.from_env().openai_api_key
        if found is None:
            raise Invalid("OPENAI_API_KEY is not set. Export it first, or leave --key-from out.")
        return found.get_secret_value()
    if key_from == "stdin":
        return _sent_key(sys.stdin.readline(LONGEST_KEY))
    if not asking:
        return ""
    note("A language model finds and writes more freely; without a key, Zigral's own offline engine works.")
    return _asked_key()


def _sent_key(said: str) -> str:
    """What came on stdin; `Invalid` names the fault and never the key."""
    from memory.errors import Invalid
    from server.settings import Settings

    if not said.strip():
        raise Invalid("No key came on stdin. Pipe one line into it, or leave --key-from out.")
    found = Settings.from_env({"OPENAI_API_KEY": said.strip()}).openai_api_key
    return found.get_secret_value() if found else ""


def _asked_key() -> str:
    from memory.errors import Invalid

    while True:
        said: str = typer.prompt(
            "Its API key, which is not shown; Enter for none", "", hide_input=True, show_default=False, err=True
        )
        try:
            return _sent_key(said) if said.strip() else ""
        except Invalid as error:
            note(f"  {error}")


def _show(document: Mapping[str, object]) -> None:
    written, kept, examples = (document[name] for name in ("written", "kept", "examples"))
    zigral = command_name()
    say(f"Wrote {_listed(written)}." + (" Only you can read .env." if ".env" in _names(written) else ""))
    if _names(document["set_aside"]):
        say(f"What stood there is kept as {_listed(document['set_aside'])}.")
    if _names(kept):
        say(f"Left as it was: {_listed(kept)}. --force replaces it and keeps the old one aside.")
    if _names(examples):
        say(f"Still examples in offer.toml, to be replaced before you approve a mail: {_listed(examples)}.")
    say(
        f"\nNext:\n"
        f"  {zigral} doctor                       # what works already, and what does not\n"
        f"  {zigral} icp test icp.toml            # does your profile say what you mean?\n"
        f"  {zigral} import leads.csv --dry-run   # how your list is understood\n"
        f"  {zigral} run leads.csv --out out/first"
    )


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _listed(value: object) -> str:
    *most, last = (name.replace("_", " ") for name in _names(value))
    return f"{', '.join(most)} and {last}" if most else last
