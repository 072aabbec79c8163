"""The parts of a mail that are no statements: greeting, sign-off and signature."""

from memory.words import Language
from tools.proof.lexicon import LANGUAGES, match_at, phrases, words
from tools.proof.reading import Reading
from tools.proof.tokens import Token

LONGEST_GREETING = 12  # tokens


def greeting_end(tokens: tuple[Token, ...], first: int, last: int) -> int:
    """The place behind a greeting that begins the mail; `first` where there is none."""
    lows = [token.low for token in tokens[first:last]]
    if not any(match_at(lows, 0, phrases("names.greeting", language)) for language in LANGUAGES):
        return first
    for place in range(first, min(last, first + LONGEST_GREETING)):
        if tokens[place].text in ",!:–—" or tokens[place].kind == "break":
            return greeting_end(tokens, place + 1, last)
    return last if last - first <= 7 else first


def greeted(tokens: tuple[Token, ...], first: int, end: int) -> list[int]:
    """The places of the greeting's words that must be the lead's names."""
    free = frozenset(low for low in words("names.greeting") | words("names.greeting_rest"))
    known = {part for entry in free for part in entry.split()}
    return [
        p
        for p in range(first, end)
        if tokens[p].kind == "word" and tokens[p].low not in known and tokens[p].low != "'s"
    ]


def signs_off(reading: Reading, first: int, last: int, language: Language) -> int:
    """How many tokens of a sentence are a set sign-off that fills it or ends in a comma; 0 for none."""
    lows = reading.lows[first:last]
    for name in (language, *LANGUAGES):
        used = match_at(lows, 0, phrases("names.signoff", name))
        if used and (
            used >= len(lows) - 1 or (reading.tokens[first + used].text in SIGNS and len(lows) - used <= 4)
        ):
            return used
    return 0


SIGNS = ",!.–—-"
