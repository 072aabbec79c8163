"""From what Pydantic says to what a person reads: the place in their own data, and a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from nodes.workflow.checking.places import Key, Path
from tools.templates.values import kind, listed, short

NOTHING = object()
LONGEST_WORD = 100  # characters of a word that is compared with others
LONGEST_NUMBER = 40  # characters that are shown
NAMED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}

ELSEWHERE = {  # what other systems call our keys
    "id": ("step_id",), "type": ("step_type",), "agent": ("agent_type",), "agent_id": ("agent_type",),
    "action": ("task",), "needs": ("depends_on",), "dependencies": ("depends_on",), "after": ("depends_on",),
    "params": ("parameters",), "inputs": ("parameters", "input"), "input": ("parameters",), "body": ("json",),
    "condition": ("if", "when"), "on_failure": ("on_error",), "for_each": ("over",), "foreach": ("over",),
    "items": ("over",), "max_rounds": ("max_iterations",), "max_retries": ("retry",), "message": ("question",),
    "max_attempts": ("attempts",), "delay": ("wait", "seconds"), "duration": ("seconds",), "outputs": ("output",),
}  # fmt: skip


@dataclass(frozen=True)
class Where:
    """A place that Pydantic named. Within a union it names the member, too: `union` is where it left the data."""

    path: Path
    union: Path | None = None
    member: Key = ""


def where(detail: ErrorDetails, data: object) -> Where:
    """The keys of `loc` that are in the data, and the last one where it is the one that is missing."""
    path: list[Key] = []
    union: Path | None = None
    member: Key = ""
    for number, key in enumerate(detail["loc"], start=1):
        inside = value_at(data, key)
        if inside is not NOTHING or (detail["type"] == "missing" and number == len(detail["loc"])):
            path.append(key)
            data = inside
        elif union is None:
            union, member = tuple(path), key
    return Where(tuple(path), union, member)


def value_at(data: object, key: Key) -> object:
    """What lies under one key; NOTHING where nothing does."""
    if isinstance(data, Mapping):
        return data.get(key, NOTHING)
    return data[key] if isinstance(data, list) and isinstance(key, int) and key < len(data) else NOTHING


def value_in(data: object, path: Path) -> object:
    """What lies at a path; NOTHING where nothing does."""
    for key in path:
        data = value_at(data, key)
    return data


def wanted(detail: ErrorDetails) -> str:
    """What should stand there, as a sentence."""
    if named := NAMED.get(detail["type"]):
        return f"It must be {named}."
    return detail["msg"].replace("Input should", "It must").replace("String should", "It must") + "."


def shown(value: object) -> str:
    """What stands there instead."""
    if isinstance(value, str):
        return short(value) if value else "an empty text"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:LONGEST_NUMBER]
    return str(value).lower() if isinstance(value, bool) else kind(value)


def names_of(model: type[BaseModel]) -> list[str]:
    """The keys that a model takes."""
    return [field.alias or name for name, field in model.model_fields.items()]


def no_such_key(key: str, names: Iterable[str]) -> str:
    """Says that a key is not known, and which was meant."""
    there = list(names)
    meant = next((one for one in ELSEWHERE.get(key.lower(), ()) if one in there), None)
    instead = f"Did you mean {meant}?" if meant else nearest(key.lower(), there)
    return f"There is no key {short(key)} here. {instead}"


def nearest(word: str, names: Iterable[str], none: str = "There is none.") -> str:
    """Which of the names was meant, as a sentence; all of them where none is near."""
    there = list(dict.fromkeys(names))
    close = get_close_matches(word[:LONGEST_WORD], there, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"There {'is' if len(there) == 1 else 'are'} {listed(there)}." if there else none
