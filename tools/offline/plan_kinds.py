"""What a part of a command asks for, by the first rule of `plan_rules.toml` that holds."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Self, cast

from tools.offline.plan_marks import Part
from tools.planning import PlanKind

Found = PlanKind | Literal["none"]


@dataclass(frozen=True)
class Rule:
    """It holds where the part begins with one of `begins`, has one of each of `has`, and none of `lacks`."""

    kind: Found
    why: str  # a refusal's: a key of plan_reasons.toml
    begins: tuple[str, ...]
    has: tuple[tuple[str, ...], ...]
    lacks: tuple[str, ...]

    @classmethod
    def read(cls, table: dict[str, object]) -> Self:
        has = cast("list[str]", table.get("has", []))
        return cls(
            kind=cast("Found", table["kind"]),
            why=cast("str", table.get("why", "")),
            begins=_split(cast("str", table.get("begins", ""))),
            has=tuple(_split(one) for one in has),
            lacks=tuple(cast("list[str]", table.get("lacks", []))),
        )

    def holds(self, part: Part) -> bool:
        return (
            (not self.begins or any(map(part.begins, self.begins)))
            and all(any(map(part.has, marks)) for marks in self.has)
            and not any(map(part.has, self.lacks))
        )


def kind_of(part: Part) -> Found | None:
    """What the part asks for; "none": what we do not do; None: it cannot be told."""
    rule = rule_of(part)
    return rule.kind if rule else None


def rule_of(part: Part) -> Rule | None:
    """The first rule that holds."""
    return next((rule for rule in rules() if rule.holds(part)), None)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in their order."""
    table = tomllib.loads((files(__package__) / "plan_rules.toml").read_text(encoding="utf-8"))
    return tuple(map(Rule.read, cast("Iterable[dict[str, object]]", table["rule"])))


def _split(marks: str) -> tuple[str, ...]:
    return tuple(marks.split("|")) if marks else ()
