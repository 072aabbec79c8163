"""The numbers of a text: value, kind, what they count and how they are bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from memory.words import Language
from tools.proof import numerals
from tools.proof.lexicon import common, groups, items, match_at, phrases, sense_at, senses, text_of, words
from tools.proof.lexicon import numbers as listed
from tools.proof.tokens import Token
from tools.proof.units import counted, unit

NumberKind = Literal["plain", "percent", "points", "amount", "ordinal"]
ARTICLES = common("sets.numbers_articles")
DECADE_WORDS = 2


@dataclass(frozen=True, slots=True)
class Number:
    """A number at `tokens[first:last]`. `values` are its possible readings; `units` has its head first."""

    first: int
    last: int
    values: tuple[float, ...]
    kind: NumberKind = "plain"
    currency: int = -1
    units: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    bound: str = ""


def find_numbers(tokens: Sequence[Token], language: Language, taken: frozenset[int] = frozenset()) -> list[Number]:
    """All numbers among `tokens` but those at places that are `taken` (by dates)."""
    found: list[Number] = []
    place = 0
    while place < len(tokens):
        number = None if place in taken else number_at(tokens, place, language)
        if number is None:
            place += 1
            continue
        found.append(number)
        place = number.last
    return found


def number_at(tokens: Sequence[Token], place: int, language: Language) -> Number | None:
    """The number that begins at `place`, in digits or in words."""
    if tokens[place].kind == "number":
        return in_digits(tokens, place, language)
    if tokens[place].kind != "word":
        return None
    if is_ordinal(tokens, place, language):
        value = listed("numbers.ordinals", language)[tokens[place].low]
        return Number(place, place + 1, (value,), "ordinal", units=counted(tokens, place + 1, language))
    if (spelled := numerals.in_words(tokens, place, language)) is None:
        return None
    if tokens[place].low == "neuf" and not counted(tokens, place + spelled[0], language):
        return None  # "new"
    return completed(tokens, place, place + spelled[0], (spelled[1],), language)


def is_ordinal(tokens: Sequence[Token], place: int, language: Language) -> bool:
    """Whether an ordinal word numbers something: not "a second sentence", not a third party."""
    token = tokens[place]
    if token.low not in listed("numbers.ordinals", language):
        return False
    before = tokens[place - 1].low if place else ""
    after = tokens[place + 1].low if place + 1 < len(tokens) else ""
    return before not in ARTICLES and not after.startswith(("part", "opinion", "of")) and not (
        language == "de" and token.text[0].isupper() and place > 0
    )  # fmt: skip


def in_digits(tokens: Sequence[Token], place: int, language: Language) -> Number | None:
    """A number in digits with the suffix that is glued to it: `1.2k`, `3rd`, `40cm`."""
    token = tokens[place]
    values = numerals.values(token.text, language)
    last = place + 1
    if last < len(tokens) and tokens[last].kind == "word" and tokens[last].start == token.end:
        suffix = tokens[last].low
        if suffix in common("ordinal_suffixes"):
            return Number(place, last + 1, values, "ordinal", units=counted(tokens, last + 1, language))
        if suffix in (scales := suffix_scales()):
            values, last = tuple(v * scales[suffix] for v in values), last + 1
    return completed(tokens, place, last, values, language)


@cache
def suffix_scales() -> dict[str, float]:
    """`k`, `m` and the like, with what they multiply by."""
    return {
        name: float(value) for name, _, value in (i.partition("=") for i in items(text_of("common", "suffixes")))
    }


def completed(
    tokens: Sequence[Token], first: int, last: int, values: tuple[float, ...], language: Language
) -> Number:
    """The number with its scale word, kind, unit and bound."""
    while last < len(tokens) and (scale := scale_at(tokens, last, language)):
        values, last = tuple(v * scale for v in values), last + 1
        if last < len(tokens) and tokens[last].text == "." and tokens[last - 1].low in {"mio", "mrd", "tsd", "mn"}:
            last += 1
    kind, currency, after = kind_of(tokens, first, last)
    plus = 1 if after < len(tokens) and tokens[after].text in ("+", "-") else 0
    return Number(
        first, after, tuple(round(v, 6) for v in values), kind, currency,
        units=() if kind in ("percent", "amount") else counted(tokens, after + plus, language),
        before=tuple(unit(t.low) for t in tokens[max(0, first - 3) : first] if t.kind == "word"),
        bound=bound_of(tokens, first, after, language),
    )  # fmt: skip


def scale_at(tokens: Sequence[Token], place: int, language: Language) -> float:
    """What a scale word at `place` multiplies by; 0 where none stands there."""
    low = tokens[place].low
    return listed("numbers.scales", language).get(low, 0.0) or listed("numbers.groups", language).get(low, 0.0)


def kind_of(tokens: Sequence[Token], first: int, last: int) -> tuple[NumberKind, int, int]:
    """Percent, points, an amount or plain; the currency's group; and where the number's words end."""
    lows = [token.low for token in tokens[last : last + 3]]
    if used := match_at(lows, 0, phrases_of("points")):
        return "points", -1, last + used
    if used := match_at(lows, 0, phrases_of("percent")):
        return "percent", -1, last + used
    currencies = groups("currencies")
    for low in lows[:1]:
        if low in currencies:
            return "amount", currencies[low], last + 1
    if first and tokens[first - 1].low in currencies and not tokens[first - 1].low.startswith("cent"):
        return "amount", currencies[tokens[first - 1].low], last
    return "plain", -1, last


@cache
def phrases_of(path: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """A list of `common.toml` as phrases by their first word."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for entry in common(path):
        found.setdefault(entry.split()[0], []).append(tuple(entry.split()))
    return {first: tuple(sorted(options, key=len, reverse=True)) for first, options in found.items()}


def bound_of(tokens: Sequence[Token], first: int, last: int, language: Language) -> str:
    """How the number at `tokens[first:last]` is bounded: up_to, over, about, under or ""."""
    lows = [token.low for token in tokens[max(0, first - 5) : first] if token.text != "."]
    if lows and lows[-1] in groups("currencies"):
        lows.pop()
    for begin in range(len(lows)):
        found = sense_at(lows, begin, senses("bound", language))
        if found and begin + found[0] == len(lows):
            return "about" if found[1] == "several" else found[1]
    after = [token.low for token in tokens[last : last + 2]]
    if after[:1] == ["+"] or (len(after) == 2 and after[1] in MORE and after[0] in OR):
        return "over"
    return "about" if after[:1] == ["-"] and after[1:] == ["ish"] else ""


OR = frozenset(("or", "and", "oder", "und", "ou", "et"))
MORE = frozenset(("more", "mehr", "plus"))
__all__ = ["Number", "bound_of", "find_numbers", "phrases", "words"]
