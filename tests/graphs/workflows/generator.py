"""Random definitions that are valid, with the input to run them on."""

from dataclasses import dataclass
from random import Random
from typing import Any

from memory.definitions import Definition

Json = Any
KINDS = ("agent_task", "agent_task", "transform", "condition", "parallel", "loop", "approval")
GIVEN = {"n": 3, "name": "Ada", "items": [{"k": 1}, {"k": 2}, {"k": 3}], "flag": True, "none": None}


@dataclass
class Generator:
    """Makes at most `size` steps, nested ones counted. `asks`: approvals may be among them."""

    random: Random
    size: int
    asks: bool = False
    subworkflows: tuple[str, ...] = ()
    made: int = 0

    def definition(self) -> Definition:
        steps = self.steps(self.size, [], depth=0, in_loop=False)
        named = [step["step_id"] for step in steps if "undoes" not in step]
        output = None
        if self.random.random() < 0.3:
            output = {"all": [f"{{{{steps.{one} | default('-')}}}}" for one in named[:5]], "n": "{{input.n}}"}
        for step in steps:
            step.pop("undoes", None)
        return Definition.model_validate({"name": "Random", "steps": steps, "output": output})

    def steps(self, most: int, around: list[str], *, depth: int, in_loop: bool) -> list[Json]:
        made: list[Json] = []
        ancestors: dict[str, set[str]] = {}
        end = self.made + most
        while self.made < end and (not made or self.random.random() < 0.97):
            before = self.random.sample(
                sorted(ancestors), min(len(ancestors), self.random.choice((0, 0, 1, 1, 2, 3)))
            )
            seen = set(before).union(*(ancestors[one] for one in before))
            step = self.step(end, [*around, *sorted(seen)], depth=depth, in_loop=in_loop)
            step["depends_on"] = before
            ancestors[step["step_id"]] = seen
            made.append(step)
            if self.random.random() < 0.05 and self.made < end:
                made.append(self.undo(step, [*around, *sorted(seen)], in_loop=in_loop))
        self.random.shuffle(made)
        return made

    def undo(self, step: Json, seen: list[str], *, in_loop: bool) -> Json:
        undo = self.agent_task(self.named(), seen, in_loop=in_loop)
        step |= {"on_error": "compensate", "compensation": undo["step_id"]}
        return undo | {"undoes": True}

    def named(self) -> Json:
        self.made += 1
        return {"step_id": f"s{self.made}"}

    def step(self, end: int, seen: list[str], *, depth: int, in_loop: bool) -> Json:
        base = self.named()
        kind = self.random.choice(KINDS)
        if kind in ("condition", "parallel", "loop") and (depth == 3 or end - self.made < 2):
            kind = "agent_task"
        if kind == "approval" and not self.asks:
            kind = "transform"
        if self.random.random() < 0.15:
            base["when"] = self.condition(seen, in_loop=in_loop)
        if kind == "agent_task":
            return self.agent_task(base, seen, in_loop=in_loop)
        if self.random.random() < 0.2:
            base["on_error"] = "continue"
        base["step_type"] = kind
        if kind == "transform":
            return base | {"value": self.value(seen, in_loop=in_loop)}
        if kind == "approval":
            return base | {"question": f"Go on with {self.template(seen, in_loop=in_loop)}?"}
        return base | self.container(kind, end, seen, depth=depth, in_loop=in_loop)

    def agent_task(self, base: Json, seen: list[str], *, in_loop: bool) -> Json:
        agent = self.random.choices(("echo", "flaky", "broken"), (90, 6, 4))[0]
        if agent == "flaky":
            base["retry"] = {"attempts": self.random.choice((2, 3)), "wait": 0.5}
        if agent == "broken" and self.random.random() < 0.9:
            base["on_error"] = "continue"
        parameters = {"v": self.value(seen, in_loop=in_loop)} if self.random.random() < 0.9 else None
        return base | {"step_type": "agent_task", "agent_type": agent, "task": "do", "parameters": parameters}

    def container(self, kind: str, end: int, seen: list[str], *, depth: int, in_loop: bool) -> Json:
        room = max(1, min((end - self.made) // 2, 12))

        def inner(*, loop: bool = in_loop) -> list[Json]:
            steps = self.steps(self.random.randint(1, room), seen, depth=depth + 1, in_loop=loop)
            return [{name: one for name, one in step.items() if name != "undoes"} for step in steps]

        if kind == "condition":
            given = {"if": self.condition(seen, in_loop=in_loop), "then": inner()}
            return given | ({"else": inner()} if self.random.random() < 0.5 else {})
        if kind == "parallel":
            return {"branches": {f"b{at}": inner() for at in range(self.random.randint(1, 3))}}
        if self.random.random() < 0.5:
            over: Json = self.random.choice(("{{input.items}}", [1, "{{input.n}}"], [], [0], "{{input.n}}"))
            return {"over": over, "max_iterations": self.random.choice((2, 3, 3)), "steps": inner(loop=True)}
        condition = {"op": "lt", "left": "{{index}}", "right": self.random.choice((0, 1, 2, 3))}
        return {"while": condition, "max_iterations": self.random.choice((2, 3, 3)), "steps": inner(loop=True)}

    def path(self, seen: list[str], *, in_loop: bool) -> str:
        roots = ["input.n", "input.name", "input.items[1].k", "input.none"]
        roots += [f"steps.{self.random.choice(seen)}"] * 4 if seen else []
        roots += ["index"] * 2 if in_loop else []
        path = self.random.choice(roots)
        return path + self.random.choice(("", "", ".v")) if path.startswith("steps") else path

    def template(self, seen: list[str], *, in_loop: bool) -> str:
        path = self.path(seen, in_loop=in_loop)
        is_sure = path.startswith(("input", "index")) or self.random.random() < 0.02
        return f"{{{{{path}}}}}" if is_sure else f"{{{{{path} | default('none')}}}}"

    def value(self, seen: list[str], *, in_loop: bool) -> Json:
        one, other = (self.template(seen, in_loop=in_loop) for _ in range(2))
        shapes: list[Json] = [one, f"{one} and {other}", {"x": one, "y": [other, 1]}, [one], 7]
        return self.random.choice(shapes)

    def condition(self, seen: list[str], *, in_loop: bool) -> Json:
        one = self.path(seen, in_loop=in_loop)
        simple: list[Json] = [
            {"op": "exists", "left": f"{{{{{one}}}}}"},
            {"op": "empty", "left": f"{{{{{one}}}}}"},
            {"op": "gt", "left": "{{input.n}}", "right": self.random.randint(1, 4)},
            {"op": "eq", "left": "{{input.name}}", "right": self.random.choice(("Ada", "Eve"))},
        ]
        if self.random.random() < 0.03:
            return {"op": "lt", "left": "{{input.name}}", "right": 3}
        if self.random.random() < 0.3:
            return {self.random.choice(("all", "any")): self.random.sample(simple, 2)}
        if self.random.random() < 0.2:
            return {"not": self.random.choice(simple)}
        return self.random.choice(simple)
