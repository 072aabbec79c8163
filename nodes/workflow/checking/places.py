"""A definition as it was given, right or wrong: where its steps stand, and what is found wrong there.

Nothing here trusts the shape of anything: what is not of its kind is passed over, and said by `shapes.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Key = str | int
Path = tuple[Key, ...]
Table = Mapping[str, object]

CONDITIONS = ("when", "if", "while")
INSIDE = {"condition": ("then", "else"), "parallel": ("branches",), "loop": ("steps",)}


@dataclass(frozen=True)
class Reason:
    """Why something is wrong. `instead` says what would be right; it is looked for only if it is told."""

    message: str
    instead: Callable[[], str] | None = field(default=None, compare=False)

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"{self.message} {self.instead()}" if self.instead else self.message


@dataclass(frozen=True)
class Found:
    """One thing that is wrong, and where."""

    path: Path
    reason: Reason | str

    @property
    def sentence(self) -> str:
        """What is wrong, and what would be right."""
        return self.reason if isinstance(self.reason, str) else self.reason.sentence


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def depends_on(self) -> Sequence[str | None]:
        """The texts in its `depends_on`, and None for anything else there."""
        found = self.given.get("depends_on")
        return [one if isinstance(one, str) else None for one in found] if isinstance(found, list) else []

    def others(self) -> Sequence[str]:
        """The ids of the other steps of its list."""
        return [step_id for step_id in self.inside.by_id if step_id != self.step_id]

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
    """All lists of steps of a definition, the outer before the inner."""

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


def way_within(outer: Place, inner: Place) -> str:
    """How a step is read below the output of a step around it; of a loop, in its first round."""
    keys: list[str] = []
    for place in (inner, *inner.around):
        if place is outer:
            break
        *_, before, last = place.inside.path
        first = [str(last)] if before == "branches" else ["0"] if last == "steps" else []
        keys = [*first, place.step_id or "", *keys]
    return ".".join(keys)


def comparisons(step: Place) -> Iterator[tuple[Path, Table]]:
    """Every object in a step's conditions, at any depth, with its path: comparisons, and what joins them."""
    for key in CONDITIONS:
        yield from _comparisons((*step.path, key), step.given.get(key))


def _comparisons(path: Path, given: object) -> Iterator[tuple[Path, Table]]:
    if isinstance(given, list):
        for number, one in enumerate(given):
            yield from _comparisons((*path, number), one)
    elif isinstance(given, dict):
        yield path, given
        for key in ("all", "any", "not"):
            yield from _comparisons((*path, key), given.get(key))
