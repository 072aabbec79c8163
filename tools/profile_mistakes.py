"""What pydantic found wrong, as places in the user's table and sentences for a person."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from memory.profile import Criterion, Guess, Icp, Offer, ProfileTest, Sender, Statement
from memory.profile_checks import Key, Mistake, Path, Table
from memory.words import Language

TABLES: dict[str, type[BaseModel]] = {
    "criteria": Criterion, "tests": ProfileTest,
    "sender": Sender, "statements": Statement, "guesses": Guess,
}  # fmt: skip
SENTENCES = {
    "missing": "is missing.",
    "string_type": "must be a text.",
    "int_type": "must be a whole number.",
    "float_type": "must be a number.",
    "string_too_short": "must not be blank.",
    "string_pattern_mismatch": "must begin with a letter and have only letters, digits, - and _, at most 64.",
    "model_type": "must be a table of keys.",
    "dict_type": "must be a table of keys.",
}
MISSING = object()
SUBJECT = re.compile(r"^\w+ should ")


def mistakes_of(error: ValidationError, data: Table, model: type[Icp] | type[Offer]) -> list[Mistake]:
    """One mistake a place; where something inside a table is wrong, the table itself is passed over."""
    found: dict[Path, Mistake] = {}
    for detail in error.errors(include_url=False, include_input=False):
        path = _path(detail, data)
        found.setdefault(path, Mistake(path, _sentence(detail, path, model)))
    inner = {path[:length] for path in found for length in range(len(path))}
    return [mistake for path, mistake in found.items() if path not in inner]


def _path(detail: ErrorDetails, data: object) -> Path:
    """The keys of `loc` that are in the data: pydantic names the members of a union there too."""
    path: list[Key] = []
    for key in detail["loc"]:
        inside = _inside(data, key)
        if inside is not MISSING or (detail["type"] == "missing" and key == detail["loc"][-1]):
            path.append(key)
            data = inside
    return tuple(path)


def _inside(data: object, key: Key) -> object:
    if isinstance(data, Mapping):
        return data.get(key, MISSING)
    return data[key] if isinstance(data, (list, tuple)) and isinstance(key, int) else MISSING


def _sentence(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "literal_error" and detail["loc"][-1] == "[key]":
        return f"is no language that Zigral writes; choose {_listed(get_args(Language))}."
    if kind == "tuple_type":
        return f"must be a list of tables, each under [[{path[-1]}]]." if path[-1] in TABLES else "must be a list."
    sentence = SUBJECT.sub("must ", detail["msg"]).replace(" after validation", "")
    return SENTENCES.get(kind, f"{sentence}.")


def _unknown_key(path: Path, model: type[BaseModel]) -> str:
    table = TABLES[str(path[0])] if len(path) > 1 else model
    close = get_close_matches(str(path[-1])[:100].lower(), table.model_fields, n=1)
    if close:
        return f'is not a known key; did you mean "{close[0]}"?'
    return f"is not a known key; {_listed(table.model_fields)} are."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
