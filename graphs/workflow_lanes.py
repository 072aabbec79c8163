"""Which steps of a list run in a graph of their own, so that chains side by side do not wait for each other.

LangGraph runs a graph in waves: what a step leads to begins when everything that began with the step is over. A
chain that is a node, with its steps in a graph inside, has waves of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter

from memory.definitions import Step


def lanes(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """The steps, each alone or together with the others of its lane.

    A step that every other one comes before or after parts the list. Between two such, steps that are not joined by
    dependencies among themselves are in different lanes; where each of them is one step, waves hold up nobody.
    """
    for part in _parts(steps):
        joined = _joined(part)
        if len(joined) > 1 and len(joined) < len(part):
            yield from joined
        else:
            yield from ([step] for step in part)


def _parts(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """The steps between those that part the list, and these."""
    before, after, bits = _around(steps)
    pivots = 0
    for one, bit in bits.items():
        if before[one].bit_count() + after[one].bit_count() == len(steps) - 1:
            pivots |= bit
    parts: dict[tuple[int, bool], list[Step]] = defaultdict(list)
    for step in steps:
        place = (before[step.step_id] & pivots).bit_count()
        parts[place, bool(bits[step.step_id] & pivots)].append(step)
    yield from parts.values()


Bits = Mapping[str, int]


def _around(steps: Sequence[Step]) -> tuple[Bits, Bits, Bits]:
    """Of each step, all that come before it, all that come after it, and its own bit in these."""
    bits = {step.step_id: 1 << number for number, step in enumerate(steps)}
    needed = {step.step_id: {one for one in step.depends_on if one in bits} for step in steps}
    order = list(TopologicalSorter(needed).static_order())
    before, after = dict.fromkeys(bits, 0), dict.fromkeys(bits, 0)
    for step_id in order:
        for one in needed[step_id]:
            before[step_id] |= before[one] | bits[one]
    for step_id in reversed(order):
        for one in needed[step_id]:
            after[one] |= after[step_id] | bits[step_id]
    return before, after, bits


def _joined(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps by which of them are joined by dependencies, in whatever direction."""
    lane_of = {step.step_id: [step] for step in steps}
    for step in steps:
        for one in step.depends_on:
            mine, theirs = lane_of[step.step_id], lane_of.get(one)
            if theirs is not None and theirs is not mine:
                small, large = sorted((mine, theirs), key=len)
                large.extend(small)
                lane_of.update((moved.step_id, large) for moved in small)
    return list({id(lane): lane for lane in lane_of.values()}.values())
