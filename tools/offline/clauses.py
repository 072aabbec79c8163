"""How a quotation is said to the company that wrote it: "We avoid X" becomes "you avoid X".

A sentence is turned only where a rule of its language makes that safe. English and French keep their
word order after "that"; German moves the verb before its subject, as it stands after "Laut Ihrer
Seite". Everything else is quoted as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from memory.words import Language
from tools.offline import turn_de, turn_en, turn_fr
from tools.offline.turning import Names, count, speaks_to_reader, takes_back, without_stop

Form = Literal["reported", "quoted", "line"]
Turn = Callable[[str, Names], str | None]

_TURN: Mapping[Language, Turn] = {"en": turn_en.turn, "de": turn_de.turn, "fr": turn_fr.turn}
_HAS_VERB: Mapping[Language, Callable[[str], bool]] = {
    "en": turn_en.has_verb,
    "de": turn_de.has_verb,
    "fr": turn_fr.has_verb,
}


SHORTEST_ALONE = 7  # words of a sentence that can do without what stands in brackets behind it
LONGEST_LINE = 16  # words of what may be called a line


@dataclass(frozen=True)
class Said:
    """A quotation, ready for a template.

    `reported` stands after "that" (English; French, with its "que"; German, with its verb first),
    `quoted` is a sentence to be put in quotation marks, `line` a heading or slogan to be put in them.
    """

    form: Form
    text: str


def say(quote: str, language: Language, names: Names) -> Said:
    """The best safe form of `quote`, a sentence or line in `language` by the company called `names`."""
    told = _without_aside(without_stop(quote))
    if reported := _TURN[language](told, names):
        return Said("reported", reported)
    is_line = count(told) <= LONGEST_LINE and not _HAS_VERB[language](told)
    return Said("line" if is_line else "quoted", told)


def _without_aside(text: str) -> str:
    """`text` without brackets at its end, unless they take something back."""
    shorter = re.sub(r"\s*\([^()]*\)$", "", text)
    return text if takes_back(text[len(shorter) :]) or count(shorter) < SHORTEST_ALONE else shorter


__all__ = ["Form", "Names", "Said", "say", "speaks_to_reader", "without_stop"]
