"""What a workflow must come to, told in the simplest way: one step after the other, in plain recursion.

Written from api.md alone. It shares the templates and conditions with the product, and nothing of how it runs.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from memory.definitions import Definition, Retry, Step
from memory.errors import Invalid
from tools.conditions import holds
from tools.templates import MISSING, Scope, render

Do = Callable[[Any, Any, str], Any]  # a step, what it is given and its place, to what comes of it


class Failed(Exception):
    """A step failed, so all does. `wrong` says that what it was given was wrong, which no other try changes."""

    def __init__(self, step_id: str, *, wrong: bool = False) -> None:
        super().__init__(step_id)
        self.step_id, self.wrong = step_id, wrong


@dataclass
class Interpreter:
    """`do` calls agents and asks persons. `statuses` is what became of each step in the end."""

    do: Do
    subworkflows: Mapping[str, Definition] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)

    def run(self, definition: Definition, given: Any) -> Any:
        ended = self.all_of(definition.steps, Scope(input=given), {}, "")
        if definition.output is None:
            return _outputs(ended)
        return render(definition.output, Scope(input=given, steps=_seen(ended)))

    def all_of(self, steps: list[Step], scope: Scope, around: dict[str, Any], place: str) -> dict[str, Any]:
        """What each step came to: ("completed", output), ("skipped", None) or ("failed", None)."""
        undoing = {step.compensation for step in steps}
        by_id = {step.step_id: step for step in steps}
        ended: dict[str, Any] = {}
        while left := [one for one in steps if one.step_id not in undoing and one.step_id not in ended]:
            step = next(
                one for one in left if all(b in ended or b in around or b not in by_id for b in one.depends_on)
            )
            known = around | ended
            here = replace(scope, steps=_seen(known))
            try:
                status = self.step(step, here, known, place)
            except Failed:
                self.statuses[step.step_id] = "failed"
                if step.on_error == "compensate":
                    self._undo(by_id[step.compensation or ""], here, known, place)
                if step.on_error != "continue":
                    raise
                status = ("failed", None)
            self.statuses[step.step_id] = status[0]
            ended[step.step_id] = status
        return {one.step_id: ended[one.step_id] for one in steps if one.step_id in ended}

    def _undo(self, step: Step, here: Scope, known: dict[str, Any], place: str) -> None:
        with suppress(Failed):
            self.step(step, here, known, place)

    def step(self, step: Step, scope: Scope, known: dict[str, Any], place: str) -> Any:
        if step.depends_on and all(known[one][0] == "skipped" for one in step.depends_on):
            return ("skipped", None)
        try:
            if step.when is not None and not holds(step.when, scope):
                return ("skipped", None)
        except Invalid:
            raise Failed(step.step_id, wrong=True) from None
        attempts = (step.retry or Retry(attempts=1)).attempts
        for left in reversed(range(attempts)):
            try:
                return ("completed", self.once(step, scope, known, place))
            except Invalid:
                raise Failed(step.step_id, wrong=True) from None
            except Failed as failure:
                if not left or (failure.wrong and failure.step_id == step.step_id):
                    raise
        raise AssertionError

    def once(self, step: Any, scope: Scope, known: dict[str, Any], place: str) -> Any:
        match step.step_type:
            case "agent_task":
                given = scope.input if step.parameters is None else render(step.parameters, scope)
                return self.do(step, given, place + step.step_id)
            case "transform":
                return render(step.value, scope)
            case "approval":
                return self.do(step, render(step.question, scope), place + step.step_id)
            case "api_call":
                return self.do(step, render(step.json_, scope), place + step.step_id)
            case "condition":
                taken = step.then if holds(step.if_, scope) else step.else_
                return _outputs(self.all_of(taken, scope, known, place))
            case "parallel":
                return {
                    name: _outputs(self.all_of(inner, scope, known, place)) for name, inner in step.branches.items()
                }
            case "loop":
                return self.loop(step, scope, known, place)
            case "subworkflow":
                inner = self.subworkflows[step.workflow_id]
                return self.run(inner, scope.input if step.input is None else render(step.input, scope))
        return None

    def loop(self, step: Any, scope: Scope, known: dict[str, Any], place: str) -> Any:
        items = None if step.while_ else render(step.over, scope)
        if items is not None and (not isinstance(items, list) or len(items) > step.max_iterations):
            raise Failed(step.step_id, wrong=True)
        rounds: list[Any] = []
        before: dict[str, Any] = {}
        while True:
            index = len(rounds)
            item = scope.item if items is None else items[index] if index < len(items) else MISSING
            here = replace(scope, index=index, item=item)
            if items is None:
                is_on = holds(step.while_, replace(here, steps=_seen(known | before)))
                if is_on and index == step.max_iterations:
                    raise Failed(step.step_id)
            else:
                is_on = index < len(items)
            if not is_on:
                return rounds
            before = self.all_of(step.steps, here, known, f"{place}{step.step_id}[{index}].")
            rounds.append(_outputs(before))


def _outputs(ended: dict[str, Any]) -> dict[str, Any]:
    return {name: output for name, (status, output) in ended.items() if status == "completed"}


def _seen(ended: dict[str, Any]) -> dict[str, Any]:
    return {name: output for name, (status, output) in ended.items() if status != "skipped"}
