"""Random workflow definitions that are right: accepted when they are made, and without a failure when they run.

    definitions()                      up to 200 steps, of all types that need nobody and no network
    definitions(most=30, kinds=ALL)    approvals, calls and other workflows, too

A definition follows from a seed and a size, so that two hundred steps cost a test two numbers, and what fails is
made again by `definition(seed, size)`. Templates are written by the kinds of what they read, so that filters fit.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

QUIET = ("transform", "agent_task", "condition", "parallel", "loop", "wait")
ALL = (*QUIET, "api_call", "approval", "subworkflow")
WORKFLOW_ID = "another"  # that `subworkflow` steps call
AGENT, TASK = "echo", "echo"  # that `agent_task` steps call

INPUT: dict[str, Any] = {
    "number": 7,
    "share": 0.25,
    "text": " Ada Lovelace ",
    "digits": "42",
    "when": "2026-03-01T09:05:07+01:00",
    "yes": True,
    "none": None,
    "tags": ["pumps", "valves", "pumps"],
    "sizes": [3, 1, 2],
    "people": [{"name": "Ada", "age": 36}, {"name": "Max", "age": 41}, {"name": "Lin", "age": 36}],
    "lead": {"email": "ada@acme.example", "company": {"name": "Acme", "employees": 80}},
    "trick": "{{input.number}} ${jndi:x}",
}
"""What the definitions take as the workflow's input."""


@dataclass(frozen=True)
class Seen:
    """A path that a template may read. `is_sure`: something other than null is always there."""

    path: str
    kind: str
    is_sure: bool = True


ROOTS = [
    *(Seen("input.number", "number"), Seen("input.share", "number"), Seen("input.text", "text")),
    *(Seen("input.digits", "digits"), Seen("input.when", "time"), Seen("input.yes", "truth")),
    *(Seen("input.none", "text", False), Seen("input.nothing.here", "number", False)),
    *(Seen("input.tags", "list"), Seen("input.sizes", "list"), Seen("input.people", "people")),
    *(Seen("input.people.0.age", "number"), Seen("input.people[1].name", "text"), Seen("input.tags.2", "text")),
    *(Seen("input.lead", "object"), Seen('input["lead"].company.name', "text"), Seen("input.trick", "text")),
]
LITERALS: dict[str, Sequence[Any]] = {
    "number": (0, 1, -3, 2.5, 10**20),
    "text": ("", "plain", "two words", "ünïcode ❄", "{ {not one} }"),
    "list": ([], [1, 2, 2], ["b", "a"]),
    "people": ([], [{"name": "Eve", "age": 9}]),
    "object": ({}, {"a": 1, "b": [None, True]}),
    "truth": (True, False),
    "digits": ("7", "100"),
    "time": ("2025-12-31", "2026-02-03T04:05:06Z"),
}
AS_ARGUMENT = {
    "number": "5", "text": "'none'", "list": "[]", "people": "[]", "object": "{}",
    "truth": "false", "digits": "'0'", "time": "'2026-01-01'",
}  # fmt: skip
FILTERS: dict[str, Sequence[tuple[str, str]]] = {  # what is wanted: from which kind, by which filters
    "number": (
        *(("number", "round"), ("number", "round(1)"), ("number", "int"), ("number", "float")),
        *(("text", "length"), ("list", "length"), ("object", "length"), ("digits", "int"), ("digits", "float")),
        *(("people", "map('age') | first | default(0)"), ("people", "where('age', 36) | length")),
    ),
    "text": (
        *(("text", "upper"), ("text", "lower"), ("text", "trim"), ("text", "trim | upper | lower")),
        *(("list", "join(', ')"), ("number", "string"), ("object", "json"), ("list", "json"), ("truth", "string")),
        *(("text", "split(' ') | last"), ("time", "date('%d.%m.%Y')"), ("time", "date('%A, %B %Y %%')")),
        *(("people", "map('name') | join('-')"), ("text", "first | default('-')")),
    ),
    "list": (
        *(("list", "unique"), ("list", "sort"), ("people", "map('name')"), ("object", "keys")),
        *(("text", "split('a')"), ("people", "where('name', 'Ada') | map('age')"), ("text", "split(' ') | sort")),
    ),
    "people": (("people", "where('age', 36)"), ("people", "unique")),
    "object": (),
    "truth": (),
    "digits": (),
    "time": (),
}
KINDS = tuple(AS_ARGUMENT)


