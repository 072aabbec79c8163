"""Ways to make one thing wrong in a definition that is right, and the path at which it must be found."""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Step = dict[str, Any]
NAN = float("nan")


@dataclass(frozen=True)
class Spot:
    """A step in a definition, and where it stands."""

    path: str
    step: Step
    siblings: list[Step]
    inside_loop: bool


@dataclass(frozen=True)
class Mutated:
    """A definition with one thing wrong in it. `is_alone`: nothing else follows from it."""

    definition: dict[str, Any]
    path: str
    is_alone: bool = True


Mutation = Callable[[random.Random, Spot], tuple[str, bool] | None]
MUTATIONS: dict[str, Mutation] = {}


def mutate(name: str, definition: dict[str, Any], seed: int) -> Mutated | None:
    """The definition with this one thing wrong, at a random step; None where no step of it allows that."""
    chance, changed = random.Random(seed), deepcopy(definition)
    found = list(spots(changed["steps"], "steps"))
    chance.shuffle(found)
    for spot in found:
        if made := MUTATIONS[name](chance, spot):
            return Mutated(changed, made[0], made[1])
    return None


def spots(steps: list[Step], path: str, inside_loop: bool = False) -> Iterator[Spot]:
    for number, step in enumerate(steps):
        here = f"{path}[{number}]"
        yield Spot(here, step, steps, inside_loop)
        for key in ("then", "else", "steps"):
            yield from spots(step.get(key, []), f"{here}.{key}", inside_loop or key == "steps")
        for name, branch in step.get("branches", {}).items():
            yield from spots(branch, f"{here}.branches.{name}", inside_loop)


def _mutation(change: Mutation) -> Mutation:
    MUTATIONS[change.__name__.removeprefix("_").replace("_", " ")] = change
    return change


def _set(key: str, *values: object) -> Mutation:
    def change(chance: random.Random, spot: Spot) -> tuple[str, bool]:
        spot.step[key] = chance.choice(values)
        return f"{spot.path}.{key}", True

    return change


MUTATIONS["unknown key"] = _set("colour", 1)
MUTATIONS["timeout"] = _set("timeout", 0, -1, NAN, 1e308, 10**9, "5", True, [])
MUTATIONS["on_error"] = _set("on_error", "ignore", 3, None)
MUTATIONS["retry"] = _set("retry", 3, "twice", [])
MUTATIONS["when is no condition"] = _set("when", "yes", [], {"if": 1})
MUTATIONS["name"] = _set("name", 3, ["a"])
MUTATIONS["types that cannot fit"] = _set(
    "when",
    {"op": "lt", "left": 1, "right": "a"},
    {"op": "eq", "left": "{{input.tags | length}}", "right": "three"},
    {"op": "gt", "left": "a {{input.number}}", "right": 3},
    {"op": "ge", "left": True, "right": False},
)


def _within_when(condition: dict[str, Any], key: str) -> Mutation:
    def change(chance: random.Random, spot: Spot) -> tuple[str, bool]:
        joined = chance.choice(("all", "any"))
        spot.step["when"] = {joined: [{"op": "empty", "left": None}, {"not": dict(condition)}]}
        return f"{spot.path}.when.{joined}[1].not.{key}", True

    return change


MUTATIONS["operator"] = _within_when({"op": "equals", "left": 1, "right": 1}, "op")
MUTATIONS["pattern"] = _within_when({"op": "matches", "left": "{{input.text}}", "right": "a(b"}, "right")
MUTATIONS["right is missing"] = _within_when({"op": "eq", "left": 1}, "right")
MUTATIONS["left is missing"] = _within_when({"op": "exists"}, "left")
MUTATIONS["exists of a value"] = _within_when({"op": "exists", "left": "a"}, "left")
MUTATIONS["key beside op"] = _within_when({"op": "eq", "left": 1, "rihgt": 1, "right": 1}, "rihgt")
MUTATIONS["template in a condition"] = _within_when({"op": "eq", "left": "{{input.x|uper}}", "right": 1}, "left")


def _in_retry(key: str, *values: object) -> Mutation:
    def change(chance: random.Random, spot: Spot) -> tuple[str, bool]:
        spot.step["retry"] = {key: chance.choice(values)}
        return f"{spot.path}.retry.{key}", True

    return change


MUTATIONS["attempts"] = _in_retry("attempts", 0, 11, 10**9, 1.5, "3")
MUTATIONS["wait of retry"] = _in_retry("wait", -1, NAN, 86_401, None)
MUTATIONS["backoff"] = _in_retry("backoff", 0.5, 1e308, "2")
MUTATIONS["key of retry"] = _in_retry("times", 3)


