"""The word lists of the proof check, read once from `words/*.toml`."""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from memory.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "de", "fr")
Phrase = tuple[str, ...]


@cache
def table(name: str) -> dict[str, object]:
    """The file `words/<name>.toml`."""
    return tomllib.loads((Path(__file__).parent / "words" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def text_of(name: str, path: str) -> str:
    """The text at the dotted `path` of a file; "" where the language has no such list."""
    value: object = table(name)
    for key in path.split("."):
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value if isinstance(value, str) else ""


def items(text: str) -> list[str]:
    """The entries of a list, in lower case."""
    return [item for part in text.replace("\n", ",").split(",") if (item := " ".join(part.split()).casefold())]


@cache
def words(path: str, language: Language | None = None) -> frozenset[str]:
    """A list's entries in one language, or in all of them."""
    names = LANGUAGES if language is None else (language,)
    return frozenset(item for name in names for item in items(text_of(name, path)))


@cache
def numbers(path: str, language: Language | None = None) -> dict[str, float]:
    """A list of `word=value` entries."""
    return dict(pair(item) for item in sorted(words(path, language)))


def pair(item: str) -> tuple[str, float]:
    """`fourteen=14` as its two halves."""
    word, _, value = item.partition("=")
    return word, float(value)


@cache
def common(path: str) -> frozenset[str]:
    """A list that belongs to no language."""
    return frozenset(items(text_of("common", path)))


@cache
def groups(path: str) -> dict[str, int]:
    """Each word of the grouped list in `common.toml` with the number of its group; groups end at `;`."""
    parts = text_of("common", path).split(";")
    return {word: number for number, part in enumerate(parts) for word in items(part)}


@cache
def phrases(path: str, language: Language | None = None) -> dict[str, tuple[Phrase, ...]]:
    """A list's entries as word sequences, by their first word, longest first."""
    return by_first_word(words(path, language))


def by_first_word(entries: Iterable[str]) -> dict[str, tuple[Phrase, ...]]:
    """Word sequences by their first word, longest first; apostrophes part words as in `tokens`."""
    found: dict[str, list[Phrase]] = {}
    for entry in entries:
        phrase = tuple(parted(entry))
        found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(sorted(options, key=len, reverse=True)) for first, options in found.items()}


def parted(entry: str) -> list[str]:
    """The words of an entry, contractions and elisions parted as the tokenizer parts them."""
    return [half for word in entry.split() for half in part_word(word)]


def part_word(word: str) -> tuple[str, ...]:
    """`you're` is `you` and `'re`; `j'imagine` is `j` and `imagine`; other words are left whole."""
    head, mark, tail = word.partition("'")
    if not mark:
        return (word,)
    if head.casefold() in common("elisions") and tail:
        return (head, *part_word(tail))
    if tail.casefold() in ENDINGS and head:
        return (head, mark + tail)
    return (word,)


ENDINGS = frozenset({"s", "re", "ve", "ll", "d", "m"})


def match_at(lows: Sequence[str], place: int, listed: dict[str, tuple[Phrase, ...]]) -> int:
    """How many words a listed phrase covers at `place`; 0 where none begins there."""
    if place >= len(lows) or (options := listed.get(lows[place])) is None:
        return 0
    for phrase in options:
        if len(phrase) == 1 or tuple(lows[place : place + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def contains(lows: Sequence[str], listed: dict[str, tuple[Phrase, ...]]) -> bool:
    """Whether a listed phrase stands anywhere in `lows`."""
    return any(match_at(lows, place, listed) for place in range(len(lows)))


@cache
def senses(section: str, language: Language | None = None) -> dict[str, tuple[tuple[Phrase, str], ...]]:
    """The phrases of a section's lists with the list's name, by first word, longest first."""
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for name in LANGUAGES if language is None else (language,):
        section_table = table(name).get(section, {})
        for sense in section_table if isinstance(section_table, dict) else ():
            for entry in items(text_of(name, f"{section}.{sense}")):
                phrase = tuple(parted(entry))
                found.setdefault(phrase[0], []).append((phrase, sense))
    return {first: tuple(sorted(set(all_), key=lambda p: -len(p[0]))) for first, all_ in found.items()}


def sense_at(
    lows: Sequence[str], place: int, listed: dict[str, tuple[tuple[Phrase, str], ...]]
) -> tuple[int, str] | None:
    """The length and sense of the longest listed phrase at `place`."""
    if place >= len(lows) or (options := listed.get(lows[place])) is None:
        return None
    for phrase, sense in options:
        if len(phrase) == 1 or tuple(lows[place : place + len(phrase)]) == phrase:
            return len(phrase), sense
    return None
