"""Definitions as text: JSON and YAML that say the same, and nothing that only one of them can say."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from memory.errors import Invalid, Mistakes, TooLarge
from nodes.workflow.checking import check_definition
from tools.definition_text import LARGEST_TEXT, load_definition, read_definition

VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), VALUES))
def test_json_is_read_as_it_was_written(value: JsonValue) -> None:
    assert read_definition(json.dumps(value)) == value
    assert read_definition(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8")) == value


@given(st.dictionaries(st.sampled_from(["name", "steps", "on", "no", "1", "~"]), VALUES))
def test_yaml_is_read_as_it_was_written(value: JsonValue) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    if text.startswith("{") or any(mark in text for mark in ("&id", "\\u", "\\x", "\\U")):
        return  # an empty object is JSON, and escapes may stand for what is no character
    assert read_definition(text) == value


def test_plain_words_of_yaml_mean_what_they_mean_in_version_1_2() -> None:
    text = """
    name: no
    on: off        # a comment
    day: 2026-03-01
    time: 12:30
    mode: 0644
    empty:
    tilde: ~
    truth: [true, False]
    numbers: [1, -2, +3, 1.5, 2e3, .5]
    quoted: ["1", 'true']
    template: "{{input.lead}}"
    block: |
      Dear {{input.name}},
      hello
    """
    assert read_definition(text) == {
        "name": "no",
        "on": "off",
        "day": "2026-03-01",
        "time": "12:30",
        "mode": 644,
        "empty": None,
        "tilde": None,
        "truth": [True, False],
        "numbers": [1, -2, 3, 1.5, 2000.0, 0.5],
        "quoted": ["1", "true"],
        "template": "{{input.lead}}",
        "block": "Dear {{input.name}},\nhello\n",
    }


BOMB = "a: &a [x, x]\n" + "".join(
    f"{to}: &{to} [*{of}, *{of}]\n" for of, to in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "definition: The key 'c' stands twice"),
        ('{"a": 1,\n "b": }', "definition:2: This is no JSON: Expecting value"),
        ('{"a":' * 10_000, "nested more than 200 deep"),
        ("[" * 10_000 + "]" * 10_000, "nested more than 200 deep"),
        ("a: 1\nb: 2\na: 3", "definition:3: The key 'a' stands twice"),
        (BOMB, "definition:1: Anchors (&) and aliases (*) are not taken"),
        ("a: *b", "Anchors (&) and aliases (*) are not taken"),
        ("a: !!python/object/apply:os.system [ls]", "Tags (!) are not taken"),
        ("a: !!int 3", "Tags (!) are not taken"),
        ("a: 1\n---\nb: 2", "A second document begins here"),
        ("value: {{input.lead}}", 'A template stands in quotes: "{{input.lead}}"'),
        ("? [a]\n: b", "A key is a text"),
        ("a: b: c", "definition:1: This is no YAML: mapping values are not allowed"),
        ("a: 1\nb: [1, 2", "definition:3: This is no YAML"),
        ("\ta: 1", "This is no YAML"),
        ("a: \0", "This is no YAML"),
        ("- " * 10_000 + "x", "nested more than 200 deep"),
        ("a: " + "[" * 10_000, "nested more than 200 deep"),
        (b"name: \xff\xfe", "The text is not UTF-8, from place 7 on"),
        ("name: \ud800", "The text is not UTF-8, from place 7 on"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str | bytes, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_definition(text)
    assert says in str(caught.value)


NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5_000, "-" + "9" * 5_000]


@pytest.mark.parametrize("number", [*NUMBERS, ".nan", ".inf", "-.Inf"], ids=lambda number: number[:9])
def test_a_number_that_json_has_not_is_refused_at_its_place_beside_all_else(number: str) -> None:
    step = f'{{"step_id": "a", "step_type": "transform", "value": 1, "timeout": {number}}}'
    text = f'{{"name": "x", "retries": 1, "steps": [{step}]}}'
    with pytest.raises(Mistakes) as caught:
        check_definition(read_definition(text if number in NUMBERS else f"---\n{text}"), agents=None)
    assert [one.path for one in caught.value.mistakes] == ["retries", "steps[0].timeout"]


@given(st.text("{}[]:,\"'\\-?&*!|>%@`#\n \t01.e+_~nulT\x00\x85\u2028\ufeff\ud800é<") | st.binary())
def test_whatever_is_no_definition_is_refused_as_our_error(text: str | bytes) -> None:
    try:
        read_definition(text)
    except Invalid as error:
        assert str(error)


def test_a_text_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="at most 1,048,576 bytes as text; this has 50,000,000"):
        read_definition(" " * 50_000_000)
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (LARGEST_TEXT + 1))
    with pytest.raises(TooLarge, match=r"large\.yaml"):
        load_definition(path)


def test_a_file_is_read_and_named_in_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "leads.yaml"
    path.write_text("\ufeffname: x\n", encoding="utf-8")
    assert load_definition(path) == {"name": "x"}
    path.write_text("name: x\nname: y\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"leads\.yaml:2: The key 'name' stands twice"):
        load_definition(path)
    with pytest.raises(Invalid, match="cannot be read"):
        load_definition(tmp_path / "nowhere.yaml")
