"""How well a sentence would open a mail, in points: useful from 0.5, good from 1.5.

The points were set by hand on labelled sentences (`tests/bench/bench_offline.py` measures them): what the
company says of itself, with something firm in it, goes up; what speaks to its reader, promises or praises
goes down.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from memory.words import About
from tools.offline.speaker import FRONT, Speaker

USEFUL, GOOD = 0.5, 1.5

KIND_POINTS: dict[About, float] = {
    "size": 1.5, "proof-point": 1.1, "news": 0.9, "audience": 0.9, "place": 0.8, "product": 0.7, "method": 0.4,
}  # fmt: skip
NAMED_IN_FRONT, OPENS_WITH_US, NAMED_LATER, US_INSIDE = 1.6, 1.2, 0.7, 0.4
SAYS_NOT_WHO, ELLIPTICAL, OF_A_PRODUCT, OF_THE_PAGE, FIRST_LINE = -1.6, -0.7, -0.5, -0.2, -1.1
NUMBER, NAME, MOST_NAMES = 0.5, 0.15, 4
YOU, HYPE, VAGUE, WEAK_BEGINNING, WISH, LEANS, FRAGMENT, LONG = -0.75, -0.7, -0.3, -1.2, -2.0, -0.6, -0.8, -0.05
TOP = 0.4
LONG_FROM = 24  # words
RECENT_YEARS = 1
HISTORY = -1.5
OPENING = 80  # characters: a wish within them is what the sentence says

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"\d")
_VERB_AFTER = re.compile(r"(?: \w+ly)? [a-z]+s\b")
_THIS = re.compile(r"(?:This|These|Diese[rs]?|Ce|Cet|Cette|Ces) \w")
_FIRM_KINDS = frozenset({"audience", "proof-point", "size", "place"})
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w&-]+")


@dataclass(frozen=True)
class Place:
    """Where a sentence stands."""

    depth: float  # 0 at the top of its page, 1 at the end
    first_line: bool
    product_page: bool
    names_the_product: bool  # by words of the page's title
    read_at: datetime
    news_page: bool = False


@dataclass(frozen=True)
class Scored:
    points: float
    about: About


def score(text: str, speaker: Speaker, place: Place) -> Scored:
    """The points of a sentence, and what it is about."""
    about = (
        "news"
        if place.news_page and _is_dated_news(text, speaker, place)
        else kind_of(text, speaker, place.read_at)
    )
    points = (
        KIND_POINTS[about]
        + _voice(text, speaker, place)
        + _firmness(text, speaker)
        + _softness(text, speaker, place)
        + TOP * (1 - place.depth)
    )
    return Scored(round(points, 2), about)


def kind_of(text: str, speaker: Speaker, read_at: datetime) -> About:
    """The first kind whose words the sentence has; `product` where it has none."""
    if tells_history(text, speaker) and not is_recent(text, speaker, read_at):
        return "proof-point"
    for kind, pattern in speaker.words.kinds:
        if pattern.search(text) and _allowed(kind, text, speaker, read_at):
            return kind
    return "product"


def tells_history(text: str, speaker: Speaker) -> bool:
    """Whether it tells when the company began, and not how big it is."""
    sizes = (pattern for kind, pattern in speaker.words.kinds if kind == "size")
    return bool(speaker.words.history.search(text)) and not any(size.search(text) for size in sizes)


def _is_dated_news(text: str, speaker: Speaker, place: Place) -> bool:
    """Whether it tells of this year or the last; on a page of news a month alone is this year's."""
    years = [int(year) for year in _YEAR.findall(text)]
    if years:
        return is_recent(text, speaker, place.read_at)
    return bool(speaker.words.months.search(text) or speaker.words.recent.search(text))


def _allowed(kind: About, text: str, speaker: Speaker, read_at: datetime) -> bool:
    if kind == "news":
        return is_recent(text, speaker, read_at)
    if kind == "size":
        return not speaker.words.not_its_size.search(text)
    return kind != "place" or speaker.speaks(text)


def is_recent(text: str, speaker: Speaker, read_at: datetime) -> bool:
    """Whether the sentence dates what it tells, and the date is of this year or the last."""
    years = [int(year) for year in _YEAR.findall(text)]
    if years:
        return read_at.year - RECENT_YEARS <= max(years) <= read_at.year + RECENT_YEARS
    return bool(speaker.words.recent.search(text))


def _voice(text: str, speaker: Speaker, place: Place) -> float:
    """Points for who is speaking of whom."""
    named = speaker.names_itself(text)
    if named and named.start() <= FRONT:
        return NAMED_IN_FRONT
    us = speaker.words.opens_with_us.match(text)
    inside = speaker.words.we.search(text)
    points = (OPENS_WITH_US if us else 0) + (NAMED_LATER if named else 0) + (US_INSIDE if inside and not us else 0)
    return points or _unsigned(text, speaker, place)


def _unsigned(text: str, speaker: Speaker, place: Place) -> float:
    elliptical = _is_elliptical(text, speaker)
    if place.first_line and elliptical:
        return OF_THE_PAGE
    if place.names_the_product:
        return NAMED_LATER
    if place.product_page:
        return OF_A_PRODUCT
    if place.first_line:
        return FIRST_LINE
    return ELLIPTICAL if elliptical else SAYS_NOT_WHO


def _is_elliptical(text: str, speaker: Speaker) -> bool:
    """Whether it has no verb of its own: "36 years of experience in data analytics." is said of the company."""
    words = speaker.words
    return not (words.finite.search(text) or words.you.search(text) or "!" in text)


def _firmness(text: str, speaker: Speaker) -> float:
    number = NUMBER if _NUMBER.search(text) else 0
    if speaker.words.language == "de":  # where every noun has a capital
        return number
    return number + NAME * min(MOST_NAMES, len(_NAME.findall(text)))


def _softness(text: str, speaker: Speaker, place: Place) -> float:
    words = speaker.words
    you = min(3, len(words.you.findall(text)))
    points = YOU * float(you**0.8) + HYPE * len(words.hype.findall(text)) + VAGUE * len(words.vague.findall(text))
    weak = words.weak_begin.match(text) and not (place.product_page and _THIS.match(text))
    points += WEAK_BEGINNING if weak else 0
    points += WISH if words.mere_wish.search(text, 0, OPENING) else 0
    points += LEANS if words.leans.search(text) else 0
    points += HISTORY if tells_history(text, speaker) else 0
    points += FRAGMENT if _is_fragment(text, speaker) else 0
    return points + LONG * max(0, text.count(" ") + 1 - LONG_FROM)


def _is_fragment(text: str, speaker: Speaker) -> bool:
    """A slogan: no verb, nobody named, nobody it is for."""
    if speaker.words.finite.search(text) or speaker.words.we.search(text):
        return False
    named = speaker.names_itself(text)
    if named and _VERB_AFTER.match(text, named.end()):
        return False
    return "!" in text or not any(p.search(text) for kind, p in speaker.words.kinds if kind in _FIRM_KINDS)
