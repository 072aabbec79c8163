"""Countries and regions by the names and codes that lists of leads and sentences give them."""

from functools import cache, lru_cache

from memory.records import Lead
from tools.plain_words import folded
from tools.wordlists import lists_of

KNOWN = 4096  # names that are remembered: a list has the same few again and again
REGIONS = ("dach", "benelux", "nordics", "scandinavia", "eu", "europe")
ALSO = {"european union": "eu", "the eu": "eu", "europa": "europe", "the nordics": "nordics"}


@cache
def _codes() -> dict[str, frozenset[str]]:
    """By folded name: the codes that it stands for."""
    lists = lists_of("countries")
    codes = {code: frozenset((code,)) for code in lists if code not in REGIONS}
    names = {folded(name): codes[code] for code in codes for name in lists[code]}
    regions = {name: frozenset(lists[name]) for name in REGIONS}
    return codes | names | regions | {name: regions[region] for name, region in ALSO.items()}


@lru_cache(maxsize=KNOWN)
def codes_of(name: str) -> frozenset[str]:
    """The codes of the country or region of this name or code; none where it is none that we know."""
    return _codes().get(folded(name), frozenset())


def names() -> tuple[str, ...]:
    """Every folded name that is no code - "aus" is a word of other languages -, the longest first."""
    return tuple(sorted((name for name in _codes() if len(name) > 3 or name == "usa"), key=len, reverse=True))


def country_of(lead: Lead) -> str:
    """The code of the lead's country, by its own field or the end of its location; "" where it cannot be told."""
    places = (lead.country, lead.location.rpartition(",")[2], lead.location)
    return next((code for place in places if place for code in codes_of(place) if len(codes_of(place)) == 1), "")
