"""What a part of a command says of the leads and mails that it is about, as parameters."""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from memory.json_values import JsonObject
from tools.offline.lexicon import any_of, load
from tools.offline.places import countries_in
from tools.offline.plan_marks import Part

_LISTS = load("plan_entities")
_TITLE = any_of(_LISTS["titles"])
_COMPANIES = "|".join(_LISTS["companies"])
_INDUSTRY = re.compile(rf"((?:[\w&/-]+ ){{1,3}})(?:{_COMPANIES})(?!\w)", re.IGNORECASE)
_TRADE = re.compile(rf"(?<!\w)((?:[\w-]+ )?(?:{'|'.join(_LISTS['trades'])}))(?!\w)", re.IGNORECASE)
_SECTOR = re.compile(
    r"in (?:the |der |dem |l'|le |la )?([\w& -]{3,30}?)[ -]?(?:industry|sector|space|branche|secteur)(?!\w)",
    re.IGNORECASE,
)
_NO_INDUSTRY = frozenset(_LISTS["no_industry"])
_PLACE = re.compile(
    r"(?<!\w)(?:in|near|around|from|across|based in|aus|bei|à|en) (?:the )?"
    r"([A-ZÄÖÜÉ][\wäöüéèß.-]+(?: [A-ZÄÖÜÉ][\wäöüéèß.-]+)?(?:(?:, | and | or | und | et )[A-ZÄÖÜÉ][\wäöüéèß.-]+)*)"
)
_STAFF = r"[ -](?:\w+ )?(?:staff|employees?|people|persons?|mitarbeiter\w*|salariés?)"
_NUMBER = r"(\d[\d.,]*)"
_RANGE = re.compile(rf"{_NUMBER} ?(?:-|–|to|and|bis|à) ?{_NUMBER}\+?{_STAFF}", re.IGNORECASE)
_MORE = re.compile(
    rf"(?:more than|over|at least|above|mehr als|über|mindestens|plus de|au moins|>) ?{_NUMBER}\+?{_STAFF}"
    rf"|{_NUMBER}\+{_STAFF}",
    re.IGNORECASE,
)
_FEWER = re.compile(
    rf"(?:fewer than|less than|under|at most|up to|below|weniger als|höchstens|moins de|<) ?{_NUMBER}{_STAFF}",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:^|(?<!\w)(?:top|best|first|next|the|beste[n]?|meilleurs|find|get|me|for|of|pick|finde|suche|trouve) )"
    r"(\d{1,4}) (?!%|percent|words|days|staff|employees|people|to |and |-)",
    re.IGNORECASE,
)
_SPELLED = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twenty": 20,
}
_BEST = re.compile(
    rf"(?:top|best|first) ({'|'.join(_SPELLED)})(?!\w)|({'|'.join(_SPELLED)}) best(?!\w)|(\d{{1,4}}) best(?!\w)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(\d{2,3}) (?:words|wörter\w*|mots)", re.IGNORECASE)
_DAYS = re.compile(
    r"(?:in|within|for|since|seit|depuis|last) (?:the last )?(\d{1,3}|a|one|two|three|four) "
    r"(day|week|month|tag|woche|jour|semaine)",
    re.IGNORECASE,
)
_UNITS = {"day": 1, "tag": 1, "jour": 1, "week": 7, "woche": 7, "semaine": 7, "month": 30}
_FILE = re.compile(r"[\w./-]+\.(?:csv|xlsx?|json)(?!\w)", re.IGNORECASE)
_LANGUAGE = re.compile(rf"(?:in|into|auf|ins?|en) ({'|'.join(_LISTS['languages'])})(?!\w)", re.IGNORECASE)
_CODES = {"eng": "en", "ger": "de", "fre": "fr", "deu": "de", "fra": "fr", "ang": "en", "all": "de"}


def filters_of(part: Part) -> JsonObject:
    """Which leads are meant: title, industry, places, employees; what is not said is not there."""
    return dict(_filters(part))


def _filters(part: Part) -> Iterator[tuple[str, JsonValue]]:
    said = part.said
    if found := _TITLE.search(said):
        yield "title", said[found.start() : found.end()]
    if industry := _industry(said):
        yield "industry", industry
    if found := _PLACE.search(said):
        yield "location", found[1].rstrip(".,")
    yield from _employees(said)
    if part.domains:
        yield "website", part.domains[0]
    if part.addresses:
        yield "email", part.addresses[0]


def _industry(said: str) -> str:
    for pattern in (_SECTOR, _INDUSTRY, _TRADE):
        for found in pattern.finditer(said):
            words = [word for word in found[1].split() if word.lower() not in _NO_INDUSTRY and not word.isdigit()]
            phrase = " ".join(words[-2:])
            if phrase and not _TITLE.search(phrase) and not countries_in(phrase):
                return phrase
    return ""


def _employees(said: str) -> Iterator[tuple[str, int]]:
    if found := _RANGE.search(said):
        yield "employees_min", _number(found[1])
        yield "employees_max", _number(found[2])
        return
    if found := _MORE.search(said):
        yield "employees_min", _number(found[1] or found[2])
    if found := _FEWER.search(said):
        yield "employees_max", _number(found[1])


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text)[:9])


def count_of(part: Part) -> int | None:
    """How many are asked for."""
    if found := _BEST.search(part.said):
        word = next(group for group in found.groups() if group)
        return _SPELLED.get(word.lower()) or int(word)
    found = _COUNT.search(part.said)
    return int(found[1]) if found else None


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
    many = int(number) if number.isdigit() else {"a": 1, "one": 1, **_SPELLED}[number]
    return many * _UNITS[found[2].lower()]


def file_of(part: Part) -> str | None:
    """The first file that is named."""
    found = _FILE.search(part.said)
    return found.group() if found else None


def language_of(part: Part) -> str | None:
    """The language that a mail shall have: en, de or fr."""
    found = _LANGUAGE.search(part.said)
    if not found:
        return None
    return _CODES.get(found[1].lower()[:3])
