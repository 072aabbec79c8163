"""Filters that are for numbers, and that make numbers."""

import math
import re

from pydantic import JsonValue

from memory.errors import Invalid
from tools.templates.wanted import not_for

MOST_DIGITS = 300  # of a text that `int` or `float` reads
INTEGER = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def rounded(value: JsonValue, digits: int | None = None) -> JsonValue:
    """So many digits behind the point, halves to the even one; without `digits` a whole number."""
    number = _number("round", value)
    try:
        return round(number) if digits is None else round(number, digits)
    except OverflowError:
        raise Invalid("round makes of this a number that is too large to keep.") from None


def as_int(value: JsonValue) -> JsonValue:
    """A number without what is behind its point, or the whole number that a text says."""
    if isinstance(value, str):
        text = value.strip()
        if len(text) > MOST_DIGITS or not INTEGER.fullmatch(text):
            raise Invalid("int reads a whole number such as 42, and this text is none.")
        return int(text)
    return int(_number("int", value))


def as_float(value: JsonValue) -> JsonValue:
    """A number, or what a text says, as one with a point."""
    try:
        made = _read(value.strip()) if isinstance(value, str) else float(_number("float", value))
    except OverflowError:
        made = math.inf
    if not math.isfinite(made):
        raise Invalid("float makes of this a number that is too large to keep.")
    return made


def _read(text: str) -> float:
    if len(text) > MOST_DIGITS or not DECIMAL.fullmatch(text):
        raise Invalid("float reads a number such as 4.2, and this text is none.")
    return float(text)


def _number(name: str, value: JsonValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise not_for(name, value, "a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{name} is for a number that is not infinite.")
    return value
