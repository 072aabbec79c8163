"""The words of one language, compiled once a process."""

import re
from dataclasses import dataclass, fields
from functools import cache

from memory.words import About, Language
from tools.offline.lexicon import Pattern, any_of, load

_AT_THE_BEGINNING = frozenset(
    {"opens_with_us", "imperatives", "or_noun", "compounds", "before_command", "weak_begin", "points_out"}
)
_KINDS: tuple[About, ...] = ("size", "news", "proof-point", "place", "audience", "method")


@dataclass(frozen=True)
class Words:
    """Patterns named as the lists in `words_<language>.toml`; `kinds` in the order in which they are tried."""

    language: Language
    kinds: tuple[tuple[About, Pattern], ...]
    recent: Pattern
    months: Pattern
    history: Pattern
    not_its_size: Pattern
    we: Pattern
    opens_with_us: Pattern
    you: Pattern
    imperatives: Pattern
    or_noun: Pattern
    compounds: Pattern
    before_command: Pattern
    finite: Pattern
    boilerplate: Pattern
    first_person: Pattern
    testimonials: Pattern
    instructions: Pattern
    navigation_headings: Pattern
    points_back: Pattern
    leans: Pattern
    points_out: Pattern
    of_several: Pattern
    several: Pattern
    of_a_place: Pattern
    a_place: Pattern
    joins: Pattern
    competitors: Pattern
    ill: Pattern
    misfortune: Pattern
    deeds: Pattern
    client_story: Pattern
    stories: Pattern
    mere_wish: Pattern
    hype: Pattern
    vague: Pattern
    weak_begin: Pattern
    cut_before: Pattern
    changes_meaning: Pattern
    negates: Pattern
    lacks_its_object: Pattern
    dangling: frozenset[str]


@cache
def words_of(language: Language) -> Words:
    """The words of `language`."""
    lists = load(f"words_{language}")
    names = {field.name for field in fields(Words)} - {"language", "kinds", "recent", "cut_before", "dangling"}
    patterns = {name: any_of(lists[name], begin=name in _AT_THE_BEGINNING) for name in names}
    return Words(
        language=language,
        kinds=tuple((kind, any_of(lists[f"kinds.{kind}"])) for kind in _KINDS),
        recent=any_of(lists["kinds.recent"]),
        cut_before=re.compile(
            rf"(?:{'|'.join(lists['cut_before'])}| — | – | -- |; | \()(?!\w)|(?<=\()", re.IGNORECASE
        ),
        dangling=frozenset(lists["dangling"]),
        **patterns,
    )
