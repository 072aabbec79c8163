"""What a part of a command says of the mail that it asks for, and of the time that it means."""

import re

from tools.offline.lexicon import load
from tools.offline.plan_marks import Part

_LISTS = load("plan_entities")
_WORDS = re.compile(r"(\d{2,3}) (?:words|wörter\w*|mots)", re.IGNORECASE)
_DAYS = re.compile(
    r"(?:in|within|for|since|seit|depuis|last) (?:the last )?(\d{1,3}|a|one|two|three|four) "
    r"(day|week|month|tag|woche|jour|semaine)",
    re.IGNORECASE,
)
_UNITS = {"day": 1, "tag": 1, "jour": 1, "week": 7, "woche": 7, "semaine": 7, "month": 30}
_SPELLED = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
LANGUAGE = re.compile(rf"(?:in|into|auf|ins?|en) ({'|'.join(_LISTS['languages'])})(?!\w)", re.IGNORECASE)
_CODES = {"eng": "en", "ger": "de", "fre": "fr", "deu": "de", "fra": "fr", "ang": "en", "all": "de"}


def most_words(part: Part) -> int | None:
    """The most words of a mail."""
    found = _WORDS.search(part.said)
    return int(found[1]) if found else None


def days_of(part: Part) -> int | None:
    """A time as days."""
    found = _DAYS.search(part.said)
    if not found:
        return None
    number = found[1].lower()
    return (int(number) if number.isdigit() else _SPELLED[number]) * _UNITS[found[2].lower()]


def language_of(part: Part) -> str | None:
    """The language that a mail shall have: en, de or fr."""
    found = LANGUAGE.search(part.said)
    return _CODES.get(found[1].lower()[:3]) if found else None
