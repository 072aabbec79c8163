"""`extract` in a search: single values from inside of what was found, by paths such as `values.list[0].name`."""

import re
from collections.abc import Mapping

from memory.errors import Invalid

MOST_PATHS = 50
LONGEST_PATH = 500
ROOTS = ("values", "metadata", "config", "interrupts", "error")
STEP = re.compile(r"([^.\[\]]+)|\[(-?\d{1,6})\]")


def extracted(item: Mapping[str, object], paths: Mapping[str, str]) -> dict[str, object]:
    """What stands at each path; None where nothing does. `Invalid` where a path is none."""
    return {alias: _at(item, _steps(path)) for alias, path in paths.items()}


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    place = 0
    while place < len(path) and len(path) <= LONGEST_PATH:
        if path[place] == "." and steps:
            place += 1
        match = STEP.match(path, place)
        if match is None:
            break
        steps.append(match[1] if match[1] is not None else int(match[2]))
        place = match.end()
    if place != len(path) or not steps or steps[0] not in ROOTS:
        raise Invalid(f"A path to extract begins with {', '.join(ROOTS)}: values.a.b or values.list[0].")
    return steps


def _at(value: object, steps: list[str | int]) -> object:
    for step in steps:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value
