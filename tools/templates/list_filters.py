"""Filters that are for lists, and for objects."""

from pydantic import JsonValue

from memory.errors import Invalid
from tools.templates.values import as_text, json_text, kind, same
from tools.templates.wanted import LARGEST_TEXT, not_for, of_list, of_object, of_objects, too_large


def length(value: JsonValue) -> JsonValue:
    if not isinstance(value, str | list | dict):
        raise not_for("length", value, "a text, a list or an object")
    return len(value)


def first(value: JsonValue) -> JsonValue:
    """The first item or character; null where there is none."""
    return _end("first", 0, value)


def last(value: JsonValue) -> JsonValue:
    """The last item or character; null where there is none."""
    return _end("last", -1, value)


def _end(name: str, at: int, value: JsonValue) -> JsonValue:
    if not isinstance(value, str | list):
        raise not_for(name, value, "a list or a text")
    return value[at] if value else None


def join(value: JsonValue, separator: str) -> JsonValue:
    """The items as one text, each as it would stand in a text."""
    made: list[str] = []
    size = 0
    for one in of_list("join", value):
        made.append(as_text(one))
        size += len(made[-1]) + len(separator)
        if size > LARGEST_TEXT + len(separator):
            raise too_large("The text", LARGEST_TEXT)
    return separator.join(made)


def keys(value: JsonValue) -> JsonValue:
    return list[JsonValue](of_object("keys", value))


def values(value: JsonValue) -> JsonValue:
    return list[JsonValue](of_object("values", value).values())


def unique(value: JsonValue) -> JsonValue:
    """Each item once, where it stands first. 1 and 1.0 are one, 1 and true are two."""
    found: dict[tuple[str, JsonValue], JsonValue] = {}
    for one in of_list("unique", value):
        is_scalar = not isinstance(one, dict | list)
        found.setdefault((kind(one), one if is_scalar else json_text(one)), one)
    return list(found.values())


def in_order(value: JsonValue) -> JsonValue:
    """Numbers or texts, the least first; texts by their characters' codes."""
    found = of_list("sort", value)
    texts = [one for one in found if isinstance(one, str)]
    numbers = [one for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    if max(len(texts), len(numbers)) < len(found):
        raise Invalid("sort is for a list of numbers or a list of texts, and this has something else in it.")
    return list[JsonValue](sorted(texts)) if texts else list[JsonValue](sorted(numbers))


def each_key(value: JsonValue, key: str) -> JsonValue:
    """What each object has under a key; null where it has nothing."""
    return [one.get(key) for one in of_objects("map", value)]


def where(value: JsonValue, key: str, wanted: JsonValue) -> JsonValue:
    """The objects that have this value under a key; null also finds those without the key."""
    return [one for one in of_objects("where", value) if same(one.get(key), wanted)]
