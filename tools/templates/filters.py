"""The filters of templates: what each takes, and what it makes of a value.

Each is a function of the value and literal arguments; `Invalid` says what it is for where the value is another.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from memory.errors import Invalid, TooLarge
from tools.templates.dates import date, date_fault
from tools.templates.syntax import Apply
from tools.templates.values import as_text, json_text, kind, same, short

LARGEST_TEXT = 5_000_000  # characters
MOST_ITEMS = 100_000  # that `split` makes
MOST_DIGITS = 300  # of a text that `int` or `float` reads, and that `round` keeps
INTEGER = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class FilterKind:
    """A filter by its name; `takes` says of each argument what it must be."""

    name: str
    apply: Apply
    takes: Sequence[str] = ()
    needs: int | None = None  # arguments at least; None: all
    makes: str | None = None  # of any value that it takes; None: that depends on the value

    def fault(self, arguments: Sequence[JsonValue]) -> str | None:
        """What is wrong with the arguments."""
        least = len(self.takes) if self.needs is None else self.needs
        if not least <= len(arguments) <= len(self.takes):
            return f"{self.name} takes {self._wanted()}; write {self.name}{self._shown()}."
        for wanted, argument in zip(self.takes, arguments, strict=False):
            if not _is(argument, wanted):
                return f"{self.name} takes {wanted}, not {kind(argument)}."
        return date_fault(str(arguments[0])) if self.name == "date" else None

    def _wanted(self) -> str:
        return " and ".join(self.takes) or "no argument"

    def _shown(self) -> str:
        examples = {"a text": '"…"', "a whole number": "2", "a value": '"…"'}
        return f"({', '.join(examples[one] for one in self.takes)})" if self.takes else ""


def too_large(what: str, limit: int) -> TooLarge:
    """Says that a result passed its limit."""
    return TooLarge(f"{what} has more than {limit:,} characters. Put less into it.")


def _is(argument: JsonValue, wanted: str) -> bool:
    if wanted == "a text":
        return isinstance(argument, str)
    if wanted == "a whole number":
        return isinstance(argument, int) and not isinstance(argument, bool) and abs(argument) <= MOST_DIGITS
    return True


def _not_for(name: str, value: JsonValue, wanted: str) -> Invalid:
    return Invalid(f"{name} is for {wanted}, and this is {kind(value)}.")


def _of_text(name: str, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise _not_for(name, value, "a text")
    return value


def _of_list(name: str, value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise _not_for(name, value, "a list")
    return value


def _of_object(name: str, value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise _not_for(name, value, "an object")
    return value


def _of_objects(name: str, value: JsonValue) -> list[dict[str, JsonValue]]:
    found = _of_list(name, value)
    for at, one in enumerate(found):
        if not isinstance(one, dict):
            raise Invalid(f"{name} is for a list of objects, and item {at} is {kind(one)}.")
    return [one for one in found if isinstance(one, dict)]


def _sized(text: str) -> str:
    if len(text) > LARGEST_TEXT:
        raise too_large("The text", LARGEST_TEXT)
    return text


def _default(value: JsonValue, instead: JsonValue) -> JsonValue:
    return instead if value is None else value


def _lower(value: JsonValue) -> JsonValue:
    return _sized(_of_text("lower", value).lower())


def _upper(value: JsonValue) -> JsonValue:
    return _sized(_of_text("upper", value).upper())


def _trim(value: JsonValue) -> JsonValue:
    return _of_text("trim", value).strip()


def _length(value: JsonValue) -> JsonValue:
    if not isinstance(value, str | list | dict):
        raise _not_for("length", value, "a text, a list or an object")
    return len(value)


def _end(name: str, at: int, value: JsonValue) -> JsonValue:
    if not isinstance(value, str | list):
        raise _not_for(name, value, "a list or a text")
    return value[at] if value else None


def _first(value: JsonValue) -> JsonValue:
    return _end("first", 0, value)


def _last(value: JsonValue) -> JsonValue:
    return _end("last", -1, value)


def _join(value: JsonValue, separator: str) -> JsonValue:
    made: list[str] = []
    size = 0
    for one in _of_list("join", value):
        made.append(as_text(one))
        size += len(made[-1]) + len(separator)
        if size > LARGEST_TEXT + len(separator):
            raise too_large("The text", LARGEST_TEXT)
    return separator.join(made)


def _split(value: JsonValue, separator: str) -> JsonValue:
    text = _of_text("split", value)
    if not separator:
        raise Invalid('split needs a text to split at: split(",").')
    if text.count(separator) >= MOST_ITEMS:
        raise TooLarge(f"split would make more than {MOST_ITEMS:,} parts. Split a shorter text.")
    return list[JsonValue](text.split(separator))


def _number(name: str, value: JsonValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not_for(name, value, "a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{name} is for a number that is not infinite.")
    return value


def _round(value: JsonValue, digits: int | None = None) -> JsonValue:
    number = _number("round", value)
    try:
        return round(number) if digits is None else round(number, digits)
    except OverflowError:
        raise Invalid("round makes of this a number that is too large to keep.") from None


def _int(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > MOST_DIGITS or not INTEGER.fullmatch(text):
            raise Invalid(f"int reads a whole number, and {short(text)} is none.")
        return int(text)
    return int(_number("int", value))


def _float(value: JsonValue) -> JsonValue:
    try:
        made = _float_of_text(value.strip()) if isinstance(value, str) else float(_number("float", value))
    except OverflowError:
        made = math.inf
    if not math.isfinite(made):
        raise Invalid("float makes of this a number that is too large to keep.")
    return made


def _float_of_text(text: str) -> float:
    if len(text) > MOST_DIGITS or not DECIMAL.fullmatch(text):
        raise Invalid(f"float reads a number, and {short(text)} is none.")
    return float(text)


def _string(value: JsonValue) -> JsonValue:
    return _sized(as_text(value))


def _json(value: JsonValue) -> JsonValue:
    return _sized(json_text(value))


def _keys(value: JsonValue) -> JsonValue:
    return list[JsonValue](_of_object("keys", value))


def _values(value: JsonValue) -> JsonValue:
    return list[JsonValue](_of_object("values", value).values())


def _unique(value: JsonValue) -> JsonValue:
    found: dict[tuple[str, JsonValue], JsonValue] = {}
    for one in _of_list("unique", value):
        is_scalar = not isinstance(one, dict | list)
        found.setdefault((kind(one), one if is_scalar else json_text(one)), one)
    return list(found.values())


def _sort(value: JsonValue) -> JsonValue:
    found = _of_list("sort", value)
    texts = [one for one in found if isinstance(one, str)]
    numbers = [one for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    if max(len(texts), len(numbers)) < len(found):
        raise Invalid("sort is for a list of numbers or a list of texts, and this has something else in it.")
    return list[JsonValue](sorted(texts)) if texts else list[JsonValue](sorted(numbers))


def _map(value: JsonValue, key: str) -> JsonValue:
    return [one.get(key) for one in _of_objects("map", value)]


def _where(value: JsonValue, key: str, wanted: JsonValue) -> JsonValue:
    return [one for one in _of_objects("where", value) if same(one.get(key), wanted)]


FILTERS = {
    one.name: one
    for one in (
        FilterKind("default", _default, ("a value",)),
        FilterKind("lower", _lower, makes="a text"),
        FilterKind("upper", _upper, makes="a text"),
        FilterKind("trim", _trim, makes="a text"),
        FilterKind("length", _length, makes="a number"),
        FilterKind("first", _first),
        FilterKind("last", _last),
        FilterKind("join", _join, ("a text",), makes="a text"),
        FilterKind("split", _split, ("a text",), makes="a list"),
        FilterKind("round", _round, ("a whole number",), needs=0, makes="a number"),
        FilterKind("int", _int, makes="a number"),
        FilterKind("float", _float, makes="a number"),
        FilterKind("string", _string, makes="a text"),
        FilterKind("json", _json, makes="a text"),
        FilterKind("keys", _keys, makes="a list"),
        FilterKind("values", _values, makes="a list"),
        FilterKind("unique", _unique, makes="a list"),
        FilterKind("sort", _sort, makes="a list"),
        FilterKind("map", _map, ("a text",), makes="a list"),
        FilterKind("where", _where, ("a text", "a value"), makes="a list"),
        FilterKind("date", date, ("a text",), makes="a text"),
    )
}
