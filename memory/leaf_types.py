"""The standard library's types that a checkpoint brings back exactly, each with a code of its own in msgpack.

A leaf is taken apart into something plainer and made again from it. Codes are stored: never give one away
twice.
"""

import ipaddress
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from operator import attrgetter
from pathlib import Path, PosixPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import TzInfo

FACTORIES = {kind.__name__: kind for kind in (list, dict, set, tuple, int, float, str, bool)}


@dataclass(frozen=True)
class Leaf:
    """How a value of exactly this type is taken apart and made again."""

    code: int
    kind: type
    take: Callable[[Any], Any]
    make: Callable[[Any], Any]


def _integer_bytes(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def _integer(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def _zone(zone: tzinfo | None) -> object:
    """None, 0 for UTC, a zone's key, or a fixed offset: [seconds] as Pydantic has it, else [days, seconds, ...]."""
    if zone is None:
        return None
    if zone is UTC:
        return 0
    if type(zone) is ZoneInfo and zone.key:
        return zone.key
    if type(zone) is TzInfo:
        return [(zone.utcoffset(None) or timedelta()) // timedelta(seconds=1)]
    if type(zone) is timezone:
        offset = zone.utcoffset(None)
        named = zone.tzname(None) != timezone(offset).tzname(None)
        return [offset.days, offset.seconds, offset.microseconds, zone.tzname(None) if named else None]
    raise TypeError(f"a time zone of the type {type(zone).__name__}")


def _made_zone(parts: Any) -> tzinfo | None:
    if parts is None:
        return None
    if parts == 0:
        return UTC
    if isinstance(parts, str):
        return ZoneInfo(parts)
    if len(parts) == 1:
        return TzInfo(parts[0])
    *length, name = parts
    offset = timedelta(*length)
    return timezone(offset) if name is None else timezone(offset, name)


def _moment(value: datetime) -> list[object]:
    return [value.replace(tzinfo=None, fold=0).isoformat(), value.fold, _zone(value.tzinfo)]


def _made_moment(parts: Any) -> datetime:
    text, fold, zone = parts
    return datetime.fromisoformat(text).replace(fold=fold, tzinfo=_made_zone(zone))


def _clock_time(value: time) -> list[object]:
    return [value.replace(tzinfo=None, fold=0).isoformat(), value.fold, _zone(value.tzinfo)]


def _made_clock_time(parts: Any) -> time:
    text, fold, zone = parts
    return time.fromisoformat(text).replace(fold=fold, tzinfo=_made_zone(zone))


def _factory_and_items(value: defaultdict[Any, Any]) -> list[object]:
    factory = value.default_factory
    name = getattr(factory, "__name__", None)
    if factory is not None and FACTORIES.get(str(name)) is not factory:
        raise TypeError("a defaultdict that makes its defaults by other than a built-in type")
    return [name, [list(pair) for pair in value.items()]]


def _made_defaultdict(parts: Any) -> defaultdict[Any, Any]:
    name, items = parts
    return defaultdict(FACTORIES[name] if name else None, items)


def _pattern(value: re.Pattern[Any]) -> list[object]:
    return [value.pattern, value.flags]


LEAVES = (
    Leaf(64, tuple, list, tuple),
    Leaf(65, int, _integer_bytes, _integer),  # those beyond 64 bits
    Leaf(66, set, list, set),
    Leaf(67, frozenset, list, frozenset),
    Leaf(68, deque, lambda value: [list(value), value.maxlen], lambda parts: deque(*parts)),
    Leaf(69, bytearray, bytes, bytearray),
    Leaf(70, datetime, _moment, _made_moment),
    Leaf(71, date, lambda value: value.toordinal(), date.fromordinal),
    Leaf(72, time, _clock_time, _made_clock_time),
    Leaf(73, timedelta, lambda value: [value.days, value.seconds, value.microseconds], lambda p: timedelta(*p)),
    Leaf(74, timezone, _zone, _made_zone),
    Leaf(75, ZoneInfo, _zone, _made_zone),
    Leaf(76, Decimal, str, Decimal),
    Leaf(77, UUID, attrgetter("bytes"), lambda data: UUID(bytes=data)),
    Leaf(78, PosixPath, str, Path),
    Leaf(79, re.Pattern, _pattern, lambda parts: re.compile(*parts)),
    Leaf(80, OrderedDict, lambda value: [list(pair) for pair in value.items()], OrderedDict),
    Leaf(81, Counter, lambda value: [list(pair) for pair in value.items()], lambda pairs: Counter(dict(pairs))),
    Leaf(82, defaultdict, _factory_and_items, _made_defaultdict),
    Leaf(83, complex, lambda value: [value.real, value.imag], lambda parts: complex(*parts)),
    Leaf(84, ipaddress.IPv4Address, str, ipaddress.IPv4Address),
    Leaf(85, ipaddress.IPv4Interface, str, ipaddress.IPv4Interface),
    Leaf(86, ipaddress.IPv4Network, str, ipaddress.IPv4Network),
    Leaf(87, ipaddress.IPv6Address, str, ipaddress.IPv6Address),
    Leaf(88, ipaddress.IPv6Interface, str, ipaddress.IPv6Interface),
    Leaf(89, ipaddress.IPv6Network, str, ipaddress.IPv6Network),
)
BY_KIND = {leaf.kind: leaf for leaf in LEAVES}
BY_CODE = {leaf.code: leaf for leaf in LEAVES}
