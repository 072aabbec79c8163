"""Where a key stands in a TOML file."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.toml_lines import key_lines, tokens, too_deep

SOURCE = '''\
name = "a # b [c]"   # [[criteria]] in a comment
"quoted key" = 'x'
deep.er = { a = 1, "b.c" = [1, { d = 2 }] }

[sender]
name = """
[sender]
""\\"" x"""""
"role" = \'\'\'
it's
\'\'\'

  [[criteria]]
id = "first"
signals = [
  "a", # one ]
  "b",
  [1.5, 2024-01-01 10:00:00],
]

[[criteria]]
  [criteria.more]
  x = 1
  [[criteria.list]]
  y = 1
  [[criteria.list]]
  y = 2
[[ criteria ]]
id = "third"
[[criteria.list]]
y = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("quoted key",), 2),
        (("deep",), 3),
        (("deep", "er", "b.c", 1, "d"), 3),
        (("sender",), 5),
        (("sender", "name"), 6),
        (("sender", "role"), 9),
        (("criteria",), 13),
        (("criteria", 0), 13),
        (("criteria", 0, "signals"), 15),
        (("criteria", 0, "signals", 1), 17),
        (("criteria", 0, "signals", 2, 1), 18),
        (("criteria", 1), 21),
        (("criteria", 1, "more", "x"), 23),
        (("criteria", 1, "list", 0, "y"), 25),
        (("criteria", 1, "list", 1), 26),
        (("criteria", 1, "list", 1, "y"), 27),
        (("criteria", 2), 28),
        (("criteria", 2, "id"), 29),
        (("criteria", 2, "list", 0, "y"), 31),
    ],
)
def test_each_key_and_item_is_found_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert key_lines(SOURCE)[path] == line


def paths_in(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} if path else set()
    for key, item in inside:
        found |= paths_in(item, (*path, key))
    return found


def test_the_paths_are_exactly_those_that_the_parser_gives() -> None:
    assert key_lines(SOURCE).keys() == paths_in(tomllib.loads(SOURCE))


texts = st.text(st.sampled_from("ab \"'\\[]{}#=.,\n\t1"), max_size=12)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


values = st.recursive(
    st.one_of(
        texts.map(quoted),
        texts.filter(lambda text: not set(text) & set("'\n")).map(lambda text: f"'{text}'"),
        texts.map(lambda text: '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'),
        st.sampled_from(["1", "-1.5e3", "true", "1979-05-27T07:32:00Z", '"""a"""""', "''''it''''"]),
    ),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda items: "[\n" + ", # ]\n".join(items) + "\n]"),
        st.lists(parts, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=5,
)


@given(st.lists(st.tuples(st.booleans(), texts.map(quoted), values), max_size=5))
def test_whatever_stands_in_the_values_every_key_is_on_its_line(rows: list[tuple[bool, str, str]]) -> None:
    source, expected = "", {}
    for number, (header, key, value) in enumerate(rows):
        source += f"[[list]] # {key}\n" if header else ""
        path = ("list", source.count("[[list]] # ") - 1) if "[[list]] # " in source else ()
        expected[(*path, f"k{number}")] = source.count("\n") + 1
        source += f"k{number} = {value}\n"
    lines = key_lines(source)
    assert lines.keys() == paths_in(tomllib.loads(source))
    assert {path: lines[path] for path in expected} == expected


@given(st.text(st.sampled_from("ab \"'\\[]{}#=.,\n\r1é\x00"), max_size=80))
def test_any_text_at_all_is_cut_into_tokens_without_an_error(source: str) -> None:
    kept = "".join(token.text for token in tokens(source))
    assert set(kept) <= set(source)
    assert too_deep(source) is None or source.count("[") + source.count("{") + source.count(".") > 20


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a = 1\nx = " + "[" * 10_000, (2, "x")),
        ("a = " + "{b=" * 10_000, (1, "a")),
        ("\n\n" + "a." * 10_000 + "b = 1", (3, "a")),
        ("[" + "a . " * 10_000 + "b]", (1, "a")),
        ('text = "' + "[" * 10_000 + "a." * 100 + '"', None),
        ("# " + "[" * 10_000, None),
        ("x = '''" + "[\n" * 10_000 + "'''", None),
        ("signals = [" + "[1], " * 10_000 + "]", None),
        ("numbers = [" + "1.5, " * 10_000 + "]", None),
    ],
)
def test_depth_is_measured_outside_texts_and_comments(source: str, place: tuple[int, str] | None) -> None:
    assert too_deep(source) == place
