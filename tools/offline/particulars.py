"""Judging what is answered by a date, a standard, a place, a number or a set phrase."""

import re
from collections.abc import Sequence

from tools.engine import Judgement
from tools.offline.lexicon import any_of, load
from tools.offline.phrases import Phrases, phrases_of
from tools.offline.places import countries_in, single_countries_in
from tools.offline.questions import Asked
from tools.offline.said import Said
from tools.offline.verdicts import answer, unknown

REACH = 60  # characters between "based" and its place
NEAR = 28  # characters between "founded" and its year
OLDEST = 400  # years; more is no company's age

_STANDARDS = load("standards")
_STANDARD = any_of(_STANDARDS["standards"], cased=True)
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)")
_YEARS = re.compile(r"(\d{1,3})\+?(?: |-)(?:\w+ ){0,1}(?:years?|jahren?|ans|années)(?!\w)", re.IGNORECASE)
_DECADES = re.compile(
    r"(?:(a|over a|more than a|two|three|four|five|several|zwei|drei|vier|deux|trois|quatre)\s+)?(decades?|jahrzehnt\w*|décennies?)\b",
    re.IGNORECASE,
)
_IN_WORDS = {"two": 20, "zwei": 20, "deux": 20, "three": 30, "drei": 30, "trois": 30, "four": 40, "vier": 40, "quatre": 40, "five": 50, "several": 20}  # fmt: skip
_PLACE = re.compile(
    r"(?:the |greater |la |le |l['’])*([A-ZÉÎ][a-zéèêîôûç'’-]{2,})(?: [A-Z][a-z]+)?(?=,| and| or| area|\.| region| count| with|$| et| ou)"
)
_TOWN_AND_STATE = re.compile(
    r"[A-Z][a-z]+, (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])(?!\w)"
)
_NUMBER = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,  ]\d{3})+|\d+)(k|\+)?", re.IGNORECASE)


