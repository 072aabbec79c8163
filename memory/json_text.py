"""JSON as text, without loss: integers of any size, lone surrogates, every key and character.

orjson does nearly all of it; what it would change or refuse goes to the standard library.
"""

import json
import re
from collections.abc import Mapping
from typing import cast

import orjson

JsonObject = dict[str, object]

_LONG_NUMBER = re.compile(rb"\d{19}")  # orjson reads integers beyond 64 bits as floats


def loads(text: bytes | str) -> object:
    """The value that JSON text says. ValueError where it is not JSON."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if not _LONG_NUMBER.search(data):
        try:
            return cast(object, orjson.loads(data))
        except orjson.JSONDecodeError:
            pass  # a lone surrogate, or no JSON at all: the standard library tells which
    return cast(object, json.loads(data))


def load_object(text: bytes | str) -> JsonObject:
    """The object that JSON text of our own says."""
    return cast(JsonObject, loads(text))


def dumps(value: object) -> bytes:
    """JSON values as text on one line, in UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def merged(old: Mapping[str, object], new: Mapping[str, object]) -> JsonObject:
    """`old` with the keys of `new`."""
    return {**old, **new}


def contains(have: object, wanted: object) -> bool:
    """Containment: objects by their keys, at any depth; lists by their members; all else by equality."""
    if isinstance(wanted, dict):
        return isinstance(have, dict) and all(
            key in have and contains(have[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(have, list) and all(any(contains(one, value) for one in have) for value in wanted)
    return isinstance(have, bool) == isinstance(wanted, bool) and have == wanted
