"""Whether a store item passes a search's filter: equality by key, nested, and `$eq $ne $gt $gte $lt $lte`."""

import operator
from collections.abc import Callable, Mapping

from memory.errors import Invalid

ORDERS: dict[str, Callable[[float, float], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
EQUALITIES: dict[str, Callable[[object, object], bool]] = {"$eq": operator.eq, "$ne": operator.ne}


def passes(value: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether the value has each wanted key as it is wanted; `Invalid` on an operator that there is not."""
    return all(_passes(value.get(key), one) for key, one in wanted.items())


def _passes(have: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        if any(str(key).startswith("$") for key in wanted):
            return all(_compares(have, str(name), operand) for name, operand in wanted.items())
        return isinstance(have, dict) and all(_passes(have.get(key), one) for key, one in wanted.items())
    if isinstance(wanted, list | tuple):
        return (
            isinstance(have, list | tuple)
            and len(have) == len(wanted)
            and all(_passes(one, two) for one, two in zip(have, wanted, strict=True))
        )
    return have == wanted


def _compares(have: object, name: str, operand: object) -> bool:
    if name in EQUALITIES:
        return EQUALITIES[name](have, operand)
    if name not in ORDERS:
        raise Invalid(f"A filter has no {name[:40]!r}. It has $eq, $ne, $gt, $gte, $lt and $lte.")
    left, right = _number(have), _number(operand)
    return left is not None and right is not None and ORDERS[name](left, right)


def _number(value: object) -> float | None:
    """The number that a value is or spells; None where it is none, so that no comparison holds."""
    if not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
