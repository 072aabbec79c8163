"""What a company says when it offers, serves, has or denies something, as patterns of one language."""

import re
from dataclasses import dataclass, fields
from functools import cache, lru_cache

from memory.words import Language
from tools.offline.lexicon import Pattern, any_of, load

CASED_UNDER = 3  # letters: "IT" is not "it"
STEM_FROM = 7  # letters: a shorter signal is a whole word ("app" is not in "approach")
COMPOUND_FROM = 4  # letters: a German noun may end in the signal ("Schmierfett")


@dataclass(frozen=True)
class Phrases:
    """Patterns named as the lists in `judge_<language>.toml`."""

    offers: Pattern
    ours: Pattern
    between: Pattern
    not_the_thing: Pattern
    serves: Pattern
    makes: Pattern
    made_of: Pattern
    tangible: Pattern
    based: Pattern
    offices: Pattern
    been: Pattern
    headcount: Pattern
    readers: Pattern
    has: Pattern
    at_place: Pattern
    place_words: Pattern
    place_prepositions: Pattern
    not_a_place: Pattern
    people: Pattern
    since: Pattern
    years_of: Pattern
    not_the_age: Pattern
    certifying: Pattern
    for_others: Pattern
    denies: Pattern
    denies_not: Pattern
    beside: Pattern
    verbal: Pattern
    limits: Pattern
    in_a_relative: Pattern
    buys: Pattern
    not_ours: Pattern
    founded_it: Pattern
    ambition: Pattern
    hiring: Pattern
    trial: Pattern
    over: Pattern
    of_today: Pattern


@cache
def phrases_of(language: Language) -> Phrases:
    """The phrases of `language`."""
    lists = load(f"judge_{language}")
    begin = {"limits", "founded_it", "over"}
    return Phrases(**{f.name: any_of(lists[f.name], begin=f.name in begin) for f in fields(Phrases)})


@lru_cache(maxsize=512)
def signal_pattern(signals: tuple[str, ...], language: Language) -> Pattern:
    """Finds any of `signals`: whole words and their plural; a stem from seven letters on."""
    return any_of([_signal(signal, language) for signal in sorted(signals, key=len, reverse=True)])


def _signal(signal: str, language: Language) -> str:
    letters = len(signal)
    escaped = r"[\s-]".join(re.escape(part) for part in re.split(r"[\s-]+", signal.strip().lower()))
    if signal.isupper():
        return f"(?-i:{re.escape(signal)})" if letters < CASED_UNDER else f"{escaped}s?"
    if language == "de":
        before = r"(?:\w+)?" if letters >= COMPOUND_FROM else ""
        return rf"{before}{escaped}(?:e|en|er|ern|n|s|es|se|ns)?"
    ending = (
        r"\w{0,4}" if letters >= STEM_FROM and signal.isalpha() and not signal.endswith("s") else r"(?:s|es|x)?"
    )
    return escaped + ending
