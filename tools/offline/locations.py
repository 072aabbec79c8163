"""Judging where a company sits and works."""

import re
from collections.abc import Sequence

from tools.engine import Judgement
from tools.offline.lexicon import any_of, load
from tools.offline.places import countries_in, single_countries_in
from tools.offline.questions import Asked
from tools.offline.said import Said, trusted
from tools.offline.verdicts import answer, unknown

REACH = 60  # characters between "based" and its place

_LISTS = load("places")
_PLACE = re.compile(_LISTS["place"][0])
_TOWN_AND_STATE = any_of(_LISTS["town_and_state"], cased=True)
_SEVERAL = any_of(_LISTS["several_countries"])


def judge_where(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it sits or works in a named place, or in the country that the question names."""
    found = trusted(one for one in said if _is_there(one, asked))
    if found:
        return answer("yes", found, "It names the place.")
    return unknown("Its pages do not say so.")


def _is_there(one: Said, asked: Asked) -> bool:
    phrases = one.phrases
    if one.is_over or not phrases.place_words.search(one.text) or phrases.not_a_place.search(one.text):
        return False
    if not one.describes and (one.is_heading or not _is_its_own(one)):
        return False
    if asked.base:
        return any(_names(asked, one.text[m.end() : m.end() + REACH]) for m in phrases.based.finditer(one.text))
    return _names(asked, one.text) if asked.countries else _names_a_place(one)


def _is_its_own(one: Said) -> bool:
    return one.own or (one.elliptical and bool(one.phrases.at_place.search(one.text)))


def _names(asked: Asked, text: str) -> bool:
    """Whether `text` names one of the countries asked for, or any where none is."""
    found = countries_in(text)
    return not found.isdisjoint(asked.countries) if asked.countries else bool(found)


def _names_a_place(one: Said) -> bool:
    """Whether it names a known place, or a capital word right after words of being somewhere."""
    if countries_in(one.text) or _TOWN_AND_STATE.search(one.text):
        return True
    if one.speaker.words.language == "de":  # where every noun has a capital
        return False
    places = (_PLACE.match(one.text, phrase.end() + 1) for phrase in one.phrases.at_place.finditer(one.text))
    return any(place and not one.speaker.names_itself(place.group(1)) for place in places)


def judge_countries(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it is at home, or at work, in more than one country."""
    found = trusted(one for one in said if _in_several_countries(one, asked))
    return answer("yes", found, "It names more than one country.") if found else unknown("Its pages do not say so.")


def _in_several_countries(one: Said, asked: Asked) -> bool:
    there = one.phrases.offices if asked.offices else one.phrases.people
    if one.is_over or not there.search(one.text) or not one.of_itself or one.phrases.not_a_place.search(one.text):
        return False
    several = _SEVERAL.search(one.text)
    return bool(several and several.group(1) != "1") or len(single_countries_in(one.text)) >= 2
