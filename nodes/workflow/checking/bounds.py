"""How large and how deep a definition may be. Looked at before all else, and no further than to the first bound."""

from collections.abc import Iterator
from itertools import islice

from memory.definitions import LARGEST, MOST_STEPS
from memory.json_text import dumps
from memory.json_values import fault
from nodes.workflow.checking.places import Found, Outline, Path, comparisons

DEEPEST = 100  # objects and lists within each other
DEEPEST_STEPS = 20  # steps around a step
MOST_PATTERNS = 100
TOO_LARGE = f"A definition has at most {LARGEST:,} bytes as JSON, and this has more."


def size_faults(given: object) -> Iterator[Found]:
    """Why the whole cannot be looked at any further: it is too large, too deep, or no JSON."""
    least = 0
    for level in islice(_levels(given), DEEPEST):
        for path, value in level:
            least += _least(value)
            if least > LARGEST:
                yield Found((), TOO_LARGE)
                return
            yield from _no_json(path, value)
        if not any(isinstance(value, dict | list) and value for _, value in level):
            return
    yield Found((), f"Objects and lists are nested more than {DEEPEST} deep. Flatten them.")


def exact_size_faults(given: object) -> Iterator[Found]:
    """Whether it is too large, once it is known that it is JSON and not much too large."""
    try:
        size = len(dumps(given))
    except ValueError:
        return  # a number in it is none of JSON's, which is told beside all else
    if size > LARGEST:
        yield Found((), TOO_LARGE)


def number_faults(given: object) -> Iterator[Found]:
    """Numbers and texts that would not come back as they went."""
    for level in _levels(given):
        for path, value in level:
            for part in [value, *value] if isinstance(value, dict) else [value]:
                if reason := fault(part):
                    yield Found(path, reason)


def pattern_faults(steps: Outline) -> Iterator[Found]:
    """Too many patterns: each is compiled, which costs more than anything else here."""
    count = 0
    for path, comparison in (one for place in steps.places for one in comparisons(place)):
        count += comparison.get("op") == "matches"
        if count > MOST_PATTERNS:
            yield Found((*path, "op"), f"A definition has at most {MOST_PATTERNS} patterns. Join some with |.")
            return


def _levels(given: object) -> Iterator[list[tuple[Path, object]]]:
    """Every part with its path; the outermost first, then all that are in it, then all that are in those."""
    level: list[tuple[Path, object]] = [((), given)]
    while level:
        yield level
        level = [below for path, value in level for below in _inside(path, value)]


def _inside(path: Path, value: object) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict):
        yield from (((*path, key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        yield from (((*path, at), inner) for at, inner in enumerate(value))


def _least(value: object) -> int:
    """The bytes of its JSON at least, without what is inside it."""
    if isinstance(value, str):
        return 2 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass")))
    if isinstance(value, dict) and len(value) <= LARGEST:
        return 1 + len(value) + sum(_least(key) + 1 for key in value)
    return 1 + len(value) if isinstance(value, dict | list) else 1


def _no_json(path: Path, value: object) -> Iterator[Found]:
    if not isinstance(value, str | bool | int | float | list | dict | None):
        yield Found(path, f"This is no JSON value but a {type(value).__name__}.")
    if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
        yield Found(path, "Keys are texts. Put them in quotes.")


def step_faults(steps: Outline) -> Iterator[Found]:
    """Too many steps, or steps in steps in steps…"""
    count = sum(len(one.places) for one in steps.lists)
    if count > MOST_STEPS:
        sentence = f"There are {count:,} steps, those inside of others included; {MOST_STEPS:,} are allowed."
        yield Found(
            ("steps",), f"{sentence} Put some into a workflow of their own, and call it by a subworkflow step."
        )
    for place in steps.places:
        if sum(1 for _ in place.around) == DEEPEST_STEPS:
            yield Found(place.path, f"More than {DEEPEST_STEPS} steps are around this one. Use a subworkflow step.")
