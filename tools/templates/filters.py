"""The filters of templates: what each takes, and what it makes of a value.

Each is a function of the value and literal arguments; `Invalid` says what it is for where the value is another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from tools.templates import list_filters, number_filters, text_filters
from tools.templates.dates import date, date_fault
from tools.templates.syntax import Apply
from tools.templates.values import json_text

MOST_DIGITS = 300  # that `round` keeps
TEXT = "a text"
VALUE = "a value"
DIGITS = f"a whole number from -{MOST_DIGITS} to {MOST_DIGITS}"
EXAMPLES = {TEXT: '"…"', VALUE: '"…"', DIGITS: "2"}


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
    if wanted == DIGITS:
        return isinstance(argument, int) and not isinstance(argument, bool) and abs(argument) <= MOST_DIGITS
    return True


def _default(value: JsonValue, instead: JsonValue) -> JsonValue:
    return instead if value is None else value


FILTERS = {
    one.name: one
    for one in (
        FilterKind("default", _default, (VALUE,)),
        FilterKind("lower", text_filters.lower, makes="a text"),
        FilterKind("upper", text_filters.upper, makes="a text"),
        FilterKind("trim", text_filters.trim, makes="a text"),
        FilterKind("length", list_filters.length, makes="a number"),
        FilterKind("first", list_filters.first),
        FilterKind("last", list_filters.last),
        FilterKind("join", list_filters.join, (TEXT,), makes="a text"),
        FilterKind("split", text_filters.split, (TEXT,), makes="a list"),
        FilterKind("round", number_filters.rounded, (DIGITS,), needs=0, makes="a number"),
        FilterKind("int", number_filters.as_int, makes="a number"),
        FilterKind("float", number_filters.as_float, makes="a number"),
        FilterKind("string", text_filters.string, makes="a text"),
        FilterKind("json", text_filters.as_json, makes="a text"),
        FilterKind("keys", list_filters.keys, makes="a list"),
        FilterKind("values", list_filters.values, makes="a list"),
        FilterKind("unique", list_filters.unique, makes="a list"),
        FilterKind("sort", list_filters.in_order, makes="a list"),
        FilterKind("map", list_filters.each_key, (TEXT,), makes="a list"),
        FilterKind("where", list_filters.where, (TEXT, VALUE), makes="a list"),
        FilterKind("date", date, (TEXT,), makes="a text"),
    )
}
