"""Whether a workflow's condition holds. Values of different types are never compared in silence."""

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pydantic import JsonValue

from memory.definitions import All, Comparison, Condition, Not
from memory.definitions import Any as AnyOf
from memory.errors import Invalid
from tools.linear_patterns import Pattern, linear_pattern
from tools.templates import MISSING, Scope, find, render
from tools.templates.values import kind, same

LONGEST_PATTERN = 1_000  # characters
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
WITHOUT_RIGHT = ("exists", "empty")  # operators that look at `left` alone
EMPTY: tuple[JsonValue, ...] = (None, "", [], {})


def holds(condition: Condition, scope: Scope) -> bool:
    """Whether it does. `Invalid` where a path is missing or values cannot be compared; what does not matter to
    the answer is not looked at."""
    if isinstance(condition, All):
        return all(holds(one, scope) for one in condition.all)
    if isinstance(condition, AnyOf):
        return any(holds(one, scope) for one in condition.any)
    if isinstance(condition, Not):
        return not holds(condition.not_, scope)
    return _compares(condition, scope)


def compile_pattern(text: str) -> Pattern:
    """The pattern of a `matches`; `Invalid` where it is none or needs too much memory."""
    if len(text) > LONGEST_PATTERN:
        raise Invalid(f"A pattern has at most {LONGEST_PATTERN:,} characters; this has {len(text):,}.")
    return _compiled(text)


@lru_cache(maxsize=128)
def _compiled(text: str) -> Pattern:
    return linear_pattern(text, ignore_case=False)


def _compares(condition: Comparison, scope: Scope) -> bool:
    if condition.op in WITHOUT_RIGHT:
        found = find(condition.left, scope)
        return found is not MISSING if condition.op == "exists" else found is MISSING or found in EMPTY
    left = render(condition.left, scope)
    if condition.op == "matches":
        return _matches(left, condition.right)
    right = render(condition.right, scope)
    if condition.op in ORDER:
        return ORDER[condition.op](*_ordered(condition.op, left, right))
    if condition.op == "in":
        return _is_in(left, right, "in")
    if condition.op == "contains":
        return _is_in(right, left, "contains")
    return _equal(condition.op, left, right) == (condition.op == "eq")


def _equal(name: str, left: JsonValue, right: JsonValue) -> bool:
    if left is not None and right is not None and kind(left) != kind(right):
        raise Invalid(
            f"{name} compares {kind(left)} with {kind(right)}. Make them one type, with a filter such as int."
        )
    return same(left, right)


def _ordered(name: str, left: JsonValue, right: JsonValue) -> tuple[JsonValue, JsonValue]:
    if kind(left) != kind(right) or kind(left) not in ("a number", "a text"):
        raise Invalid(f"{name} compares two numbers or two texts, not {kind(left)} with {kind(right)}.")
    return left, right


def _is_in(part: JsonValue, whole: JsonValue, name: str) -> bool:
    if isinstance(whole, list):
        return any(same(part, one) for one in whole)
    if isinstance(whole, str | dict) and isinstance(part, str):
        return part in whole
    raise Invalid(f"{name} looks in a list, for a text in a text, or for a key in an object, not in {kind(whole)}.")


def _matches(left: JsonValue, pattern: JsonValue) -> bool:
    if not isinstance(left, str) or not isinstance(pattern, str):
        raise Invalid(f"matches searches a text for a pattern, and left is {kind(left)}.")
    return compile_pattern(pattern).search(left.encode("utf-8", "replace")) is not None
