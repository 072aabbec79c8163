"""Whether each part of a definition is of its kind: its keys, their types and their bounds."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from memory.definitions import (
    AgentTask,
    ApiCall,
    Approval,
    Branch,
    Definition,
    Loop,
    Parallel,
    Retry,
    StepBase,
    Subworkflow,
    Transform,
    Wait,
)
from nodes.workflow.checking.choices import choice_faults
from nodes.workflow.checking.conditions import condition_faults
from nodes.workflow.checking.details import names_of, nearest, no_such_key, shown, value_in, wanted, where
from nodes.workflow.checking.expected import EXPECTED
from nodes.workflow.checking.places import CONDITIONS, Found, Outline, Path, Place, Reason, Table
from tools.templates.values import kind, short

STEPS: dict[str, type[StepBase]] = {
    "agent_task": AgentTask, "api_call": ApiCall, "transform": Transform, "condition": Branch,
    "parallel": Parallel, "loop": Loop, "approval": Approval, "wait": Wait, "subworkflow": Subworkflow,
}  # fmt: skip
PRIVATE = ("url", "headers", "json", "parameters", "show")  # a key or a password may stand there
LISTS = ("steps", "then", "else")
SOME_STEP = {"step_id": "a", "step_type": "transform", "value": None}


class _AnyStep(StepBase):
    """What can be said of a step whose type is not known."""

    model_config = ConfigDict(extra="ignore")


def shape_faults(given: Table, steps: Outline) -> Iterator[Found]:
    """What is wrong with each part by itself."""
    yield from _faults((), given, Definition)
    for one in steps.lists:
        yield from _no_steps(given, one.path)
    for place in steps.places:
        yield from _step(place)


def _step(place: Place) -> Iterator[Found]:
    model = STEPS.get(place.step_type or "")
    if model is None:
        yield Found((*place.path, "step_type"), _no_type(place.given.get("step_type")))
    yield from _faults(place.path, place.given, model or _AnyStep)
    for key in CONDITIONS:
        if isinstance(condition := place.given.get(key), dict):
            yield from condition_faults((*place.path, key), condition)
    if model is not None:
        yield from choice_faults(place)


def _no_type(given: object) -> Reason | str:
    if given is None:
        return f"step_type is missing. There are {', '.join(STEPS)}."
    name = short(given) if isinstance(given, str) else shown(given)
    return Reason(f"There is no step type {name}.", lambda: nearest(str(given), STEPS))


def _no_steps(given: Table, path: Path) -> Iterator[Found]:
    """Members of a list of steps that are no objects."""
    steps = value_in(given, path)
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict):
            yield Found((*path, number), f"A step is an object with step_id and step_type, not {shown(step)}.")


def _faults(path: Path, given: Table, model: type[BaseModel]) -> Iterator[Found]:
    """What Pydantic finds, one thing a place."""
    try:
        model.model_validate(_emptied(given))
    except ValidationError as error:
        told: set[Path] = {("step_type",)} if path else set()  # of a step it is said already
        for detail in error.errors(include_url=False):
            place = where(detail, given).path
            if place not in told:
                told.add(place)
                yield Found((*path, *place), _sentence(detail, place, model))


def _emptied(given: Table) -> dict[str, object]:
    """A part without what is checked by itself: its conditions, and the steps inside it."""
    found = dict(given)
    for key in CONDITIONS:
        if isinstance(found.get(key), dict):
            found[key] = {"all": []}
    for key in LISTS:
        if isinstance(steps := found.get(key), list):
            found[key] = [SOME_STEP] if steps else []
    if isinstance(branches := found.get("branches"), dict):
        found["branches"] = {name: [] if isinstance(steps, list) else steps for name, steps in branches.items()}
    return found


def _sentence(detail: ErrorDetails, place: Path, model: type[BaseModel]) -> str:
    key = next((key for key in reversed(place) if isinstance(key, str)), "")
    if detail["type"] == "extra_forbidden":
        return no_such_key(key, names_of(Retry if place[0] == "retry" and len(place) > 1 else model))
    right = EXPECTED.get(str(place[0]) if place and place[0] in ("headers", "branches") else key)
    if detail["type"] == "missing":
        return f"{key} is missing. {right or ''}".strip()
    if "[key]" in detail["loc"]:
        return f"{right} This name is {shown(key)}."
    is_private = str(place[0]) in PRIVATE if place else False
    return f"{right or wanted(detail)} This is {kind(detail['input']) if is_private else shown(detail['input'])}."
