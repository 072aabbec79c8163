"""Countries in a text, by their own names and by those of large cities."""

import re

from tools.offline.lexicon import any_of, load

_LISTS = load("places")
_COUNTRIES = {key.split(".")[1]: names for key, names in _LISTS.items() if key.startswith("countries.")}
_COUNTRY_OF = {name: country for country, names in _COUNTRIES.items() for name in names}
_REGIONS = {
    name: frozenset(_LISTS[f"regions.{key.split('.')[1]}"])
    for key, names in _LISTS.items()
    if key.startswith("region_names.")
    for name in names
}
_NAMES = any_of([re.escape(name) for name in sorted({*_COUNTRY_OF, *_REGIONS}, key=len, reverse=True)], cased=True)


def countries_in(text: str) -> frozenset[str]:
    """The countries that `text` names; of a region, all its countries."""
    found: set[str] = set()
    for name in _NAMES.findall(text):
        found |= _REGIONS.get(name, frozenset()) or {_COUNTRY_OF[name]}
    return frozenset(found)


def single_countries_in(text: str) -> frozenset[str]:
    """The countries that `text` names one by one."""
    return frozenset(_COUNTRY_OF[name] for name in _NAMES.findall(text) if name in _COUNTRY_OF)
