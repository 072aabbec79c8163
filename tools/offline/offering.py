"""Judging what a company offers, whom it serves and what it has.

A signal counts only at the right place of a sentence that the company says of itself: as the thing that is
offered, after a word of serving, or after a word of having. A clear statement is worth two points, a weaker
one a point, and two points are a yes: wrong yes is the worst error here.
"""

import re
from collections.abc import Callable, Sequence

from tools.engine import Judgement
from tools.offline.names import fold
from tools.offline.phrases import Phrases, phrases_of, signal_pattern
from tools.offline.questions import Asked
from tools.offline.said import Said
from tools.offline.verdicts import answer, unknown

CLEAR, WEAK = 2, 1
ENOUGH = 2
NEAR = 6  # words
FIRM, VERY_FIRM = 1.0, 1.5  # points of a sentence from which a "no" is inferred, and for a must or a never
HEADINGS = 600  # characters at the top of a page whose headings say what it is about

Weigh = Callable[[Said, re.Match[str], Phrases], int]

_COUNTED = re.compile(
    r"(?i)(?:\d[\d.,   ]*\+?|thousands of|hundreds of|millions of|tausende?|hunderte|milliers d['’e]\s?e?|centaines d['’e]\s?e?)\s?(?:\w+ )?$"
)
_INFINITIVE = re.compile(r"\b(?:to|zu|pour|de) $")
_ALREADY_KNOWN = re.compile(r" (?:the|this|these|those|that|dies\w+|cette?|ces) ")
_UP_TO_FIVE = re.compile(r"(?:\s+[\w'’&/,-]+){0,5}\s*$")


