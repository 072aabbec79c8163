"""Named ways to bring a change together with a value that others change too.

Each is a function of the value that is there (None where there is none) and the change. What commutes - `add`,
`union`, `max`, `min` - comes to the same whoever is first.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydantic import JsonValue

from memory.errors import Invalid

Reducer = Callable[[JsonValue, JsonValue], JsonValue]


def add(there: JsonValue, change: JsonValue) -> JsonValue:
    """The sum of two numbers."""
    return _number(0 if there is None else there) + _number(change)


def append(there: JsonValue, change: JsonValue) -> JsonValue:
    """A list with one more value at its end, or with those of a list."""
    return [*_list(there), *(change if isinstance(change, list) else [change])]


def union(there: JsonValue, change: JsonValue) -> JsonValue:
    """A list without doubles, sorted by its values' texts."""
    values = {repr(value): value for value in [*_list(there), *_list(change)]}
    return [values[key] for key in sorted(values)]


def update(there: JsonValue, change: JsonValue) -> JsonValue:
    """An object with the keys of another put over its own."""
    if not isinstance(there, dict | None) or not isinstance(change, dict):
        raise Invalid("`update` brings two objects together. Give an object.", where="value")
    return {**(there or {}), **change}


def greatest(there: JsonValue, change: JsonValue) -> JsonValue:
    """The greater of two numbers."""
    return _number(change) if there is None else max(_number(there), _number(change))


def least(there: JsonValue, change: JsonValue) -> JsonValue:
    """The lesser of two numbers."""
    return _number(change) if there is None else min(_number(there), _number(change))


REDUCERS: Mapping[str, Reducer] = MappingProxyType(
    {"add": add, "append": append, "union": union, "update": update, "max": greatest, "min": least}
)


def _number(value: JsonValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("This reducer takes numbers.", where="value")
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Invalid("This reducer takes lists.", where="value")
    return value
