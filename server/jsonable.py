"""Any value of a graph as JSON. It never fails: what has no form of its own in JSON is told as text.

Times are ISO 8601, UUIDs and decimals text, bytes base64, sets and tuples lists, NaN and infinity null; models,
dataclasses and messages are objects; a lone surrogate stays one, escaped.
"""

import base64
import dataclasses
import json
import math
from collections import deque
from collections.abc import Mapping, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import cast
from uuid import UUID

import orjson
from langchain_core.messages import BaseMessage
from langgraph.types import Interrupt
from pydantic import BaseModel, SecretStr

DEEPEST = 200  # levels; orjson gives up at 254
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS


def to_json(value: object) -> bytes:
    """The value as JSON on one line."""
    try:
        return orjson.dumps(value, default=_step, option=_OPTIONS)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(plain(value), separators=(",", ":"), allow_nan=False).encode()


def plain(value: object, above: frozenset[int] = frozenset()) -> object:
    """The value in JSON's own types. `above`: the containers it lies in, so that a circle ends."""
    if value is None or (isinstance(value, (bool, str, int)) and not isinstance(value, Enum)):
        return value if value is None or type(value) in (bool, str, int) else _bare(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if len(above) > DEEPEST or id(value) in above:
        return _told(value)
    within = above | {id(value)}
    if isinstance(value, Mapping):
        return {_name(key): plain(one, within) for key, one in value.items()}
    if isinstance(value, (list, tuple, Set, deque)):
        return [plain(one, within) for one in value]
    return plain(_step(value), within)


def _bare(value: object) -> object:
    """A subclass of str, int or bool as what it is."""
    return str.__str__(value) if isinstance(value, str) else int(cast(int, value))


def _step(value: object) -> object:
    """One step from a value that JSON does not know towards one that it does."""
    try:
        return _known(value)
    except Exception:  # noqa: BLE001 - a value's own code may raise anything, and an answer must not fail for it
        return _told(value)


def _known(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Interrupt):
        return {"id": value.id, "value": value.value}
    if isinstance(value, BaseMessage):
        return {**value.model_dump(), "type": value.type}
    if isinstance(value, SecretStr):
        return str(value)
    if isinstance(value, BaseModel):
        return value.model_dump()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (UUID, Decimal, PurePath)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {_name(key): one for key, one in value.items()}
    if isinstance(value, (Set, tuple, list, deque)):
        return list(value)
    if isinstance(value, BaseException):
        return {"error": type(value).__name__, "message": str(value)}
    if isinstance(value, (str, int)):
        return _bare(value)
    return _slots(value)


def _slots(value: object) -> object:
    """An object of LangGraph's that names its fields in slots (Send); else its text."""
    slots = getattr(type(value), "__slots__", ())
    if type(value).__module__.startswith("langgraph.") and isinstance(slots, tuple) and slots:
        return {name: getattr(value, name, None) for name in slots if not name.startswith("_")}
    return _told(value)


def _name(key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    known = _step(key)
    return known if isinstance(known, str) else str(known)


def _told(value: object) -> str:
    try:
        return repr(value)[:10_000]
    except Exception:  # noqa: BLE001 - as above
        return f"<{type(value).__name__}>"
