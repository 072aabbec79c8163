"""How often the steps of a definition may run, and that no workflow reaches itself."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from memory.definitions import MOST_ITERATIONS, Branch, Definition, Loop, Parallel, Step, Subworkflow
from nodes.workflow.checking.details import nearest
from nodes.workflow.checking.places import Found, Outline, Place, Reason
from tools.templates.values import short

MOST_ROUNDS = 100_000  # of all loops around a step together

Workflows = Mapping[str, Definition]


@dataclass(frozen=True)
class Reach:
    """What other workflows reach, and how often their innermost steps may run. Each is looked through once."""

    workflows: Workflows
    _called: dict[str, list[str]] = field(default_factory=dict)
    _rounds: dict[str, int] = field(default_factory=dict)

    def way(self, start: str, end: str) -> list[str] | None:
        """The workflows from one to another, both included."""
        ways: dict[str, list[str]] = {start: [start]}
        waiting = deque(ways)
        while waiting:
            at = waiting.popleft()
            if at == end:
                return ways[at]
            for one in self._calls_of(at):
                if one not in ways:
                    ways[one] = [*ways[at], one]
                    waiting.append(one)
        return None

    def _calls_of(self, workflow_id: str) -> list[str]:
        if workflow_id not in self._called:
            found = self.workflows.get(workflow_id)
            self._called[workflow_id] = list(dict.fromkeys(called_by(found.steps))) if found else []
        return self._called[workflow_id]

    def rounds(self, workflow_id: str) -> int:
        """The largest product of loops within each other in a workflow, and in those that it calls."""
        waiting = [workflow_id]
        while waiting:
            at = waiting[-1]
            first = next((one for one in self._calls_of(at) if one not in (*self._rounds, *waiting)), None)
            if first is not None:
                waiting.append(first)
                continue
            found = self.workflows.get(at)
            self._rounds[at] = self._most(found.steps) if found else 1
            waiting.pop()
        return self._rounds[workflow_id]

    def _most(self, steps: list[Step]) -> int:
        return max(map(self._of, steps), default=1)

    def _of(self, step: Step) -> int:
        match step:
            case Subworkflow():
                return self._rounds.get(step.workflow_id, 1)  # not known in a circle, which is told elsewhere
            case Branch():
                return max(self._most(step.then), self._most(step.else_))
            case Parallel():
                return max(map(self._most, step.branches.values()))
            case Loop():
                return step.max_iterations * self._most(step.steps)
        return 1


def called_by(steps: list[Step]) -> Iterator[str]:
    """The ids of the workflows that steps call, those inside of others included."""
    for step in steps:
        match step:
            case Subworkflow():
                yield step.workflow_id
            case Branch():
                yield from called_by([*step.then, *step.else_])
            case Parallel():
                for branch in step.branches.values():
                    yield from called_by(branch)
            case Loop():
                yield from called_by(step.steps)


def round_faults(steps: Outline, reach: Reach) -> Iterator[Found]:
    """Loops in loops whose rounds are too many."""
    for place in steps.places:
        outer = _product(place)
        if place.step_type == "loop":
            own = _iterations(place)
            if outer <= MOST_ROUNDS < outer * own:
                yield Found((*place.path, "max_iterations"), _too_many(outer * own))
        elif place.step_type == "subworkflow" and isinstance(called := place.given.get("workflow_id"), str):
            inner = reach.rounds(called)
            if outer <= MOST_ROUNDS < outer * inner:
                yield Found((*place.path, "workflow_id"), _too_many(outer * inner))


def _product(place: Place) -> int:
    product = 1
    for around in place.around:
        product *= _iterations(around)
    return product


def _iterations(place: Place) -> int:
    found = place.given.get("max_iterations") if place.step_type == "loop" else None
    return found if isinstance(found, int) and 0 < found <= MOST_ITERATIONS else 1


def _too_many(product: int) -> str:
    return f"These loops within each other make up to {product:,} rounds; {MOST_ROUNDS:,} are allowed. Lower one."


def circle_faults(steps: Outline, reach: Reach, workflow_id: str | None) -> Iterator[Found]:
    """Workflows that are not there, and those over which this one reaches itself."""
    ways: dict[str, list[str] | None] = {}
    for place in steps.places:
        called = place.given.get("workflow_id")
        if place.step_type != "subworkflow" or not isinstance(called, str) or not called:
            continue
        path = (*place.path, "workflow_id")
        if workflow_id and called not in ways:
            ways[called] = reach.way(called, workflow_id)
        if way := ways.get(called):
            circle = " -> ".join([workflow_id or "", *way])
            yield Found(path, f"A workflow cannot reach itself: {circle}. Take one of these calls out.")
        elif called not in reach.workflows:
            yield Found(
                path, Reason(f"There is no workflow {short(called)}.", partial(nearest, called, reach.workflows))
            )
