"""What a rule compares: the values of a lead's fields, and how two values relate.

A blank field has no value. Text compares without case and without regard to the width of
white space. Where one side is a number, the other must read as one: "1,200", "$5M" and "12%"
do, "51-200" does not, and neither does "1.200", which is 1200 to some and 1.2 to others.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from memory.records import Lead
from memory.words import Answer

Value = str | Decimal | bool

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
EQUALITY = ("==", "!=")
LONGEST_NUMBER = 40  # characters; what is longer is text

TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
SCALES = {"": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9}
MONEY = r"(?:[$€£¥]|USD|EUR|GBP|CHF)"
AMOUNT = re.compile(
    rf"(?P<sign>-?)(?:{MONEY} ?)?(?P<digits>\d[\d.,' ]*?) ?(?P<scale>{'|'.join(SCALES)})(?: ?{MONEY}| ?%)?",
    re.ASCII | re.IGNORECASE,
)
WITH_POINT = re.compile(r"(\d+|\d{1,3}(?:[,' ]\d{3})+)(?:\.(\d+))?", re.ASCII)
WITH_COMMA = re.compile(r"(\d+|\d{1,3}(?:[.' ]\d{3})+)(?:,(\d+))?", re.ASCII)
POINT_OR_THOUSAND = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)


def field_value(lead: Lead, name: str) -> Value | None:
    """The value of a field or an extra column, None where it is blank or not there."""
    found = getattr(lead, name) if name in Lead.model_fields and name != "extra" else lead.extra.get(name)
    if isinstance(found, int):
        return Decimal(found)
    return (" ".join(found.split()) or None) if found else None


def as_number(value: Value) -> Decimal | None:
    """`value` as a number, where it reads as exactly one."""
    if not isinstance(value, str):
        return None if isinstance(value, bool) else value
    amount = AMOUNT.fullmatch(value) if len(value) <= LONGEST_NUMBER else None
    if amount is None or POINT_OR_THOUSAND.fullmatch(amount["digits"]):
        return None
    read = WITH_POINT.fullmatch(amount["digits"]) or WITH_COMMA.fullmatch(amount["digits"])
    if read is None:
        return None
    whole = re.sub(r"\D", "", read[1])
    return Decimal(f"{amount['sign']}{whole}.{read[2] or 0}") * SCALES[amount["scale"].lower()]


def as_truth(value: Value) -> bool | None:
    """`value` as true or false, where it is one of the words for them."""
    if isinstance(value, str):
        return TRUTHS.get(value.lower())
    return value if isinstance(value, bool) else None


def compare(left: Value, sign: str, right: Value) -> Answer:
    """Whether the two relate as `sign` says; `unknown` where they are of different types."""
    pair = _alike(left, sign, right)
    if pair is None:
        return "unknown"
    return "yes" if COMPARE[sign](*pair) else "no"


def _alike(left: Value, sign: str, right: Value) -> tuple[Any, Any] | None:
    """The two as values of one type, or None."""
    if isinstance(left, bool) or isinstance(right, bool):
        return _both(as_truth(left), as_truth(right))
    numbers = as_number(left), as_number(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return _both(*numbers)
    if sign not in EQUALITY and numbers != (None, None):
        return _both(*numbers)  # "200" > "50" is meant of the numbers
    return str(left).casefold(), str(right).casefold()


def _both(left: bool | Decimal | None, right: bool | Decimal | None) -> tuple[Any, Any] | None:
    return None if left is None or right is None else (left, right)
