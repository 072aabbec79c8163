"""Which steps come before which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nodes.workflow.checking.places import Outline, Place, StepList, first_by_id


@dataclass(frozen=True)
class Order:
    """The steps of a definition by who waits for whom."""

    steps: Outline

    @cached_property
    def by_id(self) -> Mapping[str, Place]:
        """The first place of each id, in the whole definition."""
        return first_by_id(self.steps.places)

    @cached_property
    def _reach(self) -> Mapping[Place, int]:
        """Of each step, all in its own list that must have ended before it begins: a bit for each."""
        return {place: bits for steps in self.steps.lists for place, bits in _closures(steps)}

    def is_before(self, one: Place, place: Place) -> bool:
        """Whether `one` has ended when `place` begins: it comes before it, or before a step around it."""
        here = next((here for here in (place, *place.around) if here.inside is one.inside), None)
        return here is not None and bool(self._reach[here] >> one.number & 1)

    def is_seen(self, one: Place, place: Place) -> bool:
        """Whether `place` sees what `one` came to. A compensation sees what the failing steps saw, all of them."""
        failing = next((found for here in (place, *place.around) if (found := self.undone_by.get(here))), ())
        return self.is_before(one, place) or (bool(failing) and all(self.is_before(one, step) for step in failing))

    def seen_from(self, place: Place) -> list[str]:
        """The ids of all steps that it sees."""
        return [step_id for step_id, one in self.by_id.items() if self.is_seen(one, place)]

    def circle(self, place: Place) -> list[Place]:
        """All steps that wait for `place` and that it waits for, itself included; none where it is in no cycle."""
        reached = self._reach[place]
        if not reached >> place.number & 1:
            return []
        found = [one for one in place.inside.places if reached >> one.number & 1]
        return [one for one in found if self._reach[one] >> place.number & 1]

    @cached_property
    def undone_by(self) -> Mapping[Place, Sequence[Place]]:
        """The steps that name a step as their compensation, by that step."""
        found: dict[Place, list[Place]] = {}
        for place in self.steps.places:
            named = place.given.get("compensation")
            target = place.inside.by_id.get(named) if isinstance(named, str) and compensates(place) else None
            if target is not None and target is not place and not compensates(target):
                found.setdefault(target, []).append(place)
        return found


def compensates(place: Place) -> bool:
    """Whether a failure of the step has another one run."""
    return place.given.get("on_error") == "compensate"


def _closures(steps: StepList) -> Iterator[tuple[Place, int]]:
    """Each step with all that comes before it. A list in order takes one pass; any other, cycles included, n²."""
    by_id = steps.by_id
    reach = dict.fromkeys((place.number for place in steps.places), 0)
    for place in steps.places:
        for one in place.depends_on:
            if one is not None and one in by_id:
                reach[place.number] |= 1 << by_id[one].number
    if all(bits < 1 << number for number, bits in reach.items()):
        for number, bits in reach.items():
            reach[number] = bits | _union(reach, bits)
    else:
        _close(reach)
    return ((place, reach[place.number]) for place in steps.places)


def _union(reach: Mapping[int, int], bits: int) -> int:
    found = 0
    while bits:
        found |= reach[bits.bit_length() - 1]
        bits ^= 1 << bits.bit_length() - 1
    return found


def _close(reach: dict[int, int]) -> None:
    """The transitive closure, by Warshall's algorithm."""
    for middle in list(reach):
        bit, more = 1 << middle, reach[middle]
        for number, bits in reach.items():
            if bits & bit:
                reach[number] = bits | more
