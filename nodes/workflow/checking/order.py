"""Which steps come before which: ids, dependencies, cycles, and what runs only after a failure."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from nodes.workflow.checking.places import Found, Outline, Place, StepList, first_by_id, spelled
from tools.templates.values import listed, short

LONGEST_CYCLE = 50  # ids that are shown


@dataclass(frozen=True)
class Order:
    """The steps of a definition by who waits for whom. A list's steps are bits of whole numbers, by their place."""

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

    def before(self, place: Place) -> list[str]:
        """The ids of all that have ended when `place` begins."""
        return [step_id for step_id, one in self.by_id.items() if self.is_before(one, place)]

    def is_seen(self, one: Place, place: Place) -> bool:
        """Whether `place` sees what `one` came to. A compensation sees what the failing steps saw, all of them."""
        failing = next((found for here in (place, *place.around) if (found := self.undone_by.get(here))), ())
        return self.is_before(one, place) or (bool(failing) and all(self.is_before(one, step) for step in failing))

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
            if one in by_id:
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


def order_faults(order: Order) -> Iterator[Found]:
    """What is wrong with ids and dependencies."""
    for place in order.steps.places:
        yield from _repeated(order, place)
        yield from _dependencies(order, place)
        yield from _compensation(order, place)
    for steps in order.steps.lists:
        yield from _cycles(order, steps)


def _repeated(order: Order, place: Place) -> Iterator[Found]:
    first = order.by_id.get(place.step_id or "")
    if first is not None and first is not place:
        where = spelled(first.path)
        yield Found((*place.path, "step_id"), f"{short(place.step_id or '')} is the id of {where} already.")


def _dependencies(order: Order, place: Place) -> Iterator[Found]:
    named: set[str] = set()
    for number, one in enumerate(place.depends_on):
        path = (*place.path, "depends_on", number)
        if not one:
            continue  # it is no text, which the shapes say, or an empty one
        if one in named:
            yield Found(path, f"{short(one)} stands here twice.")
        elif one == place.step_id:
            yield Found(path, f"A step cannot depend on itself: {one} -> {one}.")
        elif sentence := _no_dependency(order, place, one):
            yield Found(path, sentence)
        named.add(one)


def _no_dependency(order: Order, place: Place, one: str) -> str | None:
    """Why a step cannot depend on another; None where it can."""
    target = order.by_id.get(one)
    if one in place.inside.by_id:
        if undone := order.undone_by.get(place.inside.by_id[one]):
            return f"{one} runs only after {undone[0].step_id} failed, so nothing can depend on it."
        return None
    if target is None:
        return no_step(one, [*place.inside.by_id])
    if any(around is target for around in place.around):
        return f"{one} is the step around this one. Nothing inside it can wait for it."
    if target.inside in [around.inside for around in place.around]:
        if order.is_before(target, place):
            return None
        outer = next(around for around in place.around if around.inside is target.inside)
        return f"{one} does not come before {outer.step_id}, which is around this step. Let that one depend on it."
    return f"{one} is inside {_way_to(target)}. Depend on the step around it."


def no_step(step_id: str, there: Sequence[str]) -> str:
    """Says that no step has this id, and which was meant."""
    close = get_close_matches(step_id[:100], there, n=1)
    if close:
        return f"There is no step {short(step_id)}. Did you mean {close[0]}?"
    return f"There is no step {short(step_id)}. There {'are ' + listed(there) if there else 'is no other'}."


def _way_to(place: Place) -> str:
    return " in ".join(around.step_id or "a step" for around in place.around)


def _compensation(order: Order, place: Place) -> Iterator[Found]:
    named = place.given.get("compensation")
    path = (*place.path, "compensation")
    if compensates(place) and named is None:
        yield Found(path, "on_error is compensate, so name the step that runs after a failure in compensation.")
    elif named is not None and place.given.get("on_error", "fail") in ("fail", "continue"):
        yield Found(path, "compensation is used only where on_error is compensate. Set that, or remove this.")
    if isinstance(named, str):
        if named == place.step_id:
            yield Found(path, "A step cannot be its own compensation.")
        elif named not in place.inside.by_id:
            elsewhere = named in order.by_id
            why = f"{short(named)} is not in this step's own list." if elsewhere else ""
            yield Found(path, why or no_step(named, [*place.inside.by_id]))
        elif compensates(place.inside.by_id[named]):
            yield Found(path, f"{named} has a compensation of its own, so it cannot be one.")
    yield from _needs_of_compensation(order, place)


def _needs_of_compensation(order: Order, place: Place) -> Iterator[Found]:
    for failing in order.undone_by.get(place, ()):
        for number, one in enumerate(place.depends_on):
            other = place.inside.by_id.get(one)
            if other is not None and other is not place and not order.is_before(other, failing):
                sentence = f"This step runs after {failing.step_id} failed, when {one} may not have run. Remove it."
                yield Found((*place.path, "depends_on", number), sentence)


def _cycles(order: Order, steps: StepList) -> Iterator[Found]:
    """One cycle for each group of steps that wait for each other, told from its first step on."""
    told: set[Place] = set()
    for place in steps.by_id.values():
        if place in told or not order.is_before(place, place) or place.step_id in place.depends_on:
            continue
        group = {one for one in steps.places if order.is_before(one, place) and order.is_before(place, one)}
        told |= group
        cycle = _shortest(place, {one.step_id or "": one for one in group})
        path = (*place.path, "depends_on", list(place.depends_on).index(cycle[1]))
        yield Found(path, f"These steps wait for each other: {_shown(cycle)}. Take one of the dependencies out.")


def _shown(cycle: Sequence[str]) -> str:
    if len(cycle) <= LONGEST_CYCLE:
        return " -> ".join(cycle)
    return f"{' -> '.join(cycle[: LONGEST_CYCLE - 1])} -> … ({len(cycle) - LONGEST_CYCLE} more) -> {cycle[-1]}"


def _shortest(start: Place, group: Mapping[str, Place]) -> list[str]:
    """The ids along the shortest way from a step over its dependencies back to itself. There is one."""
    first = start.step_id or ""
    ways: dict[str, list[str]] = {first: [first]}
    waiting = deque(ways)
    while waiting:
        at = waiting.popleft()
        for one in group[at].depends_on:
            if one == first:
                return [*ways[at], one]
            if one in group and one not in ways:
                ways[one] = [*ways[at], one]
                waiting.append(one)
    return [first, first]
