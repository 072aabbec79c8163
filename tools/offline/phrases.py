"""What a company says when it offers, serves, has or denies something, as patterns of one language."""

import re
from dataclasses import dataclass, fields
from functools import cache, lru_cache

from memory.words import Language
from tools.offline.lexicon import any_of, load

STEM_FROM = 7  # letters: a shorter signal is a whole word ("app" is not in "approach")
COMPOUND_FROM = 4  # letters: a German noun may end in the signal ("Schmierfett")


@dataclass(frozen=True)
class Phrases:
    """Patterns named as the lists in `judge_<language>.toml`."""

    offers: re.Pattern[str]
    ours: re.Pattern[str]
    between: re.Pattern[str]
    not_the_thing: re.Pattern[str]
    serves: re.Pattern[str]
    makes: re.Pattern[str]
    made_of: re.Pattern[str]
    tangible: re.Pattern[str]
    based: re.Pattern[str]
    offices: re.Pattern[str]
    been: re.Pattern[str]
    headcount: re.Pattern[str]
    readers: re.Pattern[str]
    has: re.Pattern[str]
    at_place: re.Pattern[str]
    place_words: re.Pattern[str]
    place_prepositions: re.Pattern[str]
    not_a_place: re.Pattern[str]
    people: re.Pattern[str]
    since: re.Pattern[str]
    years_of: re.Pattern[str]
    not_the_age: re.Pattern[str]
    certifying: re.Pattern[str]
    for_others: re.Pattern[str]
    denies: re.Pattern[str]
    denies_not: re.Pattern[str]
    hiring: re.Pattern[str]
    trial: re.Pattern[str]


@cache
def phrases_of(language: Language) -> Phrases:
    """The phrases of `language`."""
    lists = load(f"judge_{language}")
    return Phrases(**{field.name: any_of(lists[field.name]) for field in fields(Phrases)})


@lru_cache(maxsize=512)
def signal_pattern(signals: tuple[str, ...], language: Language) -> re.Pattern[str]:
    """Finds any of `signals`: whole words and their plural; a stem from seven letters on."""
    return any_of([_signal(signal, language) for signal in sorted(signals, key=len, reverse=True)])


def _signal(signal: str, language: Language) -> str:
    escaped = r"[\s-]".join(re.escape(part) for part in re.split(r"[\s-]+", signal.strip()))
    if signal.isupper():
        return f"(?-i:{escaped})s?"
    letters = len(signal)
    if language == "de":
        before = r"(?:\w+)?" if letters >= COMPOUND_FROM else ""
        return rf"{before}{escaped}(?:e|en|er|ern|n|s|es|se|ns)?"
    ending = (
        r"\w{0,4}" if letters >= STEM_FROM and signal.isalpha() and not signal.endswith("s") else r"(?:s|es|x)?"
    )
    return escaped + ending
