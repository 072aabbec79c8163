"""Writing a definition in Python.

    Workflow("Lead Processing")
        .step("qualify_lead", agent="sales", task="qualify_lead", parameters={"lead": "{{input}}"})
        .step("enrich_lead", agent="research", task="enrich_lead", depends_on=["qualify_lead"])

`definition()` gives the same JSON that one would write by hand. It is checked where it is kept or run, and by
`nodes.workflow.checking.check_definition`. What stands inside another step is built by `Steps()` in the same way.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Literal, Self, TypedDict, Unpack

from pydantic import JsonValue

from memory.json_values import JsonObject


class Common(TypedDict, total=False):
    """What every step may have, as in the definition. `timeout` is in seconds and of one attempt."""

    name: str
    depends_on: Sequence[str]
    when: JsonObject
    timeout: float
    retry: JsonObject
    on_error: Literal["fail", "continue", "compensate"]
    compensation: str


class Steps:
    """A list of steps, each method adding one and giving back the list."""

    def __init__(self) -> None:
        self._steps: list[JsonObject] = []

    def step(
        self,
        step_id: str,
        *,
        agent: str | None = None,
        capability: str | None = None,
        task: str | None = None,
        parameters: JsonObject | None = None,
        **common: Unpack[Common],
    ) -> Self:
        """Have an agent do a task: the one named, or the best that has the capability."""
        own = {"agent_type": agent, "capability": capability, "task": task, "parameters": parameters}
        return self._add(step_id, "agent_task", _given(own), common)

    def call(
        self,
        step_id: str,
        url: str,
        *,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET",
        headers: Mapping[str, str] | None = None,
        json: JsonValue = None,
        **common: Unpack[Common],
    ) -> Self:
        """Call an address of the public web."""
        own: JsonObject = {
            "method": method,
            "url": url,
            "headers": dict(headers) if headers else None,
            "json": json,
        }
        return self._add(step_id, "api_call", _given(own), common)

    def transform(self, step_id: str, value: JsonValue, **common: Unpack[Common]) -> Self:
        """Make a value of templates."""
        return self._add(step_id, "transform", {"value": value}, common)

    def branch(
        self,
        step_id: str,
        condition: JsonObject,
        *,
        then: "Steps",
        otherwise: "Steps | None" = None,
        **common: Unpack[Common],
    ) -> Self:
        """Take `then` where the condition holds, else `otherwise`."""
        own: JsonObject = {"if": condition, "then": then.as_list()}
        if otherwise is not None:
            own["else"] = otherwise.as_list()
        return self._add(step_id, "condition", own, common)

    def parallel(self, step_id: str, branches: Mapping[str, "Steps"], **common: Unpack[Common]) -> Self:
        """Run lists of steps side by side, under their names."""
        named: JsonObject = {name: steps.as_list() for name, steps in branches.items()}
        return self._add(step_id, "parallel", {"branches": named}, common)

    def loop(
        self,
        step_id: str,
        steps: "Steps",
        *,
        max_iterations: int,
        over: str | Sequence[JsonValue] | None = None,
        while_: JsonObject | None = None,
        **common: Unpack[Common],
    ) -> Self:
        """Run steps for each `{{item}}` of a list, or as long as a condition holds."""
        items = list(over) if over is not None and not isinstance(over, str) else over
        own: JsonObject = {"over": items, "while": while_, "max_iterations": max_iterations}
        return self._add(step_id, "loop", _given(own) | {"steps": steps.as_list()}, common)

    def approval(self, step_id: str, question: str, *, show: JsonValue = None, **common: Unpack[Common]) -> Self:
        """Ask a person, and wait for the answer."""
        return self._add(step_id, "approval", _given({"question": question, "show": show}), common)

    def wait(
        self,
        step_id: str,
        *,
        seconds: float | str | None = None,
        until: str | None = None,
        **common: Unpack[Common],
    ) -> Self:
        """Wait so many seconds, or until a time (ISO 8601 with its offset)."""
        return self._add(step_id, "wait", _given({"seconds": seconds, "until": until}), common)

    def subworkflow(
        self, step_id: str, workflow_id: str, *, given: JsonValue = None, **common: Unpack[Common]
    ) -> Self:
        """Run another workflow; `given` is its input."""
        own: JsonObject = {"workflow_id": workflow_id, "input": given}
        return self._add(step_id, "subworkflow", _given(own), common)

    def as_list(self) -> list[JsonValue]:
        """The steps, as they stand in a definition."""
        return list[JsonValue](deepcopy(self._steps))

    def _add(self, step_id: str, step_type: str, own: JsonObject, common: Common) -> Self:
        shared: JsonObject = {key: _plain(value) for key, value in common.items()}
        self._steps.append(deepcopy({"step_id": step_id, "step_type": step_type, **own, **shared}))
        return self


class Workflow(Steps):
    """A whole definition. `output` is a template, or an object or list of them."""

    def __init__(self, name: str, *, description: str = "", output: JsonValue = None) -> None:
        super().__init__()
        self._head: JsonObject = {"name": name}
        self._head |= {"description": description} if description else {}
        self._output = output

    def definition(self) -> JsonObject:
        """The definition, as JSON."""
        output: JsonObject = {} if self._output is None else {"output": self._output}
        return deepcopy({**self._head, "steps": self.as_list(), **output})


def _given(keys: Mapping[str, JsonValue]) -> JsonObject:
    return {key: value for key, value in keys.items() if value is not None}


def _plain(value: object) -> JsonValue:
    """Sequences as JSON has them; all else is left to the check."""
    return list(value) if isinstance(value, tuple) else value  # type: ignore[return-value]
