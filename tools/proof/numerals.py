"""Numbers in digits and in words, in three languages, as values."""

import re
from collections.abc import Sequence

from memory.words import Language
from tools.proof.lexicon import numbers, words
from tools.proof.tokens import Token

GROUPED = re.compile(r"\d{1,3}(?:(?: {1,2}|[\u202f'’])\d{3})+")
LONGEST_WORD = 60  # letters of a German number word


def values(text: str, language: Language) -> tuple[float, ...]:
    """What digits may mean: `1.200` is 1200 in German, and 1.2 or 1200 in English."""
    text = text.rstrip(".,'’")
    if match := GROUPED.match(text):
        whole, rest = match.group(), text[match.end() :]
        return (float(re.sub(r"\D", "", whole) + rest.replace(",", ".")),)
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
        return one_reading(text, decimal)
    if not dots and not commas:
        return (float(re.sub(r"\D", "", text)[:30]),)
    return separated(text, "." if dots else ",", language)


def separated(text: str, mark: str, language: Language) -> tuple[float, ...]:
    """The readings of digits with one kind of mark."""
    groups = text.split(mark)
    thousands = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]) and groups[0] != "0"
    if len(groups) > 2:
        return (float("".join(groups)[:30]),) if thousands else ()
    if not thousands:
        return one_reading(text, mark)
    if mark == "," and language == "en":
        return (float("".join(groups)),)
    return (float("".join(groups)), float(".".join(groups)))


def one_reading(text: str, decimal: str) -> tuple[float, ...]:
    """`text` with `decimal` as its decimal mark; nothing where that is no number."""
    other = "," if decimal == "." else "."
    try:
        return (float(text.replace(other, "").replace(decimal, ".")[:40]),)
    except ValueError:
        return ()


def in_words(tokens: Sequence[Token], place: int, language: Language) -> tuple[int, float] | None:
    """How many tokens from `place` on spell a number, and its value; a lone "one" is none."""
    total = current = 0.0
    used = end = 0
    for at in range(place, min(len(tokens), place + 12)):
        parts = number_parts(tokens[at].low, language)
        if parts is None:
            if used and tokens[at].low in words("numbers.joiners", language):
                continue
            break
        for part in parts:
            total, current = with_part(total, current, part, language)
        used, end = used + len(parts), at + 1
    if not used or (end - place == 1 and tokens[place].low in words("numbers.one", language)):
        return None
    value = total + current
    return None if used == 1 and value == 1 else (end - place, value)


def with_part(total: float, current: float, part: float, language: Language) -> tuple[float, float]:
    """The running sum with one more number word; negative parts multiply what stands before them."""
    if part >= 0:
        return total, (80.0 if language == "fr" and part == 20 and current == 4 else current + part)
    if part == -100:
        return total, max(1.0, current) * 100
    return total + max(1.0, current) * -part, 0.0


def number_parts(low: str, language: Language) -> list[float] | None:
    """The values of a number word's parts, multipliers negative; None where it is no number word."""
    if (simple := part_value(low, language)) is not None:
        return [simple]
    if "-" in low:
        pieces = [p for p in low.split("-") if p not in words("numbers.joiners", language)]
        found = [part_value(piece, language) for piece in pieces]
        return None if not found or None in found else [value for value in found if value is not None]
    if language == "de" and 5 < len(low) <= LONGEST_WORD:
        return german_parts(low)
    return None


def part_value(low: str, language: Language) -> float | None:
    """The value of one number word; a multiplier (hundred, thousand, dozen) is negative."""
    for path in ("numbers.units", "numbers.tens"):
        if low in (table := numbers(path, language)):
            return table[low]
    if low in words("numbers.hundred", language):
        return -100.0
    for path in ("numbers.scales", "numbers.groups"):
        if low in (table := numbers(path, language)):
            return -table[low]
    return 1.0 if low in words("numbers.one", language) else None


def german_parts(low: str) -> list[float] | None:
    """The parts of a compound such as `zweihundertfünfzig`; None where something else is in it."""
    parts: list[float] = []
    while low:
        piece = next((p for p in german_pieces() if low.startswith(p[0])), None)
        if piece is None:
            return None
        low = low[len(piece[0]) :].removeprefix("und") if len(low) > len(piece[0]) else ""
        parts.append(piece[1])
    return parts


def german_pieces() -> list[tuple[str, float]]:
    """Number words that German joins, longest first."""
    found = {**numbers("numbers.units", "de"), **numbers("numbers.tens", "de"), "hundert": -100.0}
    found |= {"tausend": -1000.0, "ein": 1.0}
    return sorted(found.items(), key=lambda item: -len(item[0]))
