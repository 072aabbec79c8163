"""Dates, months and years of a text, and whether a source has them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.proof.lexicon import common, numbers, words
from tools.proof.tokens import Token
from tools.proof.units import unit

DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
ORDINAL = frozenset(("st", "nd", "rd", "th", "er", "."))
BETWEEN = frozenset((",", ".", "of", "de", "du", "the"))
UNSURE = frozenset(
    ("may", "march", "mars", "mar", "mai", "august", "jan", "dec", "sept", "sep", "jun", "jul", "avril")
)
FIRST_YEAR, LAST_YEAR = 1800, 2099


@dataclass(frozen=True, slots=True)
class Date:
    """A date at `tokens[first:last]`: the parts that it names, and whether it lies before, after or at them."""

    first: int
    last: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    relation: str = ""

    def within(self, other: "Date") -> bool:
        """Whether the other date has each part of this one, on the same side."""
        mine, theirs = self.parts(), other.parts()
        return self.relation == other.relation and all(
            m is None or m == t for m, t in zip(mine, theirs, strict=True)
        )

    def parts(self) -> tuple[int | None, ...]:
        return (self.year, self.month, self.day, self.weekday)


def find_dates(tokens: Sequence[Token]) -> list[Date]:
    """All dates among `tokens`, in order."""
    found: list[Date] = []
    place = 0
    while place < len(tokens):
        date = date_at(tokens, place)
        if date is None:
            place += 1
            continue
        found.append(with_surroundings(tokens, date))
        place = date.last
    return found


def date_at(tokens: Sequence[Token], place: int) -> Date | None:
    """The date whose first number or month stands at `place`."""
    token = tokens[place]
    if token.kind == "number":
        return written_in_digits(tokens, place) or day_first(tokens, place) or lone_year(tokens, place)
    if token.low in numbers("dates.months"):
        return month_first(tokens, place)
    return None


def written_in_digits(tokens: Sequence[Token], place: int) -> Date | None:
    """2024-03-12, 12.03.2024 and 12/03/2024 (the day first, unless it cannot be)."""
    if match := DOTTED.fullmatch(tokens[place].text):
        day, month, year = (int(group) for group in match.groups())
        return Date(place, place + 1, century(year), month, day) if month <= 12 and day <= 31 else None
    if month_and_year(tokens[place : place + 3]):
        return Date(place, place + 3, year_of(tokens[place + 2]), int(tokens[place].text))
    parts = tokens[place : place + 5]
    if len(parts) < 5 or parts[1].text not in "-/" or parts[3].text != parts[1].text:
        return None
    if any(part.kind != "number" or not part.text.isdigit() for part in parts[::2]):
        return None
    first, second, third = (int(part.text[:4]) for part in parts[::2])
    year, month, day = (first, second, third) if first > 31 else (third, second, first)
    if month > 12:
        month, day = day, month
    return Date(place, place + 5, century(year), month, day) if 0 < month <= 12 and 0 < day <= 31 else None


def month_and_year(parts: Sequence[Token]) -> bool:
    """Whether the tokens are 03/2023."""
    if len(parts) < 3 or parts[1].text not in "/." or not year_of(parts[2]):
        return False
    month = day_of(parts[0])
    return month is not None and month <= 12 and parts[1].start == parts[0].end and parts[2].start == parts[1].end


def century(year: int) -> int:
    return year + 2000 if year < 100 else year


def day_first(tokens: Sequence[Token], place: int) -> Date | None:
    """12 March 2024, 12. März, the 12th of March, 1er mars."""
    day = day_of(tokens[place])
    after = place + 1
    while day and after < len(tokens) and after - place < 4 and tokens[after].low in ORDINAL | BETWEEN:
        after += 1
    if not day or after >= len(tokens) or tokens[after].low not in numbers("dates.months"):
        return None
    return with_year(tokens, Date(place, after + 1, month=month_of(tokens[after]), day=day))


def month_first(tokens: Sequence[Token], place: int) -> Date | None:
    """March 2023, March 12th, 2024, and a month alone where its surroundings tell that it is one."""
    date = Date(place, place + 1, month=month_of(tokens[place]))
    after = place + 1
    if after < len(tokens) and (day := day_of(tokens[after])):
        last = after + 1
        if last < len(tokens) and tokens[last].low in ORDINAL and tokens[last].start == tokens[after].end:
            last += 1
        return with_year(tokens, Date(place, last, month=date.month, day=day))
    dated = with_year(tokens, date)
    if dated.year is not None:
        return dated
    before = tokens[place - 1].low if place else ""
    sure = tokens[place].low not in UNSURE or tokens[place].text[0].isupper()
    return date if sure and place and before in words("dates.before_month") else None


def with_year(tokens: Sequence[Token], date: Date) -> Date:
    """The date with the year that follows it."""
    after = date.last
    if after < len(tokens) and tokens[after].low in {",", "."}:
        after += 1
    if after < len(tokens) and (year := year_of(tokens[after])):
        return Date(date.first, after + 1, year, date.month, date.day)
    return date


def lone_year(tokens: Sequence[Token], place: int) -> Date | None:
    """A year alone, told from a count by what stands before and after it."""
    year = year_of(tokens[place])
    if year is None:
        return None
    before = tokens[place - 1] if place else None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and (after.low in {"%", "€", "$", "£"} or unit(after.low).startswith("=")):
        return None  # a share, an amount, or a count of what is often counted: "in 1800 Länder"
    if after is not None and after.low == "s" and after.start == tokens[place].end:
        return Date(place, place + 2, year=year * 10)  # the 1980s are no year
    introduced = before is None or before.kind in ("sign", "break") or before.low in words("dates.before_year")
    counts = after is not None and after.kind == "word" and after.low not in words("stop")
    return Date(place, place + 1, year=year) if introduced and not (counts and not sure_year(before)) else None


def sure_year(before: Token | None) -> bool:
    """Whether the word before can only introduce a year."""
    return before is not None and before.low in SURE


SURE = common("sets.sure")


def year_of(token: Token) -> int | None:
    is_year = token.kind == "number" and len(token.text.rstrip(".,")) == 4 and token.text.rstrip(".,").isdigit()
    year = int(token.text.rstrip(".,")) if is_year else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def day_of(token: Token) -> int | None:
    is_day = token.kind == "number" and len(token.text) <= 2 and token.text.isdigit()
    return int(token.text) if is_day and 0 < int(token.text) <= 31 else None


def month_of(token: Token) -> int:
    return int(numbers("dates.months")[token.low])


def with_surroundings(tokens: Sequence[Token], date: Date) -> Date:
    """The date with its weekday and its relation ("until", "before", "after")."""
    before = [token.low for token in tokens[max(0, date.first - 4) : date.first]]
    weekday = next(
        (int(numbers("dates.weekdays")[low]) for low in before[-3:] if low in numbers("dates.weekdays")), None
    )
    relation = next(
        (name for low in reversed(before[-2:]) for name in RELATIONS if low in words(f"dates.{name}")), ""
    )
    return Date(date.first, date.last, date.year, date.month, date.day, weekday, relation)


RELATIONS = ("until", "before", "after")