def definitions(*, most: int = 200, kinds: Sequence[str] = QUIET) -> st.SearchStrategy[dict[str, Any]]:
    """Definitions of at most so many steps, those inside of others included."""
    return st.builds(definition, st.integers(0, 2**32 - 1), st.integers(1, most), st.just(tuple(kinds)))


def definition(seed: int, size: int, kinds: Sequence[str] = QUIET) -> dict[str, Any]:
    """The definition of this seed, with exactly `size` steps."""
    chance = random.Random(seed)
    maker = _Maker(chance, kinds)
    steps = maker.steps(size, _Around(tuple(ROOTS)))
    made: dict[str, Any] = {"name": f"Made of {seed}", "steps": steps.given}
    if chance.random() < 0.3:
        made["description"] = "No template: {{here}}"
    if chance.random() < 0.4:
        seen = [one for step in steps.made for one in step.seen]
        made["output"] = maker.value([*ROOTS, *seen], "object")
    return made


@dataclass(frozen=True)
class _Around:
    """What a list of steps stands in."""

    seen: tuple[Seen, ...]
    depth: int = 0
    loops: int = 0


@dataclass(frozen=True)
class _Made:
    """A step, what can be read of it, and the steps that come before it."""

    given: dict[str, Any]
    seen: Sequence[Seen]
    before: frozenset[int]

    @property
    def is_sure(self) -> bool:
        return self.seen[0].is_sure


@dataclass(frozen=True)
class _Steps:
    made: list[_Made]
    given: list[dict[str, Any]]

    def within(self, path: str, *, is_sure: bool) -> Iterator[Seen]:
        """What can be read of these steps from outside, below a path."""
        for step in self.made:
            for one in step.seen:
                yield Seen(f"{path}{one.path.removeprefix('steps')}", one.kind, is_sure and one.is_sure)


