"""The filters of templates: what each takes, and what it makes of a value.

Each is a function of the value and literal arguments; `Invalid` says what it is for where the value is another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import JsonValue

from tools.templates import list_filters, number_filters, text_filters
from tools.templates.dates import date, date_fault
from tools.templates.syntax import Apply
from tools.templates.values import json_text

MOST_DIGITS = 300  # that `round` keeps
TEXT = "a text"
SEPARATOR = "a text to split at"
VALUE = "a value"
DIGITS = f"a whole number from -{MOST_DIGITS} to {MOST_DIGITS}"
A_TEXT, A_LIST = ("a text",), ("a list",)
EXAMPLES = {TEXT: '"…"', SEPARATOR: '","', VALUE: '"…"', DIGITS: "2"}


@dataclass(frozen=True)
class FilterKind:
    """A filter by its name; `takes` says of each argument what it must be."""

    name: str
    apply: Apply
    takes: Sequence[str] = ()
    needs: int | None = None  # arguments at least; None: all
    makes: str | None = None  # of any value that it takes; None: that depends on the value
    of: Sequence[str] = ()  # the kinds of value that it is for; none: of all

    def fault(self, arguments: Sequence[JsonValue]) -> str | None:
        """What is wrong with the arguments."""
        least = len(self.takes) if self.needs is None else self.needs
        if not least <= len(arguments) <= len(self.takes):
            return f"{self.name} takes {' and '.join(self.takes) or 'no argument'}; write {self._written()}."
        for wanted, argument in zip(self.takes, arguments, strict=False):
            if not _is(argument, wanted):
                return f"{self.name} takes {wanted}, not {json_text(argument)[:40]}."
        return date_fault(str(arguments[0])) if self.name == "date" else None

    def _written(self) -> str:
        return f"{self.name}({', '.join(EXAMPLES[one] for one in self.takes)})" if self.takes else self.name


def _is(argument: JsonValue, wanted: str) -> bool:
    if wanted == TEXT:
        return isinstance(argument, str)
    if wanted == SEPARATOR:
        return isinstance(argument, str) and argument != ""
    if wanted == DIGITS:
        return isinstance(argument, int) and not isinstance(argument, bool) and abs(argument) <= MOST_DIGITS
    return True


def _default(value: JsonValue, instead: JsonValue) -> JsonValue:
    return instead if value is None else value


FILTERS = {
    one.name: one
    for one in (
        FilterKind("default", _default, (VALUE,)),
        FilterKind("lower", text_filters.lower, makes="a text", of=A_TEXT),
        FilterKind("upper", text_filters.upper, makes="a text", of=A_TEXT),
        FilterKind("trim", text_filters.trim, makes="a text", of=A_TEXT),
        FilterKind("length", list_filters.length, makes="a number", of=("a text", "a list", "an object")),
        FilterKind("first", list_filters.first, of=("a list", "a text")),
        FilterKind("last", list_filters.last, of=("a list", "a text")),
        FilterKind("join", list_filters.join, (TEXT,), makes="a text", of=A_LIST),
        FilterKind("split", text_filters.split, (SEPARATOR,), makes="a list", of=A_TEXT),
        FilterKind("round", number_filters.rounded, (DIGITS,), needs=0, makes="a number", of=("a number",)),
        FilterKind("int", number_filters.as_int, makes="a number", of=("a number", "a text")),
        FilterKind("float", number_filters.as_float, makes="a number", of=("a number", "a text")),
        FilterKind("string", text_filters.string, makes="a text"),
        FilterKind("json", text_filters.as_json, makes="a text"),
        FilterKind("keys", list_filters.keys, makes="a list", of=("an object",)),
        FilterKind("values", list_filters.values, makes="a list", of=("an object",)),
        FilterKind("unique", list_filters.unique, makes="a list", of=A_LIST),
        FilterKind("sort", list_filters.in_order, makes="a list", of=A_LIST),
        FilterKind("map", list_filters.each_key, (TEXT,), makes="a list", of=A_LIST),
        FilterKind("where", list_filters.where, (TEXT, VALUE), makes="a list", of=A_LIST),
        FilterKind("date", date, (TEXT,), makes="a text", of=("a text", "a number")),
    )
}


def misfit(names: Sequence[str]) -> str | None:
    """Why a filter can never be for what the one before it makes."""
    for before, one in pairwise(FILTERS[name] for name in names):
        if before.makes and one.of and before.makes not in one.of:
            return f"{one.name} is for {' or '.join(one.of)}, and {before.name} makes {before.makes}."
    return None
