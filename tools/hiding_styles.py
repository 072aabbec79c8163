"""Styles under which nothing is seen: inline ones, and simple rules of a page's own style sheets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lxml.html import HtmlElement

from tools.colours import hides_by_colour
from tools.wordlists import anywhere, lists_of

MAX_STYLES = 500_000  # characters of style sheets that are looked at
MAX_SHOWN = 200  # selectors of several names
COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)")
BRACE = re.compile(r"[{}]")
NAME = re.compile(r"[.#]-?[A-Za-z_][\w-]*")
NAMES_ONLY = re.compile(r"(?:[.#]-?[A-Za-z_][\w-]*)+")


@dataclass(frozen=True)
class Hiding:
    """Names that a page's own rules hide, and those that show again what has them all."""

    hidden: frozenset[str]  # ".closed", "#popup"
    shown: tuple[frozenset[str], ...] = ()

    def covers(self, identity: str, classes: str) -> bool:
        """Whether an element with this id and these classes is hidden."""
        if not self.hidden:
            return False
        names = {f".{name}" for name in classes.split()} | {f"#{identity}"}
        return not names.isdisjoint(self.hidden) and not any(shown <= names for shown in self.shown)


def hides(style: str) -> bool:
    """Whether an inline style leaves nothing to see."""
    squeezed = _squeezed(style)
    return bool(_unseen().search(squeezed)) or _is_shut(squeezed) or hides_by_colour(style)


def hides_by_fading(style: str) -> bool:
    """Whether it is fully transparent."""
    return "opacity" in style.lower() and bool(_faded().search(_squeezed(style)))


def hiding_of(root: HtmlElement) -> Hiding:
    """What the style sheets in the page hide by a single name. Rules for some media or state hide nothing here."""
    css = "\n".join(style.text or "" for style in root.iter("style"))[:MAX_STYLES]
    hidden: set[str] = set()
    shown: list[frozenset[str]] = []
    for selector, declarations in _rules(css):
        if "display" not in declarations and "visibility" not in declarations:
            continue
        unseen = hides(declarations)
        for names in _names_in(selector):
            if len(names) > 1 and not unseen:
                shown.append(names)
            elif len(names) == 1:
                (hidden.update if unseen else hidden.difference_update)(names)
    return Hiding(frozenset(hidden), tuple(shown[:MAX_SHOWN]) if hidden else ())


def _is_shut(squeezed: str) -> bool:
    """Whether a box without height or width cuts off what it holds."""
    return "overflow" in squeezed and bool(_cut_off().search(squeezed) and _without_room().search(squeezed))


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selector and declarations of each rule that stands in no other."""
    css = COMMENT.sub("", css)
    depth = start = opened = 0
    for brace in BRACE.finditer(css):
        if brace[0] == "{":
            depth += 1
            opened = brace.end() if depth == 1 else opened
            continue
        if depth == 1:
            yield css[start : opened - 1].strip(), css[opened : brace.start()].lower()
        depth = max(depth - 1, 0)
        start = brace.end() if depth == 0 else start


def _names_in(selector: str) -> Iterator[frozenset[str]]:
    for part in selector.split(","):
        if NAMES_ONLY.fullmatch(part.strip()):
            yield frozenset(NAME.findall(part))


def _squeezed(style: str) -> str:
    return "".join(style.lower().split())


@cache
def _unseen() -> re.Pattern[str]:
    return anywhere(lists_of("visible")["unseen_styles"])


@cache
def _faded() -> re.Pattern[str]:
    return anywhere(lists_of("visible")["faded_styles"])


@cache
def _cut_off() -> re.Pattern[str]:
    return anywhere(lists_of("visible")["cut_off_styles"])


@cache
def _without_room() -> re.Pattern[str]:
    return anywhere(lists_of("visible")["roomless_styles"])
