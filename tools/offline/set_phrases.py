"""Judging what is answered by a set phrase or a count: open positions, a free trial, how many there are."""

import re
from collections.abc import Sequence

from tools.engine import Judgement
from tools.offline.lexicon import any_of, load
from tools.offline.questions import Asked
from tools.offline.said import Said, trusted
from tools.offline.verdicts import answer, unknown

_UNITS = {
    key.split(".")[1]: any_of(entries) for key, entries in load("standards").items() if key.startswith("units.")
}
_NUMBER = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,\s]\d{3})+|\d+)(k|\+)?", re.IGNORECASE)
_NO_TRIAL = any_of(["(?:no|not|without an?|kein\\w*|pas d\\w*|sans) (?:\\w+ ){0,2}(?:trial|test\\w*|essai)"])


def judge_hiring(_: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it looks for people."""
    looking = trusted(one for one in said if one.phrases.hiring.search(one.text))
    found = [one for one in looking if not one.phrases.denies.search(one.text)]
    if looking and not found:
        return answer("no", looking, "It says so itself.")
    return answer("yes", found, "It looks for people.") if found else unknown("Its pages name no open position.")


def judge_trial(_: Asked, said: Sequence[Said]) -> Judgement:
    """Whether it can be tried for nothing."""
    found = trusted(one for one in said if one.phrases.trial.search(one.text))
    denied = [one for one in found if _NO_TRIAL.search(one.text)]
    if denied:
        return answer("no", denied, "It says so itself.")
    return answer("yes", found, "It offers a trial.") if found else unknown("Its pages speak of no free trial.")


def judge_count(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether a number that the company gives of itself is above, or below, the one in the question."""
    unit = next((name for name, words in _UNITS.items() if words.search(asked.unit)), None)
    if unit is None or asked.number is None:
        return unknown("The question's number cannot be compared.")
    counted = [(n, one) for one in said if (n := _counted(one, unit)) is not None and not one.of_others]
    if not counted:
        return unknown("Its pages give no such number.")
    n, one = max(counted, key=lambda pair: pair[0])
    return answer("yes" if (n > asked.number) != asked.fewer else "no", [one], f"It speaks of {n}.")


def _counted(one: Said, unit: str) -> int | None:
    """How many it counts; of people, only its own."""
    if not one.of_itself or one.is_over or (unit == "people" and not one.phrases.headcount.search(one.text)):
        return None
    for number in _NUMBER.finditer(one.text):
        if _UNITS[unit].search(" ".join(one.text[number.end() :].split()[:3])):
            value = int(re.sub(r"\D", "", number.group(1)))
            return value * 1000 if (number.group(2) or "").lower() == "k" else value
    return None
