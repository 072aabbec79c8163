"""Whether conditions of workflows hold."""

import pytest
from pydantic import JsonValue, TypeAdapter

from memory.definitions import Condition
from memory.errors import Invalid
from tools.conditions import holds
from tools.templates import Scope

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
SCOPE = Scope(
    input={"score": 70, "name": "Ada", "none": None, "tags": ["a", 1], "lead": {"email": "x"}, "yes": True, "e": ""}
)


def outcome(condition: dict[str, JsonValue]) -> bool:
    return holds(CONDITION.validate_python(condition), SCOPE)


def compared(op: str, left: JsonValue, right: JsonValue = None) -> bool:
    return outcome({"op": op, "left": left, "right": right})


@pytest.mark.parametrize(
    ("op", "left", "right", "expected"),
    [
        ("eq", "{{input.score}}", 70, True),
        ("eq", "{{input.score}}", 70.0, True),
        ("eq", "{{input.name}}", "Ada", True),
        ("eq", "{{input.none}}", None, True),
        ("eq", "{{input.name}}", None, False),
        ("eq", "{{input.tags}}", ["a", True], False),
        ("eq", "{{input.lead}}", {"email": "x"}, True),
        ("ne", "{{input.none}}", 1, True),
        ("ne", "{{input.score}}", "{{input.score}}", False),
        ("lt", 1, "{{input.score}}", True),
        ("le", 70, "{{input.score}}", True),
        ("gt", "b", "a", True),
        ("ge", 1, 1.5, False),
        ("in", "a", "{{input.tags}}", True),
        ("in", True, "{{input.tags}}", False),
        ("in", "d", "{{input.name}}", True),
        ("in", "email", "{{input.lead}}", True),
        ("contains", "{{input.tags}}", 1, True),
        ("contains", "{{input.lead}}", "phone", False),
        ("matches", "{{input.name}}", "^A.a$", True),
        ("matches", "{{input.name}}", "^ada", False),
        ("matches", "{{input.name}}", "(?i)^ada", True),
        ("exists", "{{input.name}}", None, True),
        ("exists", "{{input.none}}", None, True),
        ("exists", "{{input.no.way}}", None, False),
        ("empty", "{{input.none}}", None, True),
        ("empty", "{{input.e}}", None, True),
        ("empty", "{{input.no}}", None, True),
        ("empty", "{{input.score}}", None, False),
        ("empty", 0, None, False),
        ("empty", False, None, False),
    ],
)
def test_each_operator_answers_as_its_name_says(op: str, left: JsonValue, right: JsonValue, expected: bool) -> None:
    assert compared(op, left, right) is expected


@pytest.mark.parametrize(
    ("op", "left", "right", "says"),
    [
        ("eq", "{{input.score}}", "70", "eq compares a number with a text"),
        ("eq", "{{input.yes}}", 1, "eq compares true or false with a number"),
        ("ne", "{{input.tags}}", {}, "ne compares a list with an object"),
        ("lt", "{{input.score}}", "80", "lt compares two numbers or two texts, not a number with a text"),
        ("gt", True, False, "not true or false with true or false"),
        ("ge", "{{input.none}}", 1, "not null with a number"),
        ("in", "a", 7, "not in a number"),
        ("contains", "{{input.name}}", 7, "for a text in a text"),
        ("matches", "{{input.score}}", "7", "left is a number"),
        ("eq", "{{input.no}}", 1, "input.no is missing"),
    ],
)
def test_values_of_different_types_and_missing_ones_are_errors(
    op: str, left: JsonValue, right: JsonValue, says: str
) -> None:
    with pytest.raises(Invalid, match=says.replace("(", r"\(")):
        compared(op, left, right)


def test_all_any_and_not_join_conditions_and_look_no_further_than_they_must() -> None:
    yes, no, broken = ({"op": "eq", "left": 1, "right": right} for right in (1, 2, "1"))
    assert outcome({"all": [yes, yes]})
    assert not outcome({"all": [yes, no, broken]})
    assert outcome({"any": [no, yes, broken]})
    assert not outcome({"any": [no, no]})
    assert outcome({"not": {"all": [no]}})
    assert outcome({"all": []})
    assert not outcome({"any": []})


def test_a_pattern_that_explodes_elsewhere_is_searched_in_linear_time() -> None:
    long = Scope(input={"text": "a" * 100_000 + "!"})
    condition = CONDITION.validate_python({"op": "matches", "left": "{{input.text}}", "right": "^(a+)+$"})
    assert not holds(condition, long)


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"\1", "a{1000}{1000}", "x" * 1_001])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid, match="pattern"):
        compared("matches", "{{input.name}}", pattern)
