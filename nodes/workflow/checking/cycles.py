"""Steps that wait for each other."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from nodes.workflow.checking.order import Order
from nodes.workflow.checking.places import Found, Place, StepList, first_by_id

LONGEST_CYCLE = 50  # ids that are shown


def cycle_faults(order: Order, steps: StepList) -> Iterator[Found]:
    """One cycle for each group of steps that wait for each other, told from its first step on."""
    told: set[Place] = set()
    for place in steps.by_id.values():
        if place in told or place.step_id in place.depends_on:
            continue
        circle = order.circle(place)
        if not circle:
            continue
        told.update(circle)
        cycle = _shortest(place, first_by_id(circle))
        path = (*place.path, "depends_on", list(place.depends_on).index(cycle[1]))
        yield Found(path, f"These steps wait for each other: {_shown(cycle)}. Take one of the dependencies out.")


def _shown(cycle: Sequence[str]) -> str:
    if len(cycle) <= LONGEST_CYCLE:
        return " -> ".join(cycle)
    return f"{' -> '.join(cycle[: LONGEST_CYCLE - 1])} -> … ({len(cycle) - LONGEST_CYCLE} more) -> {cycle[-1]}"


def _shortest(start: Place, circle: Mapping[str, Place]) -> list[str]:
    """The ids along the shortest way from a step over its dependencies back to itself. There is one."""
    first = start.step_id or ""
    ways: dict[str, list[str]] = {first: [first]}
    waiting = deque(ways)
    while waiting:
        at = waiting.popleft()
        for one in circle[at].depends_on:
            if one == first:
                return [*ways[at], one]
            if one is not None and one in circle and one not in ways:
                ways[one] = [*ways[at], one]
                waiting.append(one)
    return [first, first]
