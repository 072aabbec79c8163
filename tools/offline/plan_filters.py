"""Which leads a part of a command is about, as the parameters of a listing; what is not said is not there."""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from memory.json_values import JsonObject
from tools.offline.lexicon import any_of, load
from tools.offline.places import countries_in
from tools.offline.plan_marks import Part
from tools.offline.plan_names import company_of, name_of, small_name_of
from tools.offline.plan_wishes import LANGUAGE

MOST = 1_000  # leads of a listing
LONGEST = 200  # characters of what may be a name, a place, a domain

_LISTS = load("plan_entities")
_TITLE = any_of(_LISTS["titles"])
_ALL_OF_THEM = re.compile(r"^the |(?<= )(?:people|folks|teams?|departments?)$", re.IGNORECASE)
_COMPANIES = re.compile(rf"((?:[\w&/-]+ ){{1,3}})(?:{'|'.join(_LISTS['companies'])})(?!\w)", re.IGNORECASE)
_TRADE = re.compile(rf"(?<!\w)((?:[\w-]+ )?(?:{'|'.join(_LISTS['trades'])}))(?!\w)", re.IGNORECASE)
_SECTOR = re.compile(
    r"in (?:the |der |dem |l'|le |la )?([\w& -]{3,30}?)[ -]?(?:industry|sector|space|branche|secteur)(?!\w)",
    re.IGNORECASE,
)
_NO_INDUSTRY = frozenset(_LISTS["no_industry"])
_CAPITAL = r"[A-ZÄÖÜÉ][\wäöüéèß.-]+"
_PLACE = re.compile(
    r"(?<!\w)(in|near|around|across|based in|from|aus|bei|à|en) (?:the )?"
    rf"({_CAPITAL}(?: {_CAPITAL})?(?:(?:, | and | or | und | et ){_CAPITAL})*)(?!\w|'s)"
)
_NO_PLACE = frozenset((*_LISTS["not_names"], *_LISTS["months"])) - frozenset(_LISTS["places"])
_SMALL_PLACE = re.compile(r"(?<!\w)(?:in|near|around|from|across|aus|à|en) (?:the )?([a-zäöüéè-]{2,30})(?!\w)")
_STAFF = r"[ -](?:\w+ )?(?:staff|employees?|people|ppl|persons?|heads|mitarbeiter\w*|salariés?)"
_NUMBER = r"(\d[\d.,]*)"
_RANGE = re.compile(rf"{_NUMBER} ?(?:-|–|to|and|bis|à) ?{_NUMBER}\+?{_STAFF}", re.IGNORECASE)
_MORE = re.compile(
    rf"(?:more than|over|at least|above|min|mehr als|über|mindestens|plus de|au moins|>) ?{_NUMBER}\+?{_STAFF}"
    rf"|{_NUMBER}\+{_STAFF}",
    re.IGNORECASE,
)
_FEWER = re.compile(
    rf"(?:fewer than|less than|under|at most|up to|below|weniger als|höchstens|moins de|<) ?{_NUMBER}{_STAFF}",
    re.IGNORECASE,
)
_BEYOND = tuple(_LISTS["beyond"])
_SCORE = re.compile(
    r"(?:score[sd]? (?:of |above |over |at least |>=? ?)*|(?:above|over|at least) )(\d{1,3})"
    r"(?! ?(?:words|employees|people|%))",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:^|(?<!\w)(?:top|best|first|next|the|besten?|meilleurs|find|get|me|for|of|pick|need|source|finde|suche) )"
    r"(\d{1,4})(?! ?(?:%|percent|words|days|staff|employees|people|to|and|-)(?!\w))(?![\d.,-])",
    re.IGNORECASE,
)
_SPELLED = {
    word: n
    for n, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)
}
_BEST = re.compile(
    rf"(?:top|best|first) ({'|'.join(_SPELLED)})(?!\w)|({'|'.join(_SPELLED)}) best(?!\w)|(\d{{1,4}}) best(?!\w)",
    re.IGNORECASE,
)
_STATES: tuple[tuple[str, str, JsonValue], ...] = (
    ("only_unread", "unread", True),
    ("only_fitting", "verdict", "qualified"),
    ("without_site", "has_website", False),
    ("only_approved", "status", "approved"),
    ("only_waiting", "status", "awaiting_approval"),
)


