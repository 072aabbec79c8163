"""Judging which standards a company meets, and for how long it has been at work."""

import re
from collections.abc import Sequence

from tools.engine import Judgement
from tools.offline.lexicon import any_of, load
from tools.offline.questions import Asked
from tools.offline.said import Said, trusted
from tools.offline.verdicts import answer, unknown

NEAR = 28  # characters between "founded" and its year
OLDEST = 400  # years; more is no company's age
A_YEAR = 1500  # a number from here on is a year

_STANDARDS, _AGES = load("standards"), load("ages")
_STANDARD = any_of(_STANDARDS["standards"], cased=True)
_CERTIFIED_FIRST = any_of(_STANDARDS["certified_first"], begin=True)
_CLAUSE = re.compile(r"[,;:–—]\s|\s(?:but|aber|mais)\s")
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)")
_YEARS, _DECADES, _MORE = (any_of(_AGES[key]) for key in ("years", "decades", "more"))
_IN_WORDS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty"}
A_DECADE = 11  # "over a decade"


def judge_certified(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it names a standard that it meets: the one asked for, where one is."""
    found = trusted(one for one in said if _is_certified(one, asked))
    if found:
        return answer("yes", found, "It names a standard that it meets.")
    denied = trusted(one for one in said if _is_denied(one, asked))
    if denied:
        return answer("no", denied, "It says so itself.")
    return unknown("Its pages name no such standard as met.")


def _is_certified(one: Said, asked: Asked) -> bool:
    phrases = one.phrases
    if (
        not phrases.certifying.search(one.text)
        or one.is_heading
        or one.is_over
        or phrases.for_others.search(one.text)
    ):
        return False
    return not one.of_its_people and _denials(one, asked) == 0 and _names_the_standard(one.text, asked)


def _is_denied(one: Said, asked: Asked) -> bool:
    return one.own and bool(one.phrases.certifying.search(one.text)) and _denials(one, asked) == 1


def _denials(one: Said, asked: Asked) -> int:
    """How often a clause that names the standard says no; twice is neither a yes nor a no."""
    if one.phrases.denies_not.search(one.text):
        return 0
    return sum(
        len(list(one.phrases.denies.finditer(clause)))
        for clause in _CLAUSE.split(one.text)
        if _names_the_standard(clause, asked)
    )


def _names_the_standard(text: str, asked: Asked) -> bool:
    if asked.standards:
        return any(re.search(rf"\b{re.escape(wanted)}", text) for wanted in asked.standards)
    return bool(_STANDARD.search(text) or _CERTIFIED_FIRST.match(text))


def judge_age(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company is as old, or as young, as the question says."""
    dated = [(age, one) for one in said if (age := _age(one)) is not None and not one.of_others]
    if not dated:
        return unknown("Its pages do not date its beginning.")
    number = asked.number or 10
    age, one = max(dated, key=lambda pair: pair[0])
    wanted = one.read_in - number if number > A_YEAR else number
    if age > wanted or (age == wanted and bool(_MORE.search(one.text))):
        return answer("no" if asked.fewer else "yes", [one], f"It speaks of {age} years.")
    founded = [(age, one) for age, one in dated if one.speaker.words.history.search(one.text)]
    if not founded:
        return unknown("Its pages date what it does, and not its beginning.", [one])
    age, one = max(founded, key=lambda pair: pair[0])
    return answer("yes" if asked.fewer else "no", [one], f"It speaks of {age} years.")


def _age(one: Said) -> int | None:
    """For how many years, by its own sentence, the company has been at work."""
    its_own = one.of_itself or (one.elliptical and not one.is_heading) or one.phrases.founded_it.match(one.text)
    if not its_own or one.of_its_people or one.phrases.not_the_age.search(one.text):
        return None
    for age in (_by_its_year(one), _by_years(one), _by_decades(one)):
        if age is not None:
            return age
    return None


def _by_its_year(one: Said) -> int | None:
    for since in one.phrases.since.finditer(one.text):
        year = _YEAR.search(one.text, since.end(), since.end() + NEAR)
        if year and int(year.group(1)) <= one.read_in:
            return one.read_in - int(year.group(1))
    return None


def _by_years(one: Said) -> int | None:
    for years in _YEARS.finditer(one.text):
        before = one.text[: years.start()].split()
        follows = not before or any(one.phrases.years_of.fullmatch(" ".join(before[-n:])) for n in (1, 2))
        if follows and int(years.group(1)) <= OLDEST:
            return int(years.group(1))
    return None


def _by_decades(one: Said) -> int | None:
    decades = _DECADES.search(one.text) if one.phrases.been.search(one.text) else None
    if not decades:
        return None
    word = (decades.group(1) or "").lower()
    return next((years for years, key in _IN_WORDS.items() if word in _AGES[key]), A_DECADE)
