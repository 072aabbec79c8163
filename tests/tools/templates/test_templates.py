"""The template language of workflows: what it reads, what it puts in, and what it refuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from memory.errors import Invalid, TooLarge
from tools.templates import LARGEST_VALUE, LONGEST_TEMPLATE, MISSING, Scope, find, parse, render

SCOPE = Scope(
    input={
        "name": "  Ada ",
        "budget": 50000,
        "share": 0.25,
        "big": 2**80,
        "enormous": 10**400,
        "tiny": 1e-7,
        "huge": 1e20,
        "yes": True,
        "none": None,
        "looks": "{{input.name}}",
        "Annual Revenue": "$5M",
        "tags": ["b", "a", "b"],
        "sizes": [3, 1.0, 2, 1],
        "people": [{"name": "Ada", "age": 36}, {"name": "Max", "age": 41}, {"age": 36}],
        "grid": [[1, 2], [3, 4]],
        "empty": [],
        "when": "2026-03-01T09:05:07+01:00",
        "0": "zero",
        "snow": "Straße ❄",
    },
    steps={"find": {"headers": {"content-type": "text/html"}, "people": []}, "done": None},
    item={"email": "ada@acme.example"},
    index=2,
)


def complaint(text: JsonValue, scope: Scope = SCOPE) -> str:
    with pytest.raises(Invalid) as caught:
        render(text, scope)
    return str(caught.value)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{input.budget}}", 50000),
        ("{{ input.budget }}", 50000),
        ("{{input.people.0.name}}", "Ada"),
        ("{{input.people[1].name}}", "Max"),
        ("{{input.grid.1.0}}", 3),
        ("{{input.0}}", "zero"),
        ('{{input["Annual Revenue"]}}', "$5M"),
        ("{{steps.find.headers.content-type}}", "text/html"),
        ("{{steps.done}}", None),
        ("{{item.email}}", "ada@acme.example"),
        ("{{index}}", 2),
        ("{{input.yes}}", True),
        ("{{input.grid}}", [[1, 2], [3, 4]]),
        ("{{input.looks}}", "{{input.name}}"),
        ("", ""),
        ("no template", "no template"),
    ],
)
def test_a_text_that_is_one_template_keeps_the_type_of_its_value(template: str, value: JsonValue) -> None:
    assert render(template, SCOPE) == value


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Budget: {{input.budget}}", "Budget: 50000"),
        ("{{input.share}} of {{input.budget}}", "0.25 of 50000"),
        ("{{input.tiny}} {{input.huge}}", "1e-07 1e+20"),
        ("{{input.big}}!", f"{2**80}!"),
        ("is {{input.yes}}", "is true"),
        ("<{{input.none}}>", "<>"),
        ("tags {{input.tags}}", 'tags ["b","a","b"]'),
        ("{{input.snow}} {{input.snow}}", "Straße ❄ Straße ❄"),
        ("say {{input.looks}}", "say {{input.name}}"),
        ("{{input.name}}{{index}}", "  Ada 2"),
        (" {{index}}", " 2"),
        (
            "}} ${jndi:ldap://x} { {input.name} } %(name)s {% if %}",
            "}} ${jndi:ldap://x} { {input.name} } %(name)s {% if %}",
        ),
    ],
)
def test_in_a_longer_text_values_are_put_in_as_text(template: str, text: str) -> None:
    assert render(template, SCOPE) == text


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{input.no | default('x')}}", "x"),
        ("{{input.none | default(0)}}", 0),
        ("{{steps.gone.a.b | default([])}}", []),
        ("{{input.no | trim | upper | default('x')}}", "x"),
        ("{{input.none | trim | default('x') | upper}}", "X"),
        ("{{input.empty | first | default('none')}}", "none"),
        ("{{input.yes | default(false)}}", True),
        ("{{input.name | trim | lower}}", "ada"),
        ("{{input.snow | upper}}", "STRASSE ❄"),
        ("{{input.tags | length}}", 3),
        ("{{input.name | length}}", 6),
        ("{{input.people.0 | length}}", 2),
        ("{{input.tags | first}}", "b"),
        ("{{input.sizes | last}}", 1),
        ("{{input.empty | last}}", None),
        ("{{input.tags | join(', ')}}", "b, a, b"),
        ('{{input.sizes | join("\\n")}}', "3\n1.0\n2\n1"),
        ("{{input.when | split('T') | first}}", "2026-03-01"),
        ("{{input.share | round(1)}}", 0.2),
        ("{{input.share | round}}", 0),
        ("{{input.budget | round(-5)}}", 0),
        ("{{input.share | int}}", 0),
        ("{{input.budget | float}}", 50000.0),
        ("{{input.when | split('-') | first | int}}", 2026),
        ("{{input.budget | string}}", "50000"),
        ("{{input.none | string}}", ""),
        ("{{input.people.2 | json}}", '{"age":36}'),
        ("{{input.none | json}}", "null"),
        ("{{input.people.0 | keys}}", ["name", "age"]),
        ("{{input.people.0 | values}}", ["Ada", 36]),
        ("{{input.tags | unique}}", ["b", "a"]),
        ("{{input.sizes | unique}}", [3, 1.0, 2]),
        ("{{input.tags | sort}}", ["a", "b", "b"]),
        ("{{input.sizes | sort | first}}", 1.0),
        ("{{input.people | map('name')}}", ["Ada", "Max", None]),
        ("{{input.people | where('age', 36) | length}}", 2),
        ("{{input.people | where('name', null)}}", [{"age": 36}]),
        ("{{input.when | date('%d.%m.%Y %H:%M:%S %z')}}", "01.03.2026 09:05:07 +0100"),
        ("{{input.when | date('%A, %B %y at %I %p, %j %V %%')}}", "Sunday, March 26 at 09 AM, 060 09 %"),
        ("{{input.budget | date('%F %T')}}", "1970-01-01 13:53:20"),
    ],
)
def test_each_filter_makes_of_a_value_what_its_name_says(template: str, value: JsonValue) -> None:
    made = render(template, SCOPE)
    assert (made, type(made)) == (value, type(value))


@pytest.mark.parametrize(
    ("template", "position", "says"),
    [
        ("{{ x.__class__.__mro__ }}", 4, "begins with input, steps, item or index, not with 'x'"),
        ("{{ input.__class__ }}", 9, "'__class__' is no key: templates read data, never attributes"),
        ("{{ env.OPENAI_API_KEY }}", 4, "not with 'env'"),
        ("{{ 7*7 }}", 4, "not with '7'"),
        ("{{ input.a*7 }}", 11, "'*' cannot stand here. After a path or a filter comes |"),
        ("{{ input.a + input.b }}", 12, "'+' cannot stand here"),
        ("{{ input.f() }}", 11, "'(' cannot stand here"),
        ("{{}}", 3, "A template names a path"),
        ("Dear {{first_name}}", 8, "not with 'first_name'"),
        ("Dear {{input.name", 6, "never closed by }}"),
        ("{{input.name}", 13, "'}' cannot stand here"),
        ("{{input.a | }}", 13, "After | comes a filter's name"),
        ("{{input.a | uper}}", 13, "There is no filter 'uper'. Did you mean upper?"),
        ("{{input.a | attr('__class__')}}", 13, "There is no filter 'attr'"),
        ("{{input.a | default}}", 13, 'default takes a value; write default("…")'),
        ("{{input.a | join(3)}}", 13, "join takes a text, not 3"),
        ("{{input.a | split('')}}", 13, 'split takes a text to split at, not "".'),
        ("{{input.a | length | upper}}", 1, "upper is for a text, and length makes a number."),
        ("to {{input.a | upper | map('b')}}", 4, "map is for a list, and upper makes a text."),
        ("{{input.a | where('a')}}", 13, "where takes a text and a value"),
        ("{{input.a | round(1e3)}}", 13, "round takes a whole number from -300 to 300, not"),
        ("{{input.a | round(999)}}", 13, "round takes a whole number from -300 to 300, not"),
        ("{{input.a | date('%Q')}}", 13, "'%Q' is no part of a date; there are %Y"),
        ("{{input.a | date('100%')}}", 13, "'%' is no part of a date"),
        ("{{input.a | default(input.b)}}", 21, "'input' is no argument"),
        ("{{input.a | default(True)}}", 21, "'True' is no argument"),
        ("{{input.a | default('x'}}", 24, "'}' cannot stand here. After an argument comes a comma or )"),
        (r"{{input.a | default('\x41')}}", 22, "is no escape"),
        ("{{input.a | default(1e999)}}", 21, "larger than any number"),
        ("{{steps}}", 3, "After steps comes a step's id"),
        ("{{index.a}}", 3, "index is a number"),
    ],
)
def test_what_is_no_path_and_no_filter_is_refused_with_its_position(
    template: str, position: int, says: str
) -> None:
    with pytest.raises(Invalid) as caught:
        parse(template)
    assert caught.value.where == f"character {position}"
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{input.nmae}}", "input.nmae is missing: input has no 'nmae'; it has name, budget"),
        ("{{input.people.7.name}}", "input.people has no '7'; it is a list of 3"),
        ("{{input.people.-1}}", "input.people has no '-1'"),
        ("{{input.name.strip}}", "input.name has no 'strip'; it is a text"),
        ("{{steps.gone.x}}", "the step gone has no output. Add | default(…)"),
        ("{{steps.done.x}}", "steps.done has no 'x'; it is null"),
        ("to {{input.tags | lower}}", "{{input.tags | lower}}: lower is for a text, and this is a list"),
        ("{{input.people | sort}}", "sort is for a list of numbers or a list of texts"),
        ("{{input.tags | map('x')}}", "item 0 is a text"),
        ("{{input.name | int}}", "int reads a whole number such as 42, and this text is none"),
        ("{{input.name | float}}", "float reads a number"),
        ("{{input.big | date('%Y')}}", "beyond the year 9999"),
        ("{{input.name | date('%Y')}}", "date reads a time such as"),
        ("{{input.yes | round}}", "round is for a number, and this is true or false"),
        ("{{input.tags | float}}", "float is for a number, and this is a list"),
        ("{{input.enormous | float}}", "float makes of this a number that is too large to keep"),
        ("{{input.budget | length}}", "length is for a text, a list or an object, and this is a number"),
        ("{{input.budget | first}}", "first is for a list or a text"),
        ("{{input.budget | join('')}}", "join is for a list"),
        ("{{input.tags | keys}}", "keys is for an object"),
        ("{{input.tags | date('%Y')}}", "date is for a time as text, or seconds since 1970"),
        ("{{input.none | upper}}", "upper is for a text, and this is null"),
    ],
)
def test_what_is_missing_or_of_another_type_is_an_error_that_says_so(template: str, says: str) -> None:
    assert says in complaint(template)


def test_item_and_index_are_missing_outside_of_a_loop() -> None:
    assert "there is no item outside of a loop" in complaint("{{item.email}}", Scope())
    assert "there is no index outside of a loop" in complaint("{{index}}", Scope())


def test_objects_and_lists_are_rendered_at_any_depth_and_their_keys_are_not() -> None:
    value: JsonValue = {"{{index}}": ["{{index}}", {"a": "n{{index}}", "b": 1, "c": None}]}
    assert render(value, SCOPE) == {"{{index}}": [2, {"a": "n2", "b": 1, "c": None}]}


def test_a_missing_path_can_be_told_from_null() -> None:
    assert find("{{input.no}}", SCOPE) is MISSING
    assert find("{{input.no | upper}}", SCOPE) is MISSING
    assert find("{{input.none}}", SCOPE) is None
    assert find("{{input.no | default(1)}}", SCOPE) == 1


def test_a_template_tells_what_it_reads_and_what_may_be_missing() -> None:
    template = parse("a {{steps.find.people.0 | length}} b {{item | trim | default('')}}")
    assert [(str(path), path.has_default, path.position) for path in template.references] == [
        ("steps.find.people.0", False, 4),
        ("item", True, 39),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{input.a}}" + "x" * LONGEST_TEMPLATE,
        "{{index}}" * 1_001,
        "{{input" + ".a" * 60 + "}}",
        "{{input.a" + " | trim" * 21 + "}}",
    ],
    ids=["length", "expressions", "keys", "filters"],
)
def test_a_template_is_bounded(text: str) -> None:
    with pytest.raises(Invalid, match="at most"):
        parse(text)


def test_what_templates_make_is_bounded() -> None:
    large = Scope(input={"text": "ß" * (LARGEST_VALUE // 2 + 1), "list": ["x" * 1000] * 4000})
    assert render("{{input.text}}", large)
    for value in (
        "{{input.text}}{{input.text}}",
        {"a": "{{input.text}}", "b": ["{{input.text}}"]},
        ["{{input.list}}", "{{input.list}}"],
        "{{input.text | upper}}",
        "{{input.list | join('" + "-" * 400 + "')}}",
        "{{input.text | split('ß')}}",
    ):
        with pytest.raises(TooLarge, match=r"more than [\d,]+ (characters|parts)"):
            render(value, large)


def test_a_value_that_doubles_from_step_to_step_is_stopped() -> None:
    value: JsonValue = "x"
    with pytest.raises(TooLarge):
        for _ in range(40):
            value = render(["{{input}}", "{{input}}"], Scope(input=value))


def test_a_value_that_nests_ever_deeper_is_stopped() -> None:
    value: JsonValue = "x"
    with pytest.raises(Invalid, match="deep"):
        for _ in range(400):
            value = render(["{{input}}"], Scope(input=value))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_any_value_comes_back_as_it_is_by_its_path_and_as_json_in_a_text(value: Any) -> None:
    scope = Scope(input={"value": value})
    assert render("{{input.value}}", scope) is value
    if not isinstance(value, str) and value is not None:
        text = render("={{input.value}}", scope)
        assert isinstance(text, str)
        assert json.loads(text[1:]) == value


@given(st.text() | st.text("{}|.()'\"input stepsmaj0,[]\\ "))
def test_no_text_is_read_other_than_as_a_template_or_refused_as_our_error(text: str) -> None:
    for given_text in (text, "{{" + text + "}}", "{{input." + text):
        try:
            render(given_text, SCOPE)
        except Invalid as error:
            assert str(error)


CHAINS = [
    *(
        "default('x')",
        "lower",
        "upper",
        "trim",
        "length",
        "first",
        "last",
        "join(',')",
        "split('a')",
        "default([])",
    ),
    *("round", "round(2)", "round(-300)", "int", "float", "string", "json", "keys", "values", "unique", "sort"),
    *("map('a')", "where('a', 1)", "where('a', null)", "date('%Y %V %j %z')"),
]
ODD = st.sampled_from([1e308, -1e308, 10**400, -(10**30), "9999-12-31", "0001-01-01", 253402300800, float("nan")])


@given(VALUES | ODD | st.lists(ODD, max_size=3), st.lists(st.sampled_from(CHAINS), min_size=1, max_size=3))
def test_a_filter_makes_a_value_of_whatever_it_is_given_or_says_why_not(value: Any, chain: list[str]) -> None:
    for template in ("{{input.v | %s}}", "and {{input.v | %s}}"):
        try:
            render(template % " | ".join(chain), Scope(input={"v": value}))
        except Invalid as error:
            assert str(error)
