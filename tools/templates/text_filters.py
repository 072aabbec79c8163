"""Filters that are for texts, and that make texts."""

from pydantic import JsonValue

from memory.errors import TooLarge
from tools.templates.values import as_text, json_text
from tools.templates.wanted import of_text, sized

MOST_ITEMS = 100_000  # that `split` makes


def lower(value: JsonValue) -> JsonValue:
    return sized(of_text("lower", value).lower())


def upper(value: JsonValue) -> JsonValue:
    return sized(of_text("upper", value).upper())


def trim(value: JsonValue) -> JsonValue:
    return of_text("trim", value).strip()


def split(value: JsonValue, separator: str) -> JsonValue:
    """The parts between the separators."""
    text = of_text("split", value)
    if text.count(separator) >= MOST_ITEMS:
        raise TooLarge(f"split would make more than {MOST_ITEMS:,} parts. Split a shorter text.")
    return list[JsonValue](text.split(separator))


def string(value: JsonValue) -> JsonValue:
    """Any value as it would stand in a text: null as nothing."""
    return sized(as_text(value))


def as_json(value: JsonValue) -> JsonValue:
    """Any value as JSON on one line."""
    return sized(json_text(value))
