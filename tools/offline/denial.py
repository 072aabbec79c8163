"""When an answer is no: the company denies it, or says what else it does."""

import re
from collections.abc import Sequence
from functools import partial

from tools.engine import Judgement
from tools.offline.lexicon import Pattern
from tools.offline.phrases import Phrases, signal_pattern
from tools.offline.questions import Asked
from tools.offline.said import Said, trusted
from tools.offline.scoring import tells_history
from tools.offline.signals import is_ours
from tools.offline.verdicts import answer

NEAR, BESIDE = 6, 2  # words between a denial and what it denies: with a verb of offering, and without
MENTIONS = 1  # sentences that may have a signal, though not as what is offered
_BEING = re.compile(r"are|is the.*|sind.*|ist (?:der|die|das)|sont|est (?:le|la|l).*|as.*|als|comme", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:–—]|, (?:and|but|or|und|aber|oder|et|mais) ")

FIRM, VERY_FIRM = 1.5, 2.0  # points of a sentence from which a "no" is inferred, and for a must or a never


def denials(asked: Asked, said: Sequence[Said]) -> list[Said]:
    """The company's own sentences that deny a signal."""
    return trusted(one for one in said if _denies(asked, one) and one.own)


def _denies(asked: Asked, one: Said) -> bool:
    phrases = one.phrases
    if not phrases.denies.search(one.text) or phrases.denies_not.search(one.text):
        return False
    for signal in _signals_of(asked, one).finditer(one.text):
        for word in phrases.denies.finditer(one.text, 0, signal.start()):
            if _reaches(phrases, one.text, word, signal):
                return True
    return False


def _reaches(phrases: Phrases, text: str, denial: re.Match[str], signal: re.Match[str]) -> bool:
    """Whether a denial is the sentence's own and takes in the whole signal ("no X", not "no X that is unbuilt")."""
    clause = _CLAUSE.split(text[: denial.start()])[-1]
    if phrases.in_a_relative.search(clause) or phrases.limits.match(text[signal.end() :].lstrip()):
        return False
    gap = text[denial.end() : signal.start()]
    words = len(gap.split())
    if phrases.offers.search(gap) or phrases.serves.search(gap) or phrases.has.search(gap):
        return words <= NEAR
    plain = not phrases.verbal.fullmatch(denial.group()) or all(phrases.beside.fullmatch(w) for w in gap.split())
    return words <= BESIDE and plain


def inferred_no(asked: Asked, said: Sequence[Said]) -> Judgement | None:
    """A "no" from what the company says that it does, where the thing asked for is hardly mentioned."""
    its_own = [one for one in said if one.of_itself]
    silent = [one for one in its_own if not _signals_of(asked, one).search(one.text)]
    related = signal_pattern(asked.related, "en")
    mentions = len(its_own) - len(silent) if asked.concepts else sum(map(partial(_mentions, asked), said))
    if mentions > (MENTIONS if asked.concepts else 0) or any(related.search(one.text) for one in its_own):
        return None
    firm = max((one for one in silent if _says_what_it_offers(one)), key=lambda one: one.points, default=None)
    if firm is None or firm.points < (VERY_FIRM if asked.stakes else FIRM):
        return None
    return answer("no", [firm], "Inferred: it says what it does, and does not name that.")


def _mentions(asked: Asked, one: Said) -> bool:
    return bool(_signals_of(asked, one).search(one.text))


def _signals_of(asked: Asked, one: Said) -> Pattern:
    return signal_pattern(asked.signals, one.speaker.words.language)


def _says_what_it_offers(one: Said) -> bool:
    if one.is_heading or one.is_over or one.of_others:
        return False
    if one.describes:
        return True
    verb = one.phrases.makes.search(one.text) or one.phrases.offers.search(one.text)
    if verb is None or _BEING.fullmatch(verb.group()) or tells_history(one.text, one.speaker):
        return False
    return is_ours(verb, one.text, one)