def judge_certified(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it names a standard that it meets: the one asked for, where one is."""
    found = [one for one in said if _is_certified(one, asked)]
    if found:
        return answer("yes", found, "It names a standard that it meets.")
    return unknown("Its pages name no such standard as met.")


def _is_certified(one: Said, asked: Asked) -> bool:
    phrases = phrases_of(one.speaker.words.language)
    if one.is_heading or phrases.for_others.search(one.text) or not phrases.certifying.search(one.text):
        return False
    if asked.standards:
        return any(re.search(rf"\b{re.escape(wanted)}", one.text) for wanted in asked.standards)
    return bool(_STANDARD.search(one.text)) or any(p.match(one.text) for p in (_CERTIFIED_FIRST,))


_CERTIFIED_FIRST = any_of(_STANDARDS["certified_first"], begin=True)


def judge_age(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company is as old, or as young, as the question says."""
    number = asked.number or 10
    dated = [(age, one) for one in said if (age := _age(one)) is not None]
    if not dated:
        return unknown("Its pages do not date its beginning.")
    age, one = max(dated, key=lambda pair: pair[0])
    if number > 1500:  # a year
        number = one.page.snapshot.fetched_at.year - number
    older = age > number or (age == number and not _exact(one))
    return answer("yes" if older != asked.fewer else "no", [one], f"It speaks of {age} years.")


def _exact(one: Said) -> bool:
    return bool(re.search(r"\b\d+ (?:years|Jahre|ans)\b", one.text)) and not re.search(
        r"\b(?:over|more than|über|mehr als|plus de|\d\+)", one.text
    )


def _age(one: Said) -> int | None:
    """For how many years, by its own sentence, the company has been at work."""
    phrases = phrases_of(one.speaker.words.language)
    elliptical = not one.speaker.words.finite.search(one.text) and not one.is_heading
    if not (one.own or one.describes or elliptical) or phrases.not_the_age.search(one.text):
        return None
    read_in = one.page.snapshot.fetched_at.year
    for since in phrases.since.finditer(one.text):
        year = _YEAR.search(one.text, since.end(), since.end() + NEAR)
        if year and int(year.group(1)) <= read_in:
            return read_in - int(year.group(1))
    for years in _YEARS.finditer(one.text):
        before = one.text[: years.start()].split()
        if int(years.group(1)) <= OLDEST and (
            not before
            or phrases.years_of.fullmatch(" ".join(before[-2:]))
            or phrases.years_of.fullmatch(before[-1])
        ):
            return int(years.group(1))
    decades = _DECADES.search(one.text) if phrases.been.search(one.text) else None
    return _IN_WORDS.get((decades.group(1) or "").lower(), 11) if decades else None


def judge_hiring(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it looks for people."""
    found = [one for one in said if phrases_of(one.speaker.words.language).hiring.search(one.text)]
    return (
        answer("yes", found, "It looks for people.") if found else unknown("Its pages speak of no open position.")
    )


def judge_trial(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it can be tried for nothing."""
    found = [one for one in said if phrases_of(one.speaker.words.language).trial.search(one.text)]
    denied = [
        one
        for one in found
        if re.search(
            r"(?i)\b(?:no|not|without a|kein\w*|pas d|sans) (?:\w+ ){0,2}(?:free )?(?:trial|test|essai)", one.text
        )
    ]
    if denied:
        return answer("no", denied, "It says so itself.")
    return answer("yes", found, "It offers a trial.") if found else unknown("Its pages speak of no free trial.")


def judge_where(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it works in a named place, or in the country that the question names."""
    found = [one for one in said if _works_there(one, asked)]
    if found:
        return answer("yes", found, "It names the place.")
    return unknown("Its pages do not say so.")


def _works_there(one: Said, asked: Asked) -> bool:
    phrases = phrases_of(one.speaker.words.language)
    if phrases.not_a_place.search(one.text) or not phrases.place_words.search(one.text):
        return False
    if one.is_heading and not one.describes:
        return False
    if not (one.own or one.describes) and (
        one.speaker.words.finite.search(one.text) or not phrases.at_place.search(one.text)
    ):
        return False
    if asked.base:
        seats = [one.text[m.end() : m.end() + REACH] for m in phrases.based.finditer(one.text)]
        return (
            any(not asked.countries.isdisjoint(countries_in(t)) for t in seats) if asked.countries else bool(seats)
        )
    if asked.countries:
        return not asked.countries.isdisjoint(countries_in(one.text))
    return _names_a_place(one, phrases)


def _names_a_place(one: Said, phrases: Phrases) -> bool:
    """Whether it names a known place, or a capital word right after words of being somewhere."""
    if countries_in(one.text) or _TOWN_AND_STATE.search(one.text):
        return True
    if one.speaker.words.language == "de":  # where every noun has a capital
        return False
    places = (_PLACE.match(one.text, phrase.end() + 1) for phrase in phrases.at_place.finditer(one.text))
    return any(place and not one.speaker.names_itself(place.group(1)) for place in places)


def judge_countries(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it is at home or at work in more than one country."""
    found = [one for one in said if _in_several_countries(one, asked)]
    return answer("yes", found, "It names more than one country.") if found else unknown("Its pages do not say so.")


_N_COUNTRIES = re.compile(
    r"(?i)\b(\d+)\+? (?:\w+ )?(?:countries|ländern?|pays)\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|multiple|zwei|drei|vier|fünf|mehreren|deux|trois|quatre|cinq|plusieurs) (?:\w+ )?(?:countries|ländern?|pays)\b|\bworldwide\b|\bweltweit\w*|\baround the (?:world|globe)\b|\bdans le monde entier\b"
)


def _in_several_countries(one: Said, asked: Asked) -> bool:
    phrases = phrases_of(one.speaker.words.language)
    there = phrases.offices if asked.offices else phrases.people
    if not (one.own or one.describes) or not there.search(one.text) or phrases.not_a_place.search(one.text):
        return False
    many = _N_COUNTRIES.search(one.text)
    return bool(many and many.group(1) != "1") or len(single_countries_in(one.text)) >= 2


def judge_count(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether a number that the pages give is above, or below, the one in the question."""
    group = next((g for g in _UNITS if g.search(asked.unit)), None)
    if group is None or asked.number is None:
        return unknown("The question's number cannot be compared.")
    counted = [(n, one) for one in said if (n := _counted_by(one, group)) is not None]
    if not counted:
        return unknown("Its pages give no such number.")
    n, one = max(counted, key=lambda pair: pair[0])
    return answer("yes" if (n > asked.number) != asked.fewer else "no", [one], f"It speaks of {n}.")


_UNITS = tuple(any_of(entries) for key, entries in _STANDARDS.items() if key.startswith("units."))


def _counted_by(one: Said, group: re.Pattern[str]) -> int | None:
    """The number, where the company gives it of itself; of people, only its own."""
    if not (one.own or one.describes):
        return None
    if group is _UNITS[0] and not phrases_of(one.speaker.words.language).headcount.search(one.text):
        return None
    return _counted(one.text, group)


def _counted(text: str, group: re.Pattern[str]) -> int | None:
    for number in _NUMBER.finditer(text):
        words = text[number.end() :].split()[:3]
        if group.search(" ".join(words)):
            value = int(re.sub(r"\D", "", number.group(1)))
            return value * 1000 if (number.group(2) or "").lower() == "k" else value
    return None
