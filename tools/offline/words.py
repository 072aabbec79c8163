"""The words of one language, compiled once a process."""

import re
from dataclasses import dataclass, fields
from functools import cache

from memory.words import About, Language
from tools.offline.lexicon import any_of, load

_AT_THE_BEGINNING = frozenset(
    {"opens_with_us", "imperatives", "or_noun", "compounds", "before_command", "weak_begin"}
)
_KINDS: tuple[About, ...] = ("size", "news", "proof-point", "place", "audience", "method")


@dataclass(frozen=True)
class Words:
    """Patterns named as the lists in `words_<language>.toml`; `kinds` in the order in which they are tried."""

    language: Language
    kinds: tuple[tuple[About, re.Pattern[str]], ...]
    recent: re.Pattern[str]
    we: re.Pattern[str]
    opens_with_us: re.Pattern[str]
    you: re.Pattern[str]
    imperatives: re.Pattern[str]
    or_noun: re.Pattern[str]
    compounds: re.Pattern[str]
    before_command: re.Pattern[str]
    finite: re.Pattern[str]
    boilerplate: re.Pattern[str]
    first_person: re.Pattern[str]
    testimonials: re.Pattern[str]
    instructions: re.Pattern[str]
    navigation_headings: re.Pattern[str]
    points_back: re.Pattern[str]
    leans: re.Pattern[str]
    joins: re.Pattern[str]
    competitors: re.Pattern[str]
    ill: re.Pattern[str]
    deeds: re.Pattern[str]
    client_story: re.Pattern[str]
    stories: re.Pattern[str]
    mere_wish: re.Pattern[str]
    hype: re.Pattern[str]
    vague: re.Pattern[str]
    weak_begin: re.Pattern[str]
    cut_before: re.Pattern[str]
    changes_meaning: re.Pattern[str]
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