def judge_offer(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company makes, sells or offers the thing."""
    evidence, points = _weighed(asked, said, _offered)
    if "goods" in asked.concepts:
        known = {one.text for one in evidence}
        things = [(weight, one) for one in said if one.text not in known and (weight := _is_a_thing(one))]
        evidence, points = [*evidence, *(one for _, one in things)], points + sum(weight for weight, _ in things)
    denied = _denials(asked, said)
    if denied:
        return _denied(denied, evidence, points)
    if points >= ENOUGH:
        return answer("yes", evidence, "It says so of what it offers.")
    return (None if evidence else _inferred(asked, said)) or unknown(
        "Its pages do not say clearly whether it offers that.", evidence
    )


def judge_whom(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company serves such customers."""
    evidence, points = _weighed(asked, said, _served)
    if "businesses" in asked.concepts:
        addressed = [
            one for one in said if one.text not in {e.text for e in evidence} and _addresses_a_business(one)
        ]
        evidence, points = [*evidence, *addressed], points + len(addressed)
    denied = _denials(asked, said)
    if denied:
        return _denied(denied, evidence, points)
    if points >= ENOUGH:
        return answer("yes", evidence, "It names such customers as those it serves.")
    return unknown("Its pages do not say clearly whom it serves.", evidence)


def judge_having(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company has or runs the thing, or is what the question says."""
    evidence, points = _weighed(asked, said, _had if asked.kind == "has" else _is_it)
    denied = _denials(asked, said)
    if denied:
        return _denied(denied, evidence, points)
    if points >= ENOUGH:
        return answer("yes", evidence, "It says so of itself.")
    return unknown("Its pages do not say so clearly.", evidence)


def _weighed(asked: Asked, said: Sequence[Said], weigh: Weigh) -> tuple[list[Said], int]:
    """The sentences that speak for a yes, the clearest first, and their points together."""
    found: list[tuple[int, Said]] = []
    for one in said:
        language = one.speaker.words.language
        phrases = phrases_of(language)
        matches = signal_pattern(asked.signals, language).finditer(one.text)
        best = max((weigh(one, match, phrases) for match in matches if not _is_in_a_name(one, match)), default=0)
        if best:
            found.append((best, one))
    found.sort(key=lambda pair: -pair[0])
    points = {one.text: best for best, one in found}
    return [one for _, one in found], sum(points.values())


def _is_in_a_name(said: Said, signal: re.Match[str]) -> bool:
    names = said.speaker.names.company.finditer(fold(said.text))
    return any(name.start() <= signal.start() and signal.end() <= name.end() + 1 for name in names)


def _offered(said: Said, signal: re.Match[str], phrases: Phrases) -> int:
    """How clearly the signal is what the sentence says is offered."""
    before, after = said.text[: signal.start()], said.text[signal.end() :].lstrip(" -")
    if phrases.not_the_thing.match(after):
        return 0
    if said.describes:
        if phrases.between.search(before):
            return 0
        return WEAK if said.sentence.is_heading else CLEAR
    if said.own:
        return _offered_by_us(said, before, phrases)
    top_heading = said.sentence.is_heading and said.sentence.start < HEADINGS
    return WEAK if top_heading and not phrases.between.search(before) else 0


def _offered_by_us(said: Said, before: str, phrases: Phrases) -> int:
    *_, name = [None, *said.speaker.names.any.finditer(fold(before))]
    if name and len(before[name.end() :].split()) <= 2 and not phrases.between.search(before, name.end()):
        return CLEAR  # "The Joco cup"
    *_, verb = [None, *phrases.offers.finditer(before)]
    if verb and not phrases.between.search(before, verb.end()):
        subject = before[: verb.start()]
        if (
            said.speaker.speaks(subject)
            and not _INFINITIVE.search(subject)
            and not said.speaker.words.you.search(subject)
        ):
            return (
                WEAK if _ALREADY_KNOWN.match(before, verb.end()) or "including" in before[verb.end() :] else CLEAR
            )
    *_, ours = [None, *phrases.ours.finditer(before)]
    if ours and _UP_TO_FIVE.fullmatch(before, ours.end()) and not phrases.between.search(before, ours.end()):
        return WEAK
    return 0


def _served(said: Said, signal: re.Match[str], phrases: Phrases) -> int:
    """How clearly the signal is somebody whom the company serves."""
    before, after = said.text[: signal.start()], said.text[signal.end() :].lstrip(" -")
    if phrases.not_the_thing.match(after):
        return 0
    if said.own and _COUNTED.search(before):
        return CLEAR
    *_, word = [None, *phrases.serves.finditer(before)]
    if not word or not _UP_TO_FIVE.fullmatch(before, word.end()):
        return 0
    if said.own or said.describes:
        return CLEAR
    return 0 if said.speaker.words.finite.search(said.text) else WEAK


def _addresses_a_business(one: Said) -> bool:
    """Whether its reader is one: it speaks of your customers, your employees, your business."""
    return not one.sentence.is_heading and bool(phrases_of(one.speaker.words.language).readers.search(one.text))


def _is_a_thing(one: Said) -> int:
    """How clearly the company speaks of a thing that it makes: of a material, with a weight, a size."""
    phrases = phrases_of(one.speaker.words.language)
    if not (one.own or one.describes) or one.sentence.is_heading:
        return 0
    made = phrases.makes.search(one.text)
    if (made and one.speaker.speaks(one.text[: made.start()])) or phrases.made_of.search(one.text):
        return CLEAR
    return WEAK if phrases.tangible.search(one.text) else 0


def _had(said: Said, signal: re.Match[str], phrases: Phrases) -> int:
    """How clearly the signal is something that the company has."""
    before = said.text[: signal.start()]
    *_, word = [None, *phrases.has.finditer(before)]
    near = (
        bool(word) and _UP_TO_FIVE.fullmatch(before, word.end()) and not phrases.between.search(before, word.end())
    )
    return CLEAR if near and (said.own or said.describes) else 0


def _is_it(said: Said, signal: re.Match[str], phrases: Phrases) -> int:
    return CLEAR if said.own or said.describes else WEAK


def _denials(asked: Asked, said: Sequence[Said]) -> list[Said]:
    """The company's own sentences that deny the signal."""
    return [one for one in said if one.own and _denies(asked, one)]


def _denies(asked: Asked, one: Said) -> bool:
    language = one.speaker.words.language
    phrases = phrases_of(language)
    if not phrases.denies.search(one.text) or phrases.denies_not.search(one.text):
        return False
    for signal in signal_pattern(asked.signals, language).finditer(one.text):
        *_, word = [None, *phrases.denies.finditer(one.text, 0, signal.start())]
        if word and len(one.text[word.end() : signal.start()].split()) <= NEAR:
            return True
    return False


def _denied(denied: list[Said], evidence: list[Said], points: int) -> Judgement:
    if points >= ENOUGH and any(one.text not in {d.text for d in denied} for one in evidence):
        return unknown("Its pages say both yes and no.", [denied[0], evidence[0]])
    return answer("no", denied, "It says so itself.")


def _says_what_it_offers(one: Said) -> bool:
    if one.sentence.is_heading or not (one.own or one.describes):
        return False
    return one.describes or bool(phrases_of(one.speaker.words.language).offers.search(one.text))


def _inferred(asked: Asked, said: Sequence[Said]) -> Judgement | None:
    """A "no" from what the company says that it does, where the thing asked for hardly occurs."""
    mentions = sum(
        bool(signal_pattern(asked.signals, one.speaker.words.language).search(one.text))
        for one in said
        if one.own or one.describes
    )
    if mentions > 1:
        return None
    floor = VERY_FIRM if asked.stakes else FIRM
    firm = max((one for one in said if _says_what_it_offers(one)), key=lambda one: one.points, default=None)
    if firm is None or firm.points < floor:
        return None
    return answer("no", [firm], "Inferred: it says what it does, and does not name that.")
