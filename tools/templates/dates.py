"""The filter `date`: a time, written as a format says. Only directives that mean the same on every machine."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import JsonValue

from memory.errors import Invalid
from tools.templates.values import kind, short

LONGEST_FORMAT = 200  # characters
LONGEST_TIME = 100
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WRITES: dict[str, Callable[[datetime], str]] = {
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "m": lambda at: f"{at.month:02}",
    "d": lambda at: f"{at.day:02}",
    "H": lambda at: f"{at.hour:02}",
    "I": lambda at: f"{at.hour % 12 or 12:02}",
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "A": lambda at: DAYS[at.weekday()],
    "a": lambda at: DAYS[at.weekday()][:3],
    "B": lambda at: MONTHS[at.month - 1],
    "b": lambda at: MONTHS[at.month - 1][:3],
    "j": lambda at: f"{at.timetuple().tm_yday:03}",
    "V": lambda at: f"{at.isocalendar().week:02}",
    "z": lambda at: at.strftime("%z"),
    "F": lambda at: at.date().isoformat(),
    "T": lambda at: at.strftime("%H:%M:%S"),
    "%": lambda _: "%",
}


def date(value: JsonValue, format_: str) -> JsonValue:
    """A time (ISO 8601, or seconds since 1970 in UTC) as the format says: names in English, its own time zone."""
    at = _time(value)
    return DIRECTIVE.sub(lambda found: WRITES[found[1]](at), format_)


def date_fault(format_: str) -> str | None:
    """What is wrong with a format."""
    if len(format_) > LONGEST_FORMAT:
        return f"A format has at most {LONGEST_FORMAT} characters."
    unknown = next((found[0] for found in DIRECTIVE.finditer(format_) if found[1] not in WRITES), None)
    if unknown is None:
        return None
    return f"{short(unknown)} is no part of a date; there are {', '.join('%' + one for one in WRITES)}."


def _time(value: JsonValue) -> datetime:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()[:LONGEST_TIME])
        except ValueError:
            raise Invalid("date reads a time such as 2026-03-01T12:00:00Z, and this text is none.") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"date is for a time as text, or seconds since 1970, and this is {kind(value)}.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        raise Invalid("date reads seconds since 1970, and these are beyond the year 9999.") from None
