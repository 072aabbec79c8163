"""A user-defined workflow as data: the definition of `docs/workflows.md`, and nothing that runs it.

Texts may hold templates (`tools/templates/`). What must hold between the parts - that a step exists, that it
comes before, that an agent is registered - is checked by `nodes/workflow/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from memory.json_values import JsonObject

MOST_STEPS = 1_000
LARGEST = 256 * 1024  # bytes of a definition as JSON
MOST_SECONDS = 86_400.0
MOST_ITERATIONS = 10_000

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
BranchName = Annotated[str, Field(pattern=r"^[^\W_][^\x00-\x1f:|{}\[\]\"]{0,63}$")]  # as a node may be called
Name = Annotated[str, Field(min_length=1, max_length=200)]
Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "matches", "exists", "empty"]


class Part(BaseModel):
    """Frozen and strict; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Comparison(Part):
    """`left op right`; `exists` and `empty` have no right."""

    op: Operator
    left: JsonValue
    right: JsonValue = None


class All(Part):
    """True where every condition is."""

    all: list[Condition]


class Any(Part):
    """True where one condition is."""

    any: list[Condition]


class Not(Part):
    """True where the condition is not."""

    not_: Annotated[Condition, Field(alias="not")]


Condition = Comparison | All | Any | Not


class Retry(Part):
    """How often a failing step is tried. `wait` seconds pass before the second try, then `backoff` times that."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    wait: Annotated[float, Field(ge=0, le=MOST_SECONDS, allow_inf_nan=False)] = 1.0
    backoff: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)] = 2.0


class StepBase(Part):
    """What every step has. `timeout` is in seconds and of one attempt."""

    step_id: StepId
    name: str = ""
    depends_on: list[str] = []
    when: Condition | None = None
    timeout: Annotated[float, Field(gt=0, le=MOST_SECONDS, allow_inf_nan=False)] | None = None
    retry: Retry | None = None
    on_error: Literal["fail", "continue", "compensate"] = "fail"
    compensation: str | None = None


class AgentTask(StepBase):
    """Has an agent do something: the one named, or the best that has the capability."""

    step_type: Literal["agent_task"]
    agent_type: Name | None = None
    capability: Name | None = None
    task: Name | None = None  # None: the capability is the task
    parameters: JsonObject | None = None  # None: the workflow's input

    @property
    def asked(self) -> str:
        """What the agent is to do."""
        return self.task or self.capability or ""


class ApiCall(StepBase):
    """Calls an address of the public web. Every text may be a template."""

    step_type: Literal["api_call"]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    url: Annotated[str, Field(min_length=1, max_length=8_000)]
    headers: dict[str, str] = {}
    json_: Annotated[JsonValue, Field(alias="json")] = None


class Transform(StepBase):
    """Makes a value of templates."""

    step_type: Literal["transform"]
    value: JsonValue


class Branch(StepBase):
    """Takes `then` or `else`."""

    step_type: Literal["condition"]
    if_: Annotated[Condition, Field(alias="if")]
    then: list[Step]
    else_: Annotated[list[Step], Field(alias="else")] = []


class Parallel(StepBase):
    """Runs named lists of steps side by side."""

    step_type: Literal["parallel"]
    branches: Annotated[dict[BranchName, list[Step]], Field(min_length=1)]


class Loop(StepBase):
    """Runs its steps for each item of `over`, or as long as `while` holds."""

    step_type: Literal["loop"]
    over: JsonValue = None
    while_: Annotated[Condition | None, Field(alias="while")] = None
    max_iterations: Annotated[int, Field(ge=1, le=MOST_ITERATIONS)]
    steps: Annotated[list[Step], Field(min_length=1)]


class Approval(StepBase):
    """Asks a person, and waits for the answer."""

    step_type: Literal["approval"]
    question: Annotated[str, Field(min_length=1, max_length=10_000)]
    show: JsonValue = None


class Wait(StepBase):
    """Waits so many seconds, or until a time."""

    step_type: Literal["wait"]
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | str | None = None
    until: str | None = None


class Subworkflow(StepBase):
    """Runs another workflow as a step."""

    step_type: Literal["subworkflow"]
    workflow_id: Name
    input: JsonValue = None


Step = Annotated[
    AgentTask | ApiCall | Transform | Branch | Parallel | Loop | Approval | Wait | Subworkflow,
    Field(discriminator="step_type"),
]


class Definition(Part):
    """A workflow. `output` is a template, or an object or list of them; None: every completed step's output."""

    name: Name
    description: str = ""
    steps: Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS)]
    output: JsonValue = None


for _model in (All, Any, Not, StepBase, Branch, Parallel, Loop, Definition):
    _model.model_rebuild()


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps, nested ones after their container, in the definition's order."""
    for step in steps:
        yield step
        for inner in bodies(step):
            yield from every_step(inner)


def bodies(step: Step) -> Sequence[Sequence[Step]]:
    """The lists of steps inside a step."""
    if isinstance(step, Branch):
        return (step.then, step.else_)
    if isinstance(step, Parallel):
        return tuple(step.branches.values())
    return (step.steps,) if isinstance(step, Loop) else ()
