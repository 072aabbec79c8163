"""One part of a command, and the marks that its words leave: what it begins with, and what stands in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from tools.offline.lexicon import Pattern, any_of, load
from tools.offline.places import countries_in

EARLY = 30  # characters from a part's beginning in which the object of its verb stands
MOST_POLITE = 8  # forms in a row

QUOTED = re.compile(r"\"[^\"]+\"|“[^“”]+”|„[^„“”]+[“”]|«[^«»]+»")
_POSSESSIVE = re.compile(r"'s?$")
_WORD = re.compile(r"[^\W\d_][\w&'-]*(?:\.(?=\w)[\w&'-]+)*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DOMAIN = re.compile(
    r"(?<![\w@.])(?:https?://)?(?:[a-z0-9-]+\.)+(?!(?:csv|xlsx?|json|txt|pdf|docx?|js|py)(?!\w))[a-z]{2,}(?:/\S*)?(?!\w)",
    re.IGNORECASE,
)
_PLURAL_AT_PLACE = re.compile(
    r"\b[a-zäöüéè-]{3,}(?:s|en|ern|er) (?:in|near|around|from|across|based in|à|aus|bei|en) (?:the )?[A-ZÄÖÜÉ]"
)


def plain(text: str) -> str:
    """`text` with one kind of apostrophe and of space."""
    return " ".join(text.replace("’", "'").replace("‘", "'").split())


@dataclass(frozen=True)
class Part:
    """A part of a command, as it was written, without what is only polite. `joint` stood before it."""

    text: str
    joint: str = " "

    @cached_property
    def said(self) -> str:
        """The text without its quotations: those are data."""
        return QUOTED.sub("“…”", self.text)

    @cached_property
    def named(self) -> tuple[tuple[str, str], ...]:
        """Each name with the words before it."""
        return tuple((name, self.said[:start].rstrip()) for name, start in _names(self.said))

    @property
    def names(self) -> tuple[str, ...]:
        """Runs of capital words that name neither a job, a place nor anything usual."""
        return tuple(name for name, _ in self.named)

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        return tuple(_ADDRESS.findall(self.said))

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """Domains and addresses of pages; the domain of a mail address is none."""
        return tuple(found.group().rstrip(".,;:!?") for found in _DOMAIN.finditer(_ADDRESS.sub(" ", self.said)))

    @property
    def begins_anew(self) -> bool:
        """Whether it begins as a command does, and not with a noun."""
        return any(self.begins(mark) for mark in _BEGINNINGS)

    @property
    def leans(self) -> bool:
        """Whether it speaks of what came before, and of nothing new."""
        return self.begins("soft") and self.has("leans") and not self.has("own_noun")

    def begins(self, mark: str) -> bool:
        """Whether it begins with one of a mark's words."""
        return bool(_begin(mark).match(self.said))

    def has(self, mark: str) -> bool:
        """Whether a mark stands in it; `early_…`: where its verb's object stands; `…_begun`: it begins with it."""
        if mark in _FOUND:
            return _FOUND[mark](self)
        if mark.endswith("_begun"):
            return self.begins(mark.removesuffix("_begun"))
        if mark.startswith("object_"):
            return self._has_object(mark.removeprefix("object_"))
        if mark.startswith("early_"):
            return bool(_anywhere(mark.removeprefix("early_")).search(self.said[:EARLY]))
        return bool(_anywhere(mark).search(self.said))

    def _has_object(self, mark: str) -> bool:
        """Whether a mark stands where the verb's object does, with nothing of ours before it."""
        found = _anywhere(mark).search(self.said[:EARLY])
        first = self.said.find(" ")
        return bool(found and not _anywhere("own_noun").search(self.said, first, found.start()))


def part_of(text: str, joint: str = " ") -> Part:
    """The part, without what is only polite at its beginning."""
    text = plain(text).strip(" ,;:-")
    for _ in range(MOST_POLITE):
        shorter = _POLITE.sub("", text, count=1).lstrip(" ,;:-")
        if shorter == text or not shorter:
            break
        text = shorter
    return Part(text, joint)


def _names(said: str) -> Iterator[tuple[str, int]]:
    """Each run and where it begins. A sentence's first word is none: it always has a capital."""
    run: list[str] = []
    begun = end = 0
    for found in _WORD.finditer(said):
        word = _POSSESSIVE.sub("", found.group())
        is_name = found.start() > 0 and word[0].isupper() and word.lower() not in _not_names()
        if is_name and not countries_in(word):
            begun = begun if run else found.start()
            if run and found.start() > end + 1:
                yield " ".join(run), begun
                run, begun = [], found.start()
            run.append(word)
            end = found.end()
        elif run:
            yield " ".join(run), begun
            run = []
    if run:
        yield " ".join(run), begun


_WORDS: Mapping[str, tuple[str, ...]] = load("plan_words")
_ENTITIES: Mapping[str, tuple[str, ...]] = load("plan_entities")
_BEGINNINGS = tuple(key.removeprefix("begins.") for key in _WORDS if key.startswith("begins."))
_POLITE = re.compile(rf"^(?:{'|'.join(_WORDS['polite'])})(?!\w)[,:]?", re.IGNORECASE)


@cache
def _not_names() -> frozenset[str]:
    return frozenset(_ENTITIES["not_names"])


@cache
def _begin(mark: str) -> Pattern:
    return any_of(_entries(mark, "begins", "has", "veto"), begin=True)


@cache
def _anywhere(mark: str) -> Pattern:
    return any_of(_entries(mark, "has", "veto", "begins"))


def _entries(mark: str, *tables: str) -> tuple[str, ...]:
    if mark == "title":
        return _ENTITIES["titles"]
    named = [f"{table}.{mark}" for table in tables]
    return _WORDS[next((name for name in named if name in _WORDS), mark)]


_FOUND = {
    "name": lambda part: bool(part.names),
    "address": lambda part: bool(part.addresses),
    "domain": lambda part: bool(part.domains),
    "plural_place": lambda part: bool(_PLURAL_AT_PLACE.search(part.said)),
}
