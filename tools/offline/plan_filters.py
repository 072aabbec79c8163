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
_SMALL_PLACE = re.compile(r"(?<!\w)(?:in|near|around|from|across|aus|à|en) (?:the )?([a-zäöüéè-]{2,30})(?!\w)")
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
_BEYOND = tuple(_LISTS["beyond"])
_FIRST_NAME = re.compile(r"(?!(?:He|She|They|Er|Sie|Il|Elle)\b)[A-ZÄÖÜÉ][\w-]+(?: [A-ZÄÖÜÉ][\w-]+)*")
_TOWARDS = re.compile(r"(?<!\w)(?:to|with|from|for|email|mail|an|bei|mit|von|für|à|avec|de|pour)$", re.IGNORECASE)
_AT = re.compile(r"(?<!\w)(?:at|from|bei|von|chez)$", re.IGNORECASE)
_SCORE = re.compile(
    r"(?:score (?:of |above |over |at least |>=? ?)*|(?:above|over|at least) )(\d{1,3})"
    r"(?! ?(?:words|employees|people|%))",
    re.IGNORECASE,
)
_NO_PLACE = frozenset((*_LISTS["not_names"], *_LISTS["months"])) - frozenset(_LISTS["places"])
_STATES: tuple[tuple[str, str, JsonValue], ...] = (
    ("only_unread", "unread", True),
    ("only_fitting", "verdict", "qualified"),
    ("without_site", "has_website", False),
    ("only_approved", "status", "approved"),
    ("only_waiting", "status", "awaiting_approval"),
)
_CODES = {"eng": "en", "ger": "de", "fre": "fr", "deu": "de", "fra": "fr", "ang": "en", "all": "de"}


def listing_of(part: Part) -> JsonObject:
    """The parameters that list the leads that are meant."""
    parameters: JsonObject = {}
    if filters := filters_of(part):
        parameters["filters"] = filters
    if part.has("best"):
        parameters["order"] = "score"
    if count := count_of(part):
        parameters["limit"] = count
    return parameters


def filters_of(part: Part) -> JsonObject:
    """Which leads are meant: title, industry, places, employees, company; what is not said is not there."""
    return dict(_filters(part))


def name_of(part: Part) -> str | None:
    """The person or company that a mail goes to: "to Tom", "Answer Tom's question", "Maria said …"."""
    if part.begins("told") and (first := _FIRST_NAME.match(part.said)):
        return first[0]
    after = (name for name, before in part.named if _TOWARDS.search(before) or " " not in before)
    return next(after, None)


def _filters(part: Part) -> Iterator[tuple[str, JsonValue]]:
    said = part.said
    if found := _TITLE.search(said):
        yield "title", said[found.start() : found.end()]
        said = f"{said[: found.start()]} , {said[found.end() :]}"
    if industry := _industry(said):
        yield "industry", industry
    if place := _place(said):
        yield "location", place
    yield from _employees(said)
    yield from _companies(part)
    if part.addresses:
        yield "email", part.addresses[0]
    yield from ((key, value) for mark, key, value in _STATES if part.has(mark))
    if found := _SCORE.search(said):
        yield "min_score", min(100, int(found[1]))


def _place(said: str) -> str:
    """The place after "in", "from" and the like; not a language and not a time."""
    for found in _PLACE.finditer(said):
        place = found[1].rstrip(".,")
        if place.lower() not in _NO_PLACE and not _LANGUAGE.fullmatch(f"in {place}"):
            return place
    small = (found[1].title() for found in _SMALL_PLACE.finditer(said))
    return next((place for place in small if countries_in(place)), "")


def _companies(part: Part) -> Iterator[tuple[str, str]]:
    """A domain; a name after "at"; else a name that the mail goes to, or that the verb has for its object."""
    if part.domains:
        yield "website", part.domains[0]
    at = next((name for name, before in part.named if _AT.search(before)), None)
    if not at and part.names and part.begins("read") and part.has("site"):
        at = part.names[0]
    if at and not part.domains:
        yield "company", at
    who = name_of(part)
    if who and who != at:
        yield "words", who


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
        beyond = found.group().lower().startswith(_BEYOND)
        yield "employees_min", _number(found[1] or found[2]) + beyond
    if found := _FEWER.search(said):
        yield "employees_max", max(0, _number(found[1]) - found.group().lower().startswith(_BEYOND))


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