@dataclass
class _Maker:
    chance: random.Random
    kinds: Sequence[str]
    count: int = 0

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def steps(self, size: int, around: _Around) -> _Steps:
        """A list of steps of this size, in any order."""
        made: list[_Made] = []
        given: list[dict[str, Any]] = []
        while size > 0:
            if made and "on_error" not in made[-1].given and self.happens(0.05):
                given.append(self.compensation(made[-1], around))
                size -= 1
                continue
            used, step = self.step(size, around, made)
            made.append(step)
            given.append(step.given)
            size -= used
        if self.happens(0.5):
            self.chance.shuffle(given)
        return _Steps(made, given)

    def step(self, size: int, around: _Around, made: Sequence[_Made]) -> tuple[int, _Made]:
        """One more step, and how many there are with those inside it."""
        self.count += 1
        step_id = f"{self.chance.choice('abcdxyz')}_{self.count}"
        direct = [number for number in range(len(made)) if self.happens(min(1.5 / (len(made) - number), 0.5))]
        before = frozenset(one for number in direct for one in (number, *made[number].before))
        seen = [*around.seen, *(one for number in sorted(before) for one in made[number].seen)]
        common = self.common(step_id, [made[number].given["step_id"] for number in direct], seen)
        kind = self.chance.choice(self.kinds if size > 2 and around.depth < 4 else self.leaves())
        if kind == "wait" and self.happens(0.6):
            kind = "transform"
        if kind == "loop" and around.loops == 2:
            kind = "transform"
        inner = (
            self.chance.randint(1, max(1, min(size - 1, 12))) if kind in ("condition", "parallel", "loop") else 0
        )
        own, below = getattr(self, f"_{kind}")(step_id, inner, around, seen)
        is_sure = "when" not in common and (not direct or any(made[number].is_sure for number in direct))
        is_sure &= common.get("on_error") != "continue"
        given = self.shuffled({**common, **own})
        return 1 + inner, _Made(given, [Seen(one.path, one.kind, is_sure and one.is_sure) for one in below], before)

    def compensation(self, step: _Made, around: _Around) -> dict[str, Any]:
        """A step that undoes another; it is not needed, since nothing fails."""
        self.count += 1
        step_id = f"undo_{self.count}"
        step.given.update({"on_error": "compensate", "compensation": step_id})
        return {"step_id": step_id, "step_type": "transform", "value": self.value(around.seen, "text")}

    def leaves(self) -> list[str]:
        return [kind for kind in self.kinds if kind not in ("condition", "parallel", "loop")]

    def shuffled(self, given: dict[str, Any]) -> dict[str, Any]:
        items = list(given.items())
        self.chance.shuffle(items)
        return dict(items)

    def common(self, step_id: str, depends_on: list[str], seen: Sequence[Seen]) -> dict[str, Any]:
        """The keys that every step has."""
        given: dict[str, Any] = {"step_id": step_id}
        if depends_on or self.happens(0.2):
            given["depends_on"] = depends_on
        if self.happens(0.15):
            given["when"] = self.condition(seen)
        others = {
            "name": f"The step {step_id}",
            "timeout": self.chance.choice((60, 3600.5, 86_400)),
            "retry": {"attempts": self.chance.randint(1, 3), "wait": 0, "backoff": 1},
            "on_error": self.chance.choice(("fail", "continue")),
        }
        given |= {key: value for key, value in others.items() if self.happens(0.1)}
        return given

    def _transform(
        self, step_id: str, _: int, __: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        kind = self.chance.choice(KINDS)
        if self.happens(0.08):
            failing = self.chance.choice(
                ("{{input.no_such_key}}", "{{input.text | int}}", "{{input.number.a | trim}}")
            )
            own = {"step_type": "transform", "value": failing, "on_error": "continue"}
            return own, [Seen(f"steps.{step_id}", kind, False)]
        return {"step_type": "transform", "value": self.value(seen, kind)}, [Seen(f"steps.{step_id}", kind)]

    def _agent_task(
        self, step_id: str, _: int, __: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        kinds = {f"key_{number}": self.chance.choice(KINDS) for number in range(self.chance.randint(0, 3))}
        by = {"agent_type": AGENT, "task": TASK} if self.happens(0.6) else {"capability": TASK}
        parameters = {key: self.value(seen, kind) for key, kind in kinds.items()}
        below = [Seen(f"steps.{step_id}.{key}", kind) for key, kind in kinds.items()]
        return {"step_type": "agent_task", **by, "parameters": parameters}, [
            Seen(f"steps.{step_id}", "object"),
            *below,
        ]

    def _condition(
        self, step_id: str, size: int, around: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        inside = _Around(tuple(seen), around.depth + 1, around.loops)
        first = self.chance.randint(0, size)
        then, else_ = self.steps(first, inside), self.steps(size - first, inside)
        own: dict[str, Any] = {"step_type": "condition", "if": self.condition(seen), "then": then.given}
        if else_.given or self.happens(0.5):
            own["else"] = else_.given
        below = [one for steps in (then, else_) for one in steps.within(f"steps.{step_id}", is_sure=False)]
        return own, [Seen(f"steps.{step_id}", "object"), *below]

    def _parallel(
        self, step_id: str, size: int, around: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        inside = _Around(tuple(seen), around.depth + 1, around.loops)
        first = self.chance.randint(0, size)
        branches = {"left": self.steps(first, inside), "right": self.steps(size - first, inside)}
        own = {"step_type": "parallel", "branches": {name: steps.given for name, steps in branches.items()}}
        below = [
            one for name, steps in branches.items() for one in steps.within(f"steps.{step_id}.{name}", is_sure=True)
        ]
        return own, [Seen(f"steps.{step_id}", "object"), *below]

    def _loop(
        self, step_id: str, size: int, around: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        rounds = self.chance.randint(0, 3)
        own: dict[str, Any] = {"step_type": "loop", "max_iterations": self.chance.randint(3, 20)}
        inner = [*seen, Seen("index", "number")]
        if self.happens(0.6):
            kind = self.chance.choice(("number", "text"))
            items = [self.value(seen, kind) for _ in range(rounds)]
            own["over"], item = (items, kind) if self.happens(0.6) else ("{{input.tags}}", "text")
            inner = [one for one in inner if one.path != "item"] + [Seen("item", item)]
        steps = self.steps(size, _Around(tuple(inner), around.depth + 1, around.loops + 1))
        own["steps"] = steps.given
        if "over" not in own:
            own["while"] = self.while_(rounds, steps)
        below = steps.within(f"steps.{step_id}.0", is_sure=False)
        return own, [Seen(f"steps.{step_id}", "list of rounds"), *below]

    def while_(self, rounds: int, steps: _Steps) -> dict[str, Any]:
        """Holds for so many rounds, and may look at what the round before came to."""
        bound = {"op": "lt", "left": "{{index}}", "right": rounds}
        inner = self.chance.choice(steps.made).given["step_id"]
        other = {"op": "exists", "left": f"{{{{steps.{inner}}}}}"}
        return bound if self.happens(0.5) else {"all": [bound, {"any": [other, {"not": other}]}]}

    def _wait(self, step_id: str, *_: object) -> tuple[dict[str, Any], list[Seen]]:
        when = self.chance.choice(
            ({"seconds": 0}, {"seconds": "{{input.no | default(0)}}"}, {"until": "{{input.when}}"})
        )
        return {"step_type": "wait", **when}, [Seen(f"steps.{step_id}", "text", False)]

    def _api_call(
        self, step_id: str, _: int, __: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        own: dict[str, Any] = {
            "step_type": "api_call",
            "method": self.chance.choice(("GET", "POST")),
            "url": f"https://api.example/{self.value(seen, 'digits')}",
            "headers": {"Accept-Language": self.text(seen)},
            "json": self.value(seen, "object"),
        }
        below = [Seen(f"steps.{step_id}.status", "number"), Seen(f"steps.{step_id}.json.x", "text", False)]
        return own, [Seen(f"steps.{step_id}", "object"), *below]

    def _approval(
        self, step_id: str, _: int, __: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        own = {"step_type": "approval", "question": f"Go on? {self.text(seen)}", "show": self.value(seen, "object")}
        return own, [Seen(f"steps.{step_id}", "text", False)]

    def _subworkflow(
        self, step_id: str, _: int, __: _Around, seen: Sequence[Seen]
    ) -> tuple[dict[str, Any], list[Seen]]:
        own = {"step_type": "subworkflow", "workflow_id": WORKFLOW_ID, "input": self.value(seen, "object")}
        return own, [Seen(f"steps.{step_id}", "text", False)]

    def value(self, seen: Iterable[Seen], kind: str, depth: int = 0) -> Any:
        """A value that becomes one of this kind."""
        seen = list(seen)
        if kind == "object" and depth < 2 and self.happens(0.7):
            keys = self.chance.sample("abcdef", self.chance.randint(0, 3))
            return {key: self.value(seen, self.chance.choice(KINDS), depth + 1) for key in keys}
        if kind == "text" and self.happens(0.4):
            return self.text(seen)
        return self.template(seen, kind) if self.happens(0.8) else self.chance.choice(LITERALS[kind])

    def text(self, seen: Sequence[Seen]) -> str:
        """A text with templates of any kind in it."""
        parts = ["A "]
        for _ in range(self.chance.randint(1, 3)):
            parts += [self.template(seen, self.chance.choice(KINDS)), self.chance.choice((" and ", "}} ", ""))]
        return "".join(parts)

    def template(self, seen: Sequence[Seen], kind: str) -> str:
        """One template that becomes a value of this kind."""
        ways = [(kind, ""), *FILTERS[kind]]
        source, filters = self.chance.choice(ways) if self.happens(0.7) else ways[0]
        fitting = [one for one in seen if one.kind == source]
        if not fitting:
            return f"{{{{input.nothing | default({AS_ARGUMENT[kind]})}}}}"
        late = fitting[-8:] if self.happens(0.7) else fitting
        one = self.chance.choice(late)
        default = "" if one.is_sure and self.happens(0.8) else f" | default({AS_ARGUMENT[source]})"
        blank = self.chance.choice(("", " "))
        return f"{{{{{blank}{one.path}{default}{' | ' if filters else ''}{filters}{blank}}}}}"

    def condition(self, seen: Sequence[Seen], depth: int = 0) -> dict[str, Any]:
        """A condition whose values can be compared."""
        if depth < 2 and self.happens(0.3):
            joined = [self.condition(seen, depth + 1) for _ in range(self.chance.randint(1, 3))]
            return self.chance.choice(({"all": joined}, {"any": joined}, {"not": joined[0]}))
        kind = self.chance.choice(("number", "text"))
        left, right = self.template(seen, kind), self.value(seen, kind)
        any_path = f"{{{{{self.chance.choice(seen).path}}}}}"
        return self.chance.choice(
            (
                {"op": self.chance.choice(("eq", "ne", "lt", "le", "gt", "ge")), "left": left, "right": right},
                {"op": "in", "left": left, "right": self.template(seen, "list")},
                {"op": "contains", "left": self.template(seen, "list"), "right": right},
                {"op": "contains", "left": self.template(seen, "object"), "right": "a"},
                {"op": "matches", "left": self.template(seen, "text"), "right": "(?i)^.*[ab]+"},
                {"op": "exists", "left": any_path},
                {"op": "empty", "left": any_path},
                {"op": "eq", "left": self.template(seen, "truth"), "right": True},
                {"op": self.chance.choice(("eq", "ne")), "left": left, "right": None},
            )
        )
