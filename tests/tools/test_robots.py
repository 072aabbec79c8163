import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.robots import parse_robots


def allows(path: str, *lines: str) -> bool:
    return parse_robots("\n".join(("User-agent: *", *lines)), "Zigral").allows(path)


@pytest.mark.parametrize(
    ("lines", "path", "allowed"),
    [
        ((), "/", True),
        (("Disallow:",), "/a", True),
        (("Disallow: /",), "/a", False),
        (("Disallow: /a",), "/b", True),
        (("disallow:/a # why",), "/ab", False),
        (("Disallow: /", "Allow: /about"), "/about/us", True),
        (("Allow: /about", "Disallow: /about/us"), "/about/us", False),
        (("Disallow: /a", "Allow: /a"), "/a", True),
        (("Disallow: /*.pdf$",), "/x/y.pdf", False),
        (("Disallow: /*.pdf$",), "/x/y.pdf?z", True),
        (("Disallow: /a$",), "/a", False),
        (("Disallow: /a$",), "/ab", True),
        (("Disallow: /*?id=",), "/page?id=3", False),
        (("Disallow: /a*b*c",), "/a-c-b", True),
        (("Disallow: /ab*ab$",), "/ab", True),
        (("Disallow: /über",), "/%C3%BCber", False),
        (("Disallow: /%7Eada",), "/~ada", False),
        (("Disallow: a",), "/a", True),
    ],
)
def test_the_longest_rule_says_whether_a_path_may_be_read(lines: tuple[str, ...], path: str, allowed: bool) -> None:
    assert allows(path, *lines) is allowed


@pytest.mark.parametrize("name", ["Zigral", "zigral", "ZIGRAL/1.0", "Zigral bot"])
def test_our_own_group_counts_in_place_of_that_for_all(name: str) -> None:
    robots = parse_robots(f"User-agent: *\nDisallow: /\n\nUser-agent: {name}\nDisallow: /a\n", "Zigral")
    assert (robots.allows("/"), robots.allows("/a")) == (True, False)


def test_a_group_may_name_several_agents_and_come_in_parts() -> None:
    text = "User-agent: Other\nUser-agent: Zigral\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: zigral\n"
    robots = parse_robots(f"{text}Disallow: /b\nCrawl-delay: 4", "Zigral")
    assert [robots.allows(path) for path in ("/", "/a", "/b")] == [True, False, False]
    assert robots.delay == 4


@pytest.mark.parametrize("name", ["Zigralium", "Zig", "", "Googlebot"])
def test_a_group_for_another_is_not_ours(name: str) -> None:
    assert parse_robots(f"User-agent: {name}\nDisallow: /", "Zigral").allows("/")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_may_end_in_any_way_and_begin_with_a_mark(end: str) -> None:
    assert not parse_robots(f"\ufeffUser-agent: *{end}Disallow: /{end}", "Zigral").allows("/")


def test_rules_before_any_agent_are_for_nobody() -> None:
    assert parse_robots("Disallow: /", "Zigral").allows("/")


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_is_read(text: str, path: str) -> None:
    assert parse_robots(f"User-agent: *\n{text}", "Zigral").allows(f"/{path}") in (True, False)


@given(st.text(st.sampled_from("ab*$/"), max_size=12), st.text(st.sampled_from("ab/"), max_size=12))
def test_stars_stand_for_anything_as_a_pattern_of_python_has_it(pattern: str, path: str) -> None:
    ends = pattern.endswith("$")
    expression = ".*".join(re.escape(piece) for piece in pattern.removesuffix("$").split("*"))
    expected = re.match(f"/{expression}" + ("\\Z" if ends else ""), f"/{path}") is None
    assert allows(f"/{path}", f"Disallow: /{pattern}") is expected


def test_many_stars_take_no_time() -> None:
    assert allows("/" + "a" * 2_000, f"Disallow: /{'a*' * 1_000}b")
