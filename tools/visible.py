"""What a reader of a page sees: the tree without hidden text, consent dialogs, menus and forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from lxml.html import HtmlElement

from tools.hiding_styles import Hiding, hides, hides_by_fading
from tools.wordlists import anywhere, lists_of, whole_words

CONSENT_LENGTH = 6_000  # a longer element is no dialog
CONSENT_SAID = 3  # times, at least
CONSENT_EACH = 300  # characters to each time
LAYOUT_PARTS = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")


def keep_visible(body: HtmlElement, hiding: Hiding) -> None:
    """Take from the tree what is not seen, and what surrounds the text on every page of a site."""
    for element in list(_Sight(hiding).unwanted_in(body)):
        _drop(element)
    _drop_nameless_consent(body)
    _drop_faded(body)
    _drop_forms(body)
    _open_tables(body)


@dataclass
class _Sight:
    """Looks at each element of one page, remembering what it made of a name."""

    hiding: Hiding
    known: dict[str, str] = field(default_factory=dict)

    def unwanted_in(self, body: HtmlElement) -> Iterator[HtmlElement]:
        """The elements to take, in one walk, without those inside another."""
        stack = [iter(list(body))]
        while stack:
            element = next(stack[-1], None)
            if element is None:
                stack.pop()
            elif not isinstance(element.tag, str) or self._unwanted(element):
                yield element
            elif len(element):
                stack.append(iter(list(element)))

    def _unwanted(self, element: HtmlElement) -> bool:
        if element.tag in _set_of("never_text") or element.tag in _set_of("surrounding"):
            return True
        attributes = element.attrib
        if attributes and (_is_hidden(element) or self._is_unwanted_by_name(element)):
            return True
        if element.tag in {"header", "aside"}:
            return not (_holds_the_page(element) or _is_part_of_the_text(element))
        return False

    def _is_unwanted_by_name(self, element: HtmlElement) -> bool:
        identity, classes = element.get("id", ""), element.get("class", "")
        if not identity and not classes:
            return False
        if self.hiding.covers(identity, classes):
            return True
        kind = self._kind_of(f"{identity} {classes}")
        if kind == "consent":
            return _speaks_of_consent(element)
        return kind == "tool" or (kind == "surrounding" and not _holds_the_page(element))

    def _kind_of(self, names: str) -> str:
        if names not in self.known:
            self.known[names] = _kind_of(names.lower().replace("_", "-"))
        return self.known[names]


def _kind_of(names: str) -> str:
    kinds = {_kind_of_one(name) for name in names.split()[:40]}
    return next((kind for kind in ("tool", "consent", "surrounding") if kind in kinds), "")


@lru_cache(maxsize=20_000)
def _kind_of_one(name: str) -> str:
    """The pages of a site, and of all sites built with the same tools, share most of their names."""
    if _pattern("consent_tools").search(name):
        return "tool"
    if _pattern("consent_names").search(name):
        return "consent"
    return "surrounding" if len(name) < 80 and _pattern("surrounding_names").fullmatch(name) else ""


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden", "until-found").strip().lower() != "until-found":
        return True
    if element.get("aria-hidden", "").strip().lower() == "true":
        return True
    role = element.get("role")
    if role and role.strip().lower() in _set_of("surrounding_roles"):
        return not _holds_the_page(element)
    style = element.get("style")
    return bool(style) and hides(style)


def _is_part_of_the_text(element: HtmlElement) -> bool:
    """A section's own heading or subheading: it stands in the page's main part and links nowhere."""
    inside = next(element.iterancestors("main", "article", "section"), None) is not None
    return inside and next(element.iter("a"), None) is None


def _holds_the_page(element: HtmlElement) -> bool:
    return any(True for _ in element.iter("h1", "main", "article"))


def _speaks_of_consent(element: HtmlElement) -> bool:
    text = element.text_content()
    return len(text) < CONSENT_LENGTH and (not text.strip() or bool(_consent_words().search(text)))


def _drop_nameless_consent(body: HtmlElement) -> None:
    """Dialogs that go by a name of their own hang at the body and speak of little else."""
    for element in list(body):
        text = element.text_content() if len(element) else ""
        said = len(_pattern("consent_subject").findall(text[:CONSENT_LENGTH]))
        if (
            said >= CONSENT_SAID
            and len(text) < min(CONSENT_LENGTH, said * CONSENT_EACH)
            and not _holds_the_page(element)
        ):
            _drop(element)


def _drop_faded(body: HtmlElement) -> None:
    """What is fully transparent, unless it is half of the page: then it fades in as the reader scrolls."""
    faded = [element for element in body.iter() if (style := element.get("style")) and hides_by_fading(style)]
    if 2 * sum(len(element.text_content()) for element in faded) < len(body.text_content()):
        for element in faded:
            _drop(element)


def _drop_forms(body: HtmlElement) -> None:
    """All but a form that wraps the page, as some frameworks have it."""
    total = len(body.text_content())
    for form in list(body.iter("form")):
        if 2 * len(form.text_content()) > total or _holds_the_page(form):
            form.tag = "div"
        else:
            _drop(form)


def _open_tables(body: HtmlElement) -> None:
    """Tables of data go: their cells are no sentences. A table that lays the page out becomes plain blocks."""
    total = len(body.text_content())
    for table in list(body.iter("table")):
        if 2 * len(table.text_content()) > total or table.get("role") in {"presentation", "none"}:
            for part in [table, *_own_parts(table)]:
                part.tag = "div"
        else:
            _drop(table)


def _own_parts(table: HtmlElement) -> list[HtmlElement]:
    return [
        part for part in table.iterdescendants(*LAYOUT_PARTS) if next(part.iterancestors("table"), None) is table
    ]


def _drop(element: HtmlElement) -> None:
    """Without the text that follows it, which is the parent's."""
    if element.getparent() is not None:
        element.drop_tree()


@cache
def _set_of(key: str) -> frozenset[str]:
    return frozenset(lists_of("visible")[key])


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return anywhere(lists_of("visible")[key])


@cache
def _consent_words() -> re.Pattern[str]:
    return whole_words(lists_of("visible")["consent_words"])
