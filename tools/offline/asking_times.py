"""Spans of time that a question names, in UTC."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365, "tage": 1, "woche": 7, "jour": 1, "semaine": 7}
_LAST_FEW = re.compile(
    rf"(?:in |over |within |during )?(?:the )?(?:last|past|letzten|derniers?) (\d{{1,4}}|{'|'.join(_WORDS)}) "
    rf"({'|'.join(_UNITS)})n?s?\b"
)


def _month_of(day: date) -> tuple[date, int]:
    return day.replace(day=1), calendar.monthrange(day.year, day.month)[1]


_NAMED = (
    (r"today|heute|aujourd'?hui", lambda day: (day, 1)),
    (r"yesterday|gestern|\bhier\b", lambda day: (day - timedelta(days=1), 1)),
    (r"this week|diese[rn]? woche|cette semaine", lambda day: (_monday(day), 7)),
    (r"last week(?:'s)?|letzte[rn]? woche|la semaine derniere", lambda day: (_monday(day) - timedelta(days=7), 7)),
    (r"this month|diese[nr]? monat|ce mois(?:-ci)?", _month_of),
    (r"last month|letzten monat|le mois dernier", lambda day: _month_of(day.replace(day=1) - timedelta(days=1))),
    (r"this year|dieses jahr|cette annee", lambda day: (day.replace(month=1, day=1), 366)),
    (r"\bweekly\b|\bweek's\b", lambda day: (day - timedelta(days=6), 7)),
    (r"\bdaily\b", lambda day: (day, 1)),
    (r"\bmonthly\b", lambda day: (day - timedelta(days=29), 30)),
)
_SINCE = re.compile(r"(?:since|after|seit|depuis) (\d{4}-\d\d-\d\d)")
_IN_MONTH = re.compile(rf"\b(?:in|during|for) ({'|'.join(_MONTHS)})(?: (\d{{4}}))?\b")


@dataclass(frozen=True)
class Span:
    """From a moment on, and before another."""

    since: datetime
    until: datetime | None = None

    def condition(self, column: str) -> str:
        """As SQL. The times are ours, not the question's."""
        parts = [f"{column} >= TIMESTAMP '{self.since:%Y-%m-%d %H:%M:%S}'"]
        if self.until:
            parts.append(f"{column} < TIMESTAMP '{self.until:%Y-%m-%d %H:%M:%S}'")
        return " AND ".join(parts)


def span_in(text: str, now: datetime) -> tuple[Span | None, str]:
    """The span that a folded text names, and the text without it."""
    day = now.astimezone(UTC).date()
    if found := _LAST_FEW.search(text):
        many = int(found[1]) if found[1].isdigit() else _WORDS[found[1]]
        since = now.astimezone(UTC) - timedelta(days=min(many * _UNITS[found[2]], 36_500))
        return Span(since), _without(text, found)
    for pattern, span in _NAMED:
        if found := re.search(pattern, text):
            first, days = span(day)
            return _days(first, days), _without(text, found)
    if (found := _SINCE.search(text)) and (first := _date(found[1])):
        return Span(_midnight(first)), _without(text, found)
    if found := _IN_MONTH.search(text):
        return _days(*_month_of(_latest(_MONTHS[found[1]], found[2], day))), _without(text, found)
    return None, text


def _latest(month: int, year: str | None, day: date) -> date:
    """The month's first day: in the year given, else the last time that the month began."""
    if year:
        return date(int(year) or 1, month, 1)
    return date(day.year - (month > day.month), month, 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days(first: date, days: int) -> Span:
    return Span(_midnight(first), _midnight(first) + timedelta(days=days))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