def listing_of(part: Part) -> JsonObject:
    """The parameters that list the leads that are meant."""
    parameters: JsonObject = {}
    if filters := filters_of(part):
        parameters["filters"] = filters
    elif name := small_name_of(part):
        parameters["filters"] = {"words": name}
    if part.has("best"):
        parameters["order"] = "score"
    if (count := count_of(part)) and not part.has("best"):
        parameters["limit"] = count
    return parameters


def best_of(part: Part) -> int | None:
    """How many of the best are asked for: known only once all have been judged."""
    return count_of(part) if part.has("best") else None


def filters_of(part: Part) -> JsonObject:
    """Which leads are meant: title, industry, places, employees, company, what was found of them."""
    return {name: value for name, value in _filters(part) if not isinstance(value, str) or len(value) <= LONGEST}


def count_of(part: Part) -> int | None:
    """How many are asked for; None where that is more than a listing gives."""
    if found := _BEST.search(part.said):
        word = next(group for group in found.groups() if group).lower()
    elif found := _COUNT.search(part.said):
        word = found[1]
    else:
        return None
    count = _SPELLED.get(word) or int(word)
    return count if 0 < count <= MOST else None


def _filters(part: Part) -> Iterator[tuple[str, JsonValue]]:
    said = part.said
    if found := _TITLE.search(said):
        title = _ALL_OF_THEM.sub("", said[found.start() : found.end()]).strip()
        yield from [("title", title)] if title else []
        said = f"{said[: found.start()]} , {said[found.end() :]}"
    if industry := _industry(said):
        yield "industry", industry
    company = company_of(part)
    place = _place(said)
    if place and not company:
        yield "location", place
    yield from _employees(said)
    yield from _who(part, company, place)
    yield from ((key, value) for mark, key, value in _STATES if part.has(mark))
    if found := _SCORE.search(said):
        yield "min_score", min(100, int(found[1]))


def _industry(said: str) -> str:
    for pattern in (_SECTOR, _COMPANIES, _TRADE):
        for found in pattern.finditer(said):
            phrase = " ".join(_trade_words(found[1]))
            if phrase and not _TITLE.search(phrase) and not countries_in(phrase.title()):
                return phrase
    return ""


def _trade_words(phrase: str) -> list[str]:
    """The last words of it that may name a trade, two at most: no verb, no number, no small word."""
    kept: list[str] = []
    for word in reversed(phrase.split()):
        if len(kept) == 2 or word.lower() in _NO_INDUSTRY or word[0].isdigit() or Part(word).begins_anew:
            break
        kept.insert(0, word)
    return kept


def _place(said: str) -> str:
    """The place after "in", "from" and the like; not a language and not a time. "From Kegel" is a company."""
    for found in _PLACE.finditer(said):
        place = found[2].rstrip(".,")
        known = bool(countries_in(place))
        if found[1] in {"from", "bei", "à", "aus"} and not known:
            continue
        if place.lower() not in _NO_PLACE and not LANGUAGE.fullmatch(f"in {place}"):
            return place
    small = (found[1].title() for found in _SMALL_PLACE.finditer(said))
    return next((place for place in small if countries_in(place)), "")


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


def _who(part: Part, company: str | None, place: str) -> Iterator[tuple[str, str]]:
    """An address, a domain, a company, a person: as far as they are named."""
    if part.addresses:
        yield "email", part.addresses[0]
        return
    if part.domains:
        yield "website", part.domains[0]
    if company and not part.domains:
        yield "company", company
    if (name := name_of(part)) and name not in {company, place}:
        yield "words", name
