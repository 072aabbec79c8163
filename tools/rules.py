"""The rules of an ideal customer profile: a small language of its own, never run as Python.

    employees >= 20 and employees <= 500
    country in ["Italy", "Spain"] and not industry matches "bank|insurance"
    annual_revenue > 1_000_000 or exporter == true

A field is one of a lead's or an extra column under its snake_case name. A blank field makes its
comparison `unknown`, and `and`, `or` and `not` carry that on as Kleene's logic does. Text is equal
without case; `in` means equal to one of the list, never a part of a text; `matches` searches a
pattern without case, in linear time (RE2's syntax). How values compare is `tools/rule_values.py`.
"""

from dataclasses import dataclass
from functools import lru_cache

from memory.records import Lead
from memory.words import Answer
from tools.rule_expressions import Expression
from tools.rule_parser import parse

LONGEST_WHY = 400  # characters


@dataclass(frozen=True)
class RuleOutcome:
    """What a rule came to, and the values that it read: "employees = 80"."""

    verdict: Answer
    why: str


@dataclass(frozen=True)
class Rule:
    """A rule that parsed. `text` is how it was written."""

    text: str
    expression: Expression

    def evaluate(self, lead: Lead) -> RuleOutcome:
        """Whether the rule holds for `lead`; never raises, whatever the fields hold."""
        found = self.expression.of(lead)
        why = ", ".join(dict.fromkeys(found.notes))
        return RuleOutcome(found.answer, why if len(why) <= LONGEST_WHY else why[: LONGEST_WHY - 1] + "…")


@lru_cache(maxsize=128)  # each keeps its compiled patterns
def parse_rule(text: str) -> Rule:
    """The rule that `text` says; `Invalid`, with the character's position, where it says none."""
    return Rule(text, parse(text))
