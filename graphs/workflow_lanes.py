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
    before = _before(steps)
    after: dict[str, int] = defaultdict(int)
    for earlier in before.values():
        for one in earlier:
            after[one] += 1
    pivots = {one for one, earlier in before.items() if len(earlier) + after[one] == len(steps) - 1}
    parts: dict[tuple[int, bool], list[Step]] = defaultdict(list)
    for step in steps:
        parts[len(before[step.step_id] & pivots), step.step_id in pivots].append(step)
    yield from parts.values()


def _before(steps: Sequence[Step]) -> Mapping[str, set[str]]:
    """Of each step, all that come before it."""
    needed = {step.step_id: [one for one in step.depends_on if one != step.step_id] for step in steps}
    before: dict[str, set[str]] = {}
    for step_id in TopologicalSorter(needed).static_order():
        if step_id in needed:
            known = [one for one in needed[step_id] if one in needed]
            before[step_id] = set(known).union(*(before[one] for one in known))
    return before


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
