"""JSON that comes back as it went: what may be kept, and its text.

A value that some reader would change or refuse is refused here instead, by its path: NaN and infinities, half a
surrogate pair, integers of thousands of digits, and nesting that a parser may give up on.
"""

import json
import math
from collections.abc import Iterator

from pydantic import JsonValue

from memory.errors import Invalid

DEEPEST = 200  # objects and lists within each other
LONGEST_INTEGER = 13_000  # bits, some 3,900 digits: Python itself reads 4,300

JsonObject = dict[str, JsonValue]


def written(value: JsonValue, name: str) -> str:
    """The value's JSON text in one line; `Invalid` with the path, from `name` on, where it would not come back."""
    for path, part in _parts(value, name):
        if (reason := fault(part)) is not None:
            raise Invalid(reason, where=path)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _parts(value: JsonValue, name: str) -> Iterator[tuple[str, JsonValue]]:
    """Every part with its path, keys too, without recursion: the nesting is not known to be bounded yet."""
    waiting: list[tuple[str, JsonValue, int]] = [(name, value, 0)]
    while waiting:
        path, part, depth = waiting.pop()
        if depth > DEEPEST:
            raise Invalid(f"It is nested more than {DEEPEST} deep. Flatten it.", where=name)
        yield path, part
        if isinstance(part, dict):
            for key, below in part.items():
                yield path, key
                waiting.append((f"{path}.{key}", below, depth + 1))
        elif isinstance(part, list):
            waiting += [(f"{path}[{at}]", below, depth + 1) for at, below in enumerate(part)]


def fault(part: object) -> str | None:
    """Why a part of a value would not come back as it went; None where it does."""
    if isinstance(part, str) and not part.isascii() and any("\ud800" <= letter <= "\udfff" for letter in part):
        return "Half a surrogate pair is no character. Send the text as UTF-8."
    if isinstance(part, float) and not math.isfinite(part):
        return "JSON has no infinity and no NaN. Send a number that fits 64 bits, or a text."
    if isinstance(part, int) and part.bit_length() > LONGEST_INTEGER:
        return "This integer has thousands of digits. Send it as a text."
    return None