def _of(kind: str, key: str, *values: object) -> Mutation:
    def change(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
        if spot.step["step_type"] != kind or key not in spot.step:
            return None
        spot.step[key] = chance.choice(values)
        return f"{spot.path}.{key}", key not in ("then", "steps")  # what was inside is gone, and may be read

    return change


MUTATIONS["agent"] = _of("agent_task", "agent_type", "ecko", "{{input.agent}}", "", 3)
MUTATIONS["parameters are no object"] = _of("agent_task", "parameters", [], "{{input}}")
MUTATIONS["template"] = _of(
    "transform",
    "value",
    *(
        "{{env.OPENAI_API_KEY}}",
        "{{7*7}}",
        "{{x.__class__.__mro__}}",
        "{{input.a.__class__}}",
        "a {{input.b",
        "{{}}",
    ),
    *("{{input.a | upcase}}", "{{input.a | date('%Q')}}", "{{steps}}", "{{input.a | default}}", "{{lead}}"),
)
MUTATIONS["step that is not there"] = _of("transform", "value", "{{steps.nobody}}", "a {{steps.x_.a | default(1)}}")
MUTATIONS["bound of a loop"] = _of("loop", "max_iterations", 0, -1, 10_001, 10**9, "9", 2.5, None)
MUTATIONS["over is no list"] = _of("loop", "over", "people", 3, {}, True)
MUTATIONS["no steps"] = _of("loop", "steps", {}, "none")
MUTATIONS["condition's condition"] = _of("condition", "if", "{{input.yes}}", {}, None, True)
MUTATIONS["then"] = _of("condition", "then", {}, None, "go")
MUTATIONS["method"] = _of("api_call", "method", "get", "TRACE", 1)
MUTATIONS["url"] = _of("api_call", "url", "ftp://a.example", "file:///etc/passwd", "/x", "")
MUTATIONS["headers"] = _of("api_call", "headers", [], "Accept: a")
MUTATIONS["question"] = _of("approval", "question", "", None, 3)
MUTATIONS["workflow"] = _of("subworkflow", "workflow_id", "nobody", "", 3)


@_mutation
def _seconds(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if "seconds" not in spot.step:
        return None
    spot.step["seconds"] = chance.choice((-1, NAN, 1e308, 366 * 86_400 + 1, "soon", True))
    return f"{spot.path}.seconds", True


@_mutation
def _until(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if "until" not in spot.step:
        return None
    spot.step["until"] = chance.choice(("tomorrow", "2026-03-01T12:00:00", "12:00", 3))
    return f"{spot.path}.until", True


@_mutation
def _two_ways_to_wait(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.step["step_type"] != "wait":
        return None
    spot.step.update({"seconds": 1, "until": "2026-03-01T12:00:00Z"})
    return f"{spot.path}.until", True


@_mutation
def _over_and_while(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.step["step_type"] != "loop":
        return None
    spot.step.update({"over": [1], "while": {"op": "eq", "left": 1, "right": 2}})
    return f"{spot.path}.while", True


@_mutation
def _agent_and_capability(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.step["step_type"] != "agent_task":
        return None
    spot.step.update({"agent_type": "echo", "task": "echo", "capability": "echo"})
    return f"{spot.path}.capability", True


@_mutation
def _task(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if "agent_type" not in spot.step:
        return None
    spot.step["task"] = chance.choice(("ekko", "qualify_lead", "{{input.task}}", None, ""))
    return f"{spot.path}.task", True


@_mutation
def _capability(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if "capability" not in spot.step:
        return None
    spot.step["capability"] = chance.choice(("ekko", "qualify_lead", ""))
    return f"{spot.path}.capability", True


@_mutation
def _parameter_of_another_type(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.step["step_type"] != "agent_task":
        return None
    for key in ("agent_type", "capability", "task"):
        spot.step.pop(key, None)
    wrong = {"count": "many", "tags": "{{input.text}} and more", "lead": 3, "size": 1}
    key = chance.choice(list(wrong))
    right = {"lead": {"email": "{{input.lead.email}}"}, "count": "{{input.number}}", "tags": ["a"]}
    spot.step.update({"agent_type": "typed", "task": "count", "parameters": right | {key: wrong[key]}})
    return f"{spot.path}.parameters.{key}", False


@_mutation
def _parameter_that_is_missing(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    made = _parameter_of_another_type(chance, spot)
    if made is None:
        return None
    spot.step["parameters"] = {"lead": {"name": "{{input.text}}"}, "count": 3}
    return f"{spot.path}.parameters.lead.email", False


@_mutation
def _id(chance: random.Random, spot: Spot) -> tuple[str, bool]:
    spot.step["step_id"] = chance.choice(("A", "", "1a", "a-b", "a b", "ä", "a" * 65, 3, None, "{{input.id}}"))
    return f"{spot.path}.step_id", False


@_mutation
def _id_that_is_taken(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    later = spot.siblings[spot.siblings.index(spot.step) + 1 :]
    if not later:
        return None
    chosen = chance.choice(later)
    chosen["step_id"] = spot.step["step_id"]
    number = next(at for at, one in enumerate(spot.siblings) if one is chosen)
    return f"{spot.path.rpartition('[')[0]}[{number}].step_id", False


@_mutation
def _type(chance: random.Random, spot: Spot) -> tuple[str, bool]:
    spot.step["step_type"] = chance.choice(("agent", "Transform", "", None, 3, []))
    return f"{spot.path}.step_type", False


@_mutation
def _type_that_is_missing(chance: random.Random, spot: Spot) -> tuple[str, bool]:
    del spot.step["step_type"]
    return f"{spot.path}.step_type", False


@_mutation
def _value_that_is_missing(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.step["step_type"] != "transform":
        return None
    del spot.step["value"]
    return f"{spot.path}.value", False


@_mutation
def _no_step(chance: random.Random, spot: Spot) -> tuple[str, bool]:
    spot.siblings.append(chance.choice(("a", 3, None, [])))  # type: ignore[arg-type]
    return f"{spot.path.rpartition('[')[0]}[{len(spot.siblings) - 1}]", True


def _depends_on(spot: Spot, step_id: object) -> tuple[str, bool]:
    named = spot.step.setdefault("depends_on", [])
    named.append(step_id)
    return f"{spot.path}.depends_on[{len(named) - 1}]", True


@_mutation
def _dependency_on_nobody(chance: random.Random, spot: Spot) -> tuple[str, bool]:
    return _depends_on(spot, chance.choice(("nobody", "", 3, None, "A B")))


@_mutation
def _dependency_on_itself(chance: random.Random, spot: Spot) -> tuple[str, bool]:
    return _depends_on(spot, spot.step["step_id"])


@_mutation
def _dependency_on_what_is_inside(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    inner = [one.step["step_id"] for other in spot.siblings for one in spots([other], "") if one.step is not other]
    own = [one.step["step_id"] for one in spots([spot.step], "")]
    inner = [one for one in inner if one not in own]
    return _depends_on(spot, chance.choice(inner)) if inner else None


@_mutation
def _cycle(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    ids = [step["step_id"] for step in spot.siblings]
    named = [[ids.index(one) for one in step.get("depends_on", [])] for step in spot.siblings]
    if any(other >= at for at, before in enumerate(named) for other in before):
        return None  # the list is in another order, and the cycle may be told from another step on
    after = {ids.index(spot.step["step_id"])}
    for at, before in enumerate(named):
        after |= {at} if after & set(before) else set()
    waiting = [ids[at] for at in sorted(after)[1:]]
    return _depends_on(spot, chance.choice(waiting)) if waiting else None


@_mutation
def _compensation(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if any(one.get("compensation") == spot.step["step_id"] for one in spot.siblings):
        return None
    spot.step.update(
        {"on_error": "compensate", "compensation": chance.choice(("nobody", spot.step["step_id"], None))}
    )
    return f"{spot.path}.compensation", True


@_mutation
def _compensation_without_need(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if "compensation" not in spot.step:
        return None
    spot.step["on_error"] = "fail"
    return f"{spot.path}.compensation", True


@_mutation
def _item_outside_of_a_loop(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.inside_loop or spot.step["step_type"] != "transform":
        return None
    spot.step["value"] = {"a": ["{{input.text}}", chance.choice(("{{item}}", "{{item.email}} x", "{{index}}"))]}
    return f"{spot.path}.value.a[1]", False


@_mutation
def _step_that_need_not_come_before(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    others = [one["step_id"] for one in spot.siblings if one is not spot.step]
    if any(one.get("compensation") == spot.step["step_id"] for one in spot.siblings):
        return None  # it sees what the step sees whose failure it follows
    if spot.step.get("depends_on") or spot.step["step_type"] != "transform" or not others:
        return None
    spot.step["value"] = f"{{{{steps.{chance.choice(others)} | default(1)}}}}"
    return f"{spot.path}.value", True


@_mutation
def _name_of_a_branch(chance: random.Random, spot: Spot) -> tuple[str, bool] | None:
    if spot.step["step_type"] != "parallel":
        return None
    spot.step["branches"]["no:name"] = []
    return f'{spot.path}.branches["no:name"]', True
