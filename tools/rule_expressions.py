"""The parts that a parsed rule is made of, each answering yes, no or unknown (Kleene's logic)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Protocol

from memory.records import Lead
from memory.words import Answer
from tools.linear_patterns import Pattern
from tools.rule_values import Value, compare, field_value

LONGEST_TEXT = 100_000  # characters of a field that a pattern is searched in
SHOWN = 60  # characters of a value in a note

NEGATED: dict[Answer, Answer] = {"yes": "no", "no": "yes", "unknown": "unknown"}


@dataclass(frozen=True)
class Found:
    """An answer, and what it was read from: "employees = 80"."""

    answer: Answer
    notes: tuple[str, ...] = ()

    def __and__(self, other: "Found") -> "Found":
        """No if one is no, else unknown if one is."""
        answers = {self.answer, other.answer}
        answer: Answer = "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
        return Found(answer, self.notes + other.notes)

    def __invert__(self) -> "Found":
        return Found(NEGATED[self.answer], self.notes)

    def __or__(self, other: "Found") -> "Found":
        return ~(~self & ~other)


class Expression(Protocol):
    """A rule or a part of one."""

    def of(self, lead: Lead) -> Found:
        """What it comes to for `lead`."""
        ...


@dataclass(frozen=True)
class Field:
    """A field of the lead, or an extra column."""

    name: str

    def value(self, lead: Lead) -> Value | None:
        return field_value(lead, self.name)

    def note(self, lead: Lead) -> str:
        value = self.value(lead)
        return f"{self.name} is blank or missing" if value is None else f"{self.name} = {shown(value)}"


@dataclass(frozen=True)
class Literal:
    """A value that stands in the rule."""

    literal: Value

    def value(self, lead: Lead) -> Value:  # noqa: ARG002 - the same for every lead
        return self.literal


@dataclass(frozen=True)
class Compare:
    """`employees >= 20`"""

    left: Field | Literal
    sign: str
    right: Field | Literal

    def of(self, lead: Lead) -> Found:
        left, right = self.left.value(lead), self.right.value(lead)
        notes = tuple(side.note(lead) for side in (self.left, self.right) if isinstance(side, Field))
        if left is None or right is None:
            return Found("unknown", notes)
        answer = compare(left, self.sign, right)
        if answer == "unknown":
            return Found(answer, (*notes, f"{shown(left)} cannot be compared with {shown(right)}"))
        return Found(answer, notes)


@dataclass(frozen=True)
class OneOf:
    """`country in ["Italy", "Spain"]`: equal to one of them."""

    choices: tuple[Compare, ...]

    def of(self, lead: Lead) -> Found:
        return reduce(Found.__or__, (choice.of(lead) for choice in self.choices))


@dataclass(frozen=True)
class Matches:
    """`industry matches "soft|hard"`: found anywhere in the field, without case."""

    field: Field
    pattern: Pattern

    def of(self, lead: Lead) -> Found:
        value = self.field.value(lead)
        if value is None:
            return Found("unknown", (self.field.note(lead),))
        text = str(value)
        if len(text) > LONGEST_TEXT:
            return Found("unknown", (f"{self.field.name} is longer than {LONGEST_TEXT:,} characters",))
        found = self.pattern.search(text.encode("utf-8", "replace"))
        return Found("yes" if found else "no", (self.field.note(lead),))


@dataclass(frozen=True)
class Not:
    part: Expression

    def of(self, lead: Lead) -> Found:
        return ~self.part.of(lead)


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Expression, ...]

    def of(self, lead: Lead) -> Found:
        return reduce(Found.__and__, (part.of(lead) for part in self.parts))


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Expression, ...]

    def of(self, lead: Lead) -> Found:
        return reduce(Found.__or__, (part.of(lead) for part in self.parts))


def shown(value: Value) -> str:
    """`value` as a person would write it, on one line and not too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:f}" if isinstance(value, Decimal) else value
    plain = "".join(sign for sign in text if sign.isprintable())
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"
