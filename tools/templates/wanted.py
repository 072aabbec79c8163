"""What a filter is for: its value as the type that it wants, or an error that says so."""

from pydantic import JsonValue

from memory.errors import Invalid, TooLarge
from tools.templates.values import kind

LARGEST_TEXT = 5_000_000  # characters


def too_large(what: str, limit: int) -> TooLarge:
    """Says that a result passed its limit."""
    return TooLarge(f"{what} has more than {limit:,} characters. Put less into it.")


def not_for(name: str, value: JsonValue, wanted: str) -> Invalid:
    """Says that a filter is not for this value."""
    return Invalid(f"{name} is for {wanted}, and this is {kind(value)}.")


def of_text(name: str, value: JsonValue) -> str:
    """A text."""
    if not isinstance(value, str):
        raise not_for(name, value, "a text")
    return value


def of_list(name: str, value: JsonValue) -> list[JsonValue]:
    """A list."""
    if not isinstance(value, list):
        raise not_for(name, value, "a list")
    return value


def of_object(name: str, value: JsonValue) -> dict[str, JsonValue]:
    """An object."""
    if not isinstance(value, dict):
        raise not_for(name, value, "an object")
    return value


def of_objects(name: str, value: JsonValue) -> list[dict[str, JsonValue]]:
    """A list of objects."""
    found = of_list(name, value)
    for at, one in enumerate(found):
        if not isinstance(one, dict):
            raise Invalid(f"{name} is for a list of objects, and item {at} is {kind(one)}.")
    return [one for one in found if isinstance(one, dict)]


def sized(text: str) -> str:
    """A text that is not too large."""
    if len(text) > LARGEST_TEXT:
        raise too_large("The text", LARGEST_TEXT)
    return text
