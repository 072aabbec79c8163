"""What msgpack would refuse or alter in plain data, and how it is spelled out instead.

Msgpack's maps have text for keys, its text has no lone surrogates, and a `bytearray` becomes `bytes` without
a word. Such values are rare: plain data is packed as it is, and only where that fails is it walked in Python.
"""

import gc
from collections import deque
from dataclasses import dataclass
from typing import Any

from memory import leaf_types

SURROGATES = 111
DICT = 112  # a dict with keys other than text, as pairs
DEEPEST = 256  # msgpack goes no deeper
CONTAINERS = {dict, list, tuple, set, frozenset, deque}
ALTERED = {bytearray, memoryview}


@dataclass(frozen=True)
class Spelled:
    """A value as its code and something plainer."""

    code: int
    plain: Any


def needs_spelling(value: object) -> bool:
    """Whether a type that packing would alter lies anywhere in plain containers."""
    layer = [value]
    for _ in range(DEEPEST):
        if not ALTERED.isdisjoint(map(type, layer)):
            return True
        containers = {id(each): each for each in layer if type(each) in CONTAINERS}
        if not containers:
            return False
        layer = gc.get_referents(*containers.values())  # the items, without a loop in Python
    return False


def spelled_out(value: Any) -> Any:
    """The same value in what msgpack can hold. Raises `TypeError` for a memoryview."""
    kind = type(value)
    if kind is str:
        return value if _is_text(value) else Spelled(SURROGATES, value.encode("utf-8", "surrogatepass"))
    if kind is list:
        return [spelled_out(item) for item in value]
    if kind is dict:
        return _spelled_dict(value)
    if kind is bytearray:
        return Spelled(leaf_types.BY_KIND[kind].code, bytes(value))
    if kind is memoryview:
        raise TypeError("a view of memory")
    if kind in CONTAINERS:
        leaf = leaf_types.BY_KIND[kind]
        return Spelled(leaf.code, spelled_out(leaf.take(value)))
    return value


def _spelled_dict(value: dict[Any, Any]) -> Any:
    if all(type(key) is str and _is_text(key) for key in value):
        return {key: spelled_out(item) for key, item in value.items()}
    return Spelled(DICT, [[spelled_out(key), spelled_out(item)] for key, item in value.items()])


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
