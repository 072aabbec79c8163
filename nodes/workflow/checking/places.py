"""A definition as it was given, right or wrong: where its steps stand, and how a place in it is written.

Nothing here trusts the shape of anything: what is not of its kind is passed over, and said by `shapes.py`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Key = str | int
Path = tuple[Key, ...]
Table = Mapping[str, object]

PLAIN_KEY = re.compile(r"[\w-]{1,80}")
LONGEST_KEY = 80  # characters of a key that are shown
INSIDE = {"condition": ("then", "else"), "parallel": ("branches",), "loop": ("steps",)}


@dataclass(frozen=True)
class Found:
    """One thing that is wrong, and where."""

    path: Path
    message: str


@dataclass(frozen=True)
class StepList:
    """A list of steps that depend on each other; `around` is the step whose body it is."""

    path: Path
    around: "Place | None" = None
    places: list["Place"] = field(default_factory=list)

    @cached_property
    def by_id(self) -> Mapping[str, "Place"]:
        """Its steps by their ids; of two with one id, the first."""
        return first_by_id(self.places)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a step stands. `bodies` are the lists inside it."""

    path: Path
    given: Table
    number: int  # in its list
    inside: StepList
    bodies: list[StepList] = field(default_factory=list)

    @property
    def step_id(self) -> str | None:
        """Its id, where it is a text."""
        found = self.given.get("step_id")
        return found if isinstance(found, str) else None

    @property
    def step_type(self) -> str | None:
        """Its type, where it is a text."""
        found = self.given.get("step_type")
        return found if isinstance(found, str) else None

    @property
    def depends_on(self) -> Sequence[str]:
        """The texts in its `depends_on`; anything else there is an empty text, which is no id."""
        found = self.given.get("depends_on")
        return [one if isinstance(one, str) else "" for one in found] if isinstance(found, list) else []

    @property
    def around(self) -> Iterator["Place"]:
        """The steps around it, the innermost first."""
        place = self.inside.around
        while place is not None:
            yield place
            place = place.inside.around


def first_by_id(places: Iterable[Place]) -> dict[str, Place]:
    """Steps by their ids, in order; of two with one id, the first."""
    found: dict[str, Place] = {}
    for place in places:
        if place.step_id is not None:
            found.setdefault(place.step_id, place)
    return found


@dataclass(frozen=True)
class Outline:
    """All steps of a definition: their lists, the outer before the inner, and the first place of each id."""

    lists: list[StepList]

    @property
    def places(self) -> Iterator[Place]:
        """Every step."""
        return (place for steps in self.lists for place in steps.places)


def outline(given: Table) -> Outline:
    """The steps of a definition, at any depth. The caller has bounded the depth."""
    return Outline(list(_lists(("steps",), given.get("steps"), None)))


def _lists(path: Path, steps: object, around: Place | None) -> Iterator[StepList]:
    if not isinstance(steps, list):
        return
    made = StepList(path, around)
    yield made
    if around is not None:
        around.bodies.append(made)
    for number, step in enumerate(steps):
        if isinstance(step, dict):
            place = Place((*path, number), step, number, made)
            made.places.append(place)
    for place in made.places:
        for name, body in bodies(place.given):
            yield from _lists((*place.path, *name), body, place)


def bodies(step: Table) -> Iterator[tuple[Path, object]]:
    """What a step has inside it, with the path from the step on."""
    kind = step.get("step_type")
    for key in INSIDE.get(kind, ()) if isinstance(kind, str) else ():
        body = step.get(key)
        if key != "branches":
            yield (key,), body
        elif isinstance(body, dict):
            yield from (((key, name), inner) for name, inner in body.items())


def spelled(path: Path) -> str:
    """A path as people write it, counted from 0: `steps[3].then[0].parameters.lead`; the whole is empty."""
    return "".join(f"[{key}]" if isinstance(key, int) else _key(key) for key in path).removeprefix(".")


def _key(key: str) -> str:
    if PLAIN_KEY.fullmatch(key):
        return f".{key}"
    return f"[{json.dumps(key[:LONGEST_KEY], ensure_ascii=False)}]"


def in_document_order(given: object, found: Sequence[Found]) -> list[Found]:
    """Sorted as the places stand in the document; what is missing comes after what is there."""
    return sorted(found, key=lambda one: _position(given, one.path))


def _position(given: object, path: Path) -> tuple[int, ...]:
    position: list[int] = []
    for key in path:
        if isinstance(given, dict):
            position.append(list(given).index(key) if key in given else len(given))
            given = given.get(key)
        else:
            position.append(key if isinstance(key, int) else 0)
            given = given[key] if isinstance(given, list) and isinstance(key, int) and key < len(given) else None
    return tuple(position)
