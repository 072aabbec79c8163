"""The values that templates work on: JSON, what it is called in sentences, how it reads as text, where it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

import orjson
from pydantic import JsonValue

from memory.errors import Invalid
from memory.json_values import written

LONGEST_INDEX = 9  # digits
SHOWN_KEYS = 12
SHOWN_LETTERS = 60


class _Missing(Enum):
    """Nothing is at a path. Null is something."""

    MISSING = "missing"


MISSING: Final = _Missing.MISSING
Missing = Literal[_Missing.MISSING]


@dataclass(frozen=True)
class Scope:
    """What paths begin with: outputs of completed steps in `steps`; `item` and `index` are a loop's."""

    input: JsonValue = None
    steps: Mapping[str, JsonValue] = field(default_factory=dict)
    item: JsonValue | Missing = MISSING
    index: int | Missing = MISSING


def look_up(keys: Sequence[str], scope: Scope) -> JsonValue | Missing:
    """The value at a path: its keys, one in another. List indexes are keys of digits; attributes are no keys."""
    value = _first(keys[0], scope, keys[1:2])
    for key in keys[2 if keys[0] == "steps" else 1 :]:
        value = below(value, key)
        if value is MISSING:
            break
    return value


def _first(root: str, scope: Scope, step: Sequence[str]) -> JsonValue | Missing:
    if root == "steps":
        return scope.steps.get(step[0], MISSING)
    return {"input": scope.input, "item": scope.item, "index": scope.index}[root]


def below(value: JsonValue | Missing, key: str) -> JsonValue | Missing:
    """What lies in `value` under `key`."""
    if isinstance(value, dict):
        return value.get(key, MISSING)
    if isinstance(value, list) and key.isascii() and key.isdigit() and len(key) <= LONGEST_INDEX:
        return value[int(key)] if int(key) < len(value) else MISSING
    return MISSING


def kind(value: object) -> str:
    """What a value is, for sentences: `a text`, `a list`…"""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), f"a {type(value).__name__}")


def short(text: str) -> str:
    """A text in quotes, cut where it is long: for sentences."""
    return repr(text if len(text) <= SHOWN_LETTERS else text[: SHOWN_LETTERS - 1] + "…")


def listed(names: Sequence[str]) -> str:
    """The first few names, for sentences."""
    more = f" and {len(names) - SHOWN_KEYS} more" if len(names) > SHOWN_KEYS else ""
    return ", ".join(short(name)[1:-1] for name in names[:SHOWN_KEYS]) + more


def json_text(value: JsonValue) -> str:
    """The value as JSON on one line. `Invalid` where it is nested too deep or is no JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers beyond 64 bits, or what `written` refuses with its place
        return written(value, "the value")


def as_text(value: JsonValue) -> str:
    """How a value stands within a text: null as nothing, texts as they are, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value)
    return "" if value is None else json_text(value)


def same(left: JsonValue, right: JsonValue) -> bool:
    """Equality of JSON values: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def no_such_key(path: str, value: JsonValue | Missing, key: str) -> Invalid:
    """Says that nothing lies under `key` in the value at `path`, and what does."""
    if isinstance(value, dict):
        there = f"it has {listed(list(value))}" if value else "it is empty"
    elif isinstance(value, list):
        there = f"it is a list of {len(value)}"
    else:
        there = "it is not there either" if value is MISSING else f"it is {kind(value)}"
    return Invalid(f"{path}.{key[:SHOWN_LETTERS]} is missing: {path} has no {short(key)}; {there}.")
