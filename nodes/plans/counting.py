"""How many leads a step is about, as far as that can be known before it runs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from memory.definitions import AgentTask, Branch, Definition, Loop, Parallel, Step, Transform
from memory.json_values import JsonObject
from nodes.agents.recall import HistoryInput, SearchInput
from nodes.agents.record_inputs import ListInput

LISTING = ("records", "list")  # the agent and the action that give the leads that are kept
LEADS = ("leads", "lead", "lead_data", "data", "interactions")  # where agents take whom it is about
LISTED: int = ListInput.model_fields["limit"].default  # leads at most, where no limit is given
RECALLED: Mapping[str, int] = {  # interactions at most, where no limit is given
    "search": SearchInput.model_fields["limit"].default,
    "history": HistoryInput.model_fields["limit"].default,
}
REFERENCE = re.compile(r"\{\{\s*(?:steps\.(?P<step>[a-z][a-z0-9_]*)|input\.(?P<input>\w+)|(?P<item>item))\b")


@dataclass
class Counting:
    """Counts within one definition and its input; `kept` leads are in the store."""

    definition: Definition
    given: JsonObject
    kept: int
    _steps: dict[str, Step] = field(init=False)
    _known: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._steps = {step.step_id: step for step in _all(self.definition.steps)}

    def leads(self, step: AgentTask) -> int:
        """The leads that one call of the step is about; 1 where it is about none, or that is not known."""
        if _lists(step):
            return 1
        return max(map(self._of, self._leads_of(step)), default=1)

    def sources(self, step: AgentTask) -> Iterator[AgentTask]:
        """The steps that its leads have come through, each once."""
        seen = {step.step_id}
        waiting: list[Step] = [step]
        while waiting:
            for name in self._named(waiting.pop()):
                if name not in seen and name in self._steps:
                    seen.add(name)
                    waiting.append(found := self._steps[name])
                    if isinstance(found, AgentTask):
                        yield found

    def _named(self, step: Step) -> Iterator[str]:
        """The steps that a step's leads are taken from."""
        texts = self._leads_of(step) if isinstance(step, AgentTask) else self._others(step)
        for text in texts:
            if isinstance(text, str):
                yield from (match["step"] for match in REFERENCE.finditer(text) if match["step"])

    def _leads_of(self, step: AgentTask) -> list[JsonValue]:
        parameters = self.given if step.parameters is None else step.parameters
        return [parameters[name] for name in LEADS if name in parameters]

    def _others(self, step: Step) -> list[JsonValue]:
        if isinstance(step, Transform):
            return [step.value]
        return [step.over] if isinstance(step, Loop) else []

    def rounds(self, loop: Loop) -> int:
        """The rounds of a loop, at most those that it may have."""
        return min(self._of(loop.over) if loop.while_ is None else 1, loop.max_iterations)

    def _of(self, value: JsonValue) -> int:
        """How many a value is, or what its templates refer to."""
        if isinstance(value, list):
            return len(value)
        if isinstance(value, dict):
            return 1
        found = [self._referred(match) for match in REFERENCE.finditer(value)] if isinstance(value, str) else []
        return max(found, default=1)

    def _referred(self, match: re.Match[str]) -> int:
        if match["input"]:
            value = self.given.get(match["input"])
            return len(value) if isinstance(value, list) else 1
        return self._given_by(match["step"]) if match["step"] else 1

    def _given_by(self, step_id: str) -> int:
        """The leads that come out of a step."""
        if step_id not in self._known:
            self._known[step_id] = 1  # what refers to itself
            self._known[step_id] = self._output(self._steps.get(step_id))
        return self._known[step_id]

    def _output(self, step: Step | None) -> int:
        if isinstance(step, AgentTask):
            recalled = _recalled(step)
            given = self._listed(step) if _lists(step) else self.leads(step) if recalled is None else recalled
            best = (step.parameters or {}).get("best")
            return min(given, best) if isinstance(best, int) and best > 0 else given
        if isinstance(step, Transform):
            return self._of(step.value)
        return self.rounds(step) if isinstance(step, Loop) else 1

    def _listed(self, step: AgentTask) -> int:
        return min(self.kept, _limit(step, LISTED))


def _lists(step: AgentTask) -> bool:
    return (step.agent_type, step.asked) == LISTING


def _limit(step: AgentTask, usual: int) -> int:
    """How many a step gives at most."""
    limit = (step.parameters or {}).get("limit")
    return limit if isinstance(limit, int) and limit > 0 else usual


def _recalled(step: AgentTask) -> int | None:
    """The people that a step remembers something of, at most; None where it is no recall."""
    if step.agent_type != "recall" or step.asked not in RECALLED:
        return None
    given = step.parameters or {}
    return 1 if given.get("person") or given.get("lead") else _limit(step, RECALLED[step.asked])


def _all(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for inner in _inside(step):
            yield from _all(inner)


def _inside(step: Step) -> list[list[Step]]:
    if isinstance(step, Branch):
        return [step.then, step.else_]
    if isinstance(step, Parallel):
        return list(step.branches.values())
    return [step.steps] if isinstance(step, Loop) else []
