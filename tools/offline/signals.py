"""How clearly a sentence says that the company offers, serves, has or is what a signal names."""

import re
from collections.abc import Callable, Sequence

from tools.offline.lexicon import Pattern
from tools.offline.names import fold
from tools.offline.phrases import signal_pattern
from tools.offline.questions import Asked
from tools.offline.said import Said

CLEAR, WEAK = 2, 1
HEADINGS = 600  # characters at the top of a page whose headings say what it is about

Weigh = Callable[[Said, re.Match[str]], int]

_RELATIVE = r"\b(?:that|which|who|whose|qui|dont)\b"
_WHOSE_THING = re.compile(_RELATIVE, re.IGNORECASE)
_NOT_ITS_VERB = re.compile(
    rf"{_RELATIVE}|\b(?:how|where|when|people|users|customers)\b|\b(?:to|zu|pour|de|thereby|consequently),? $",
    re.IGNORECASE,
)
_ALREADY_KNOWN = re.compile(r" (?:the|this|these|those|that|dies\w+|cette?|ces) ")
_UP_TO_FIVE = re.compile(r"(?:\s+[\w'’&/,-]+){0,5}\s*$")
_SOMEBODY_ELSES = re.compile(
    r"\b(?:at|in|of|from|like|than|as|using|our|their|its|unser\w*|nos|notre|leurs?)\b", re.IGNORECASE
)
_CLAUSE = re.compile(r"[,;:–—] ")
_THEN_WE = re.compile(r"\swir\b")
_IS = re.compile(r"\s+(?:is|are|ist|sind|est|sont)(?: [\w-]+){0,4}[\s-]*")
_COUNTED = re.compile(
    r"(?:\w+ ){0,3}(?:\d[\d.,\s]*\+?|thousands of|hundreds of|tausende|hunderte|milliers d\w*|centaines d\w*)"
    r"\s?(?:\w+ )?$",
    re.IGNORECASE,
)


def weighed(asked: Asked, said: Sequence[Said], weigh: Weigh) -> list[tuple[int, Said]]:
    """The sentences whose signals weigh something, each text once, the clearest first."""
    found: dict[str, tuple[int, Said]] = {}
    for one in said:
        pattern = signal_pattern(asked.signals, one.speaker.words.language)
        signals = [s for s in pattern.finditer(one.text) if not (_is_in_a_name(one, s) or _is_denied(one, s))]
        best = max(weigh(one, signal) for signal in signals) if signals else 0
        if best and not (one.is_over or one.of_others):
            found.setdefault(one.text, (best, one))
    return sorted(found.values(), key=lambda pair: -pair[0])


def offered(said: Said, signal: re.Match[str]) -> int:
    """How clearly the signal is what the sentence says is offered."""
    before, after = said.text[: signal.start()], said.text[signal.end() :].lstrip(" -")
    if said.phrases.not_the_thing.match(after):
        return 0
    if said.own and not said.describes:
        return _offered_by_us(said, before)
    if said.phrases.between.search(before):
        return 0
    if said.describes and not said.is_heading:
        return CLEAR
    at_the_top = said.is_heading and said.sentence.start < HEADINGS
    return WEAK if said.describes or said.of_a_product or at_the_top else 0


def _offered_by_us(said: Said, before: str) -> int:
    name = _last(said.speaker.names.any, fold(before))
    if name and _IS.fullmatch(before, name.end()) and not said.phrases.between.search(before, name.end()):
        return CLEAR  # "Acme is shift planning software"
    if name and len(before[name.end() :].split()) <= 2 and not said.phrases.between.search(before, name.end()):
        return CLEAR  # "The Joco cup"
    verb = _last(said.phrases.offers, before)
    if verb and not said.phrases.between.search(before, verb.end()) and is_ours(verb, before, said):
        return WEAK if _ALREADY_KNOWN.match(before, verb.end()) or "including" in before[verb.end() :] else CLEAR
    ours = _last(said.phrases.ours, before)
    near = (
        ours and _UP_TO_FIVE.fullmatch(before, ours.end()) and not said.phrases.between.search(before, ours.end())
    )
    return WEAK if near else 0


def is_ours(verb: re.Match[str], before: str, said: Said) -> bool:
    """Whether the company is a verb's subject; in German it may follow the verb ("Auf Wunsch bauen wir …")."""
    return bool(_THEN_WE.match(before, verb.end())) or _is_our_verb(before[: verb.start()], said)


def _is_our_verb(subject: str, said: Said) -> bool:
    """Whether what stands before a verb makes the company its subject."""
    return (
        said.speaker.speaks(subject)
        and not _NOT_ITS_VERB.search(subject)
        and not said.phrases.not_ours.search(subject)
        and not said.speaker.words.you.search(subject)
    )


def thing(said: Said) -> int:
    """How clearly the company speaks of a thing: that it makes one, its material, its weight or size."""
    if said.is_heading or not (said.of_itself or said.of_a_product):
        return 0
    making = said.phrases.makes.search(said.text)
    subject = said.text[: making.start()] if making else ""
    if making and _is_our_verb(subject, said) and not said.phrases.serves.search(" ".join(subject.split()[-3:])):
        return CLEAR  # not "we translate for makers of machines"
    if said.phrases.made_of.search(said.text):
        return CLEAR
    return WEAK if said.phrases.tangible.search(said.text) else 0


def served(said: Said, signal: re.Match[str]) -> int:
    """How clearly the signal is somebody whom the company serves."""
    before, after = said.text[: signal.start()], said.text[signal.end() :].lstrip(" -")
    if said.phrases.not_the_thing.match(after):
        return 0
    if said.phrases.ambition.search(said.text):
        return 0
    if said.own and (_COUNTED.match(before) or said.phrases.buys.search(after)):
        return CLEAR  # "Over 9,000 companies invoice with Acme", "Hotels order from us"
    word = _last(said.phrases.serves, before)
    if not word or not _UP_TO_FIVE.fullmatch(before, word.end()):
        return 0
    gap = before[word.end() :].strip()
    if _SOMEBODY_ELSES.search(gap) or _is_to_do(word.group(), gap, said):
        return 0
    if said.of_itself:
        return CLEAR
    return 0 if said.speaker.words.finite.search(said.text) else WEAK


def _is_to_do(word: str, gap: str, said: Said) -> bool:
    """Whether "to" begins a verb and names no recipient: "to access health care"."""
    words = said.speaker.words
    return word.lower() == "to" and bool(words.imperatives.match(gap) or words.or_noun.match(gap))


def addresses_a_business(said: Said) -> int:
    """Whether its reader is one: it speaks of your customers, your employees, your business."""
    if said.is_heading:
        return 0
    return WEAK if said.phrases.readers.search(said.text) else 0


def had(said: Said, signal: re.Match[str]) -> int:
    """How clearly the signal is something that the company has."""
    before = said.text[: signal.start()]
    word = _last(said.phrases.has, before)
    if not word or not _UP_TO_FIVE.fullmatch(before, word.end()) or not said.of_itself or said.of_its_people:
        return 0
    gap = before[word.end() :]
    if "," in gap or said.phrases.between.search(gap) or said.speaker.words.finite.search(gap):
        return 0
    return 0 if _WHOSE_THING.search(before[: word.start()]) else CLEAR


def named_as(said: Said, _: re.Match[str]) -> int:
    """How clearly the company calls itself what the signal says."""
    if said.of_its_people:
        return 0
    return CLEAR if said.of_itself else WEAK


def _is_in_a_name(said: Said, signal: re.Match[str]) -> bool:
    names = said.speaker.names.company.finditer(fold(said.text))
    return any(name.start() <= signal.start() and signal.end() <= name.end() + 1 for name in names)


def _is_denied(said: Said, signal: re.Match[str]) -> bool:
    """Whether its clause says "not" or "never" before the signal: then it is no evidence of a yes."""
    clause = _CLAUSE.split(said.text[: signal.start()])[-1]
    return bool(said.phrases.denies.search(clause)) and not said.phrases.denies_not.search(said.text)


def _last(pattern: Pattern, text: str) -> re.Match[str] | None:
    *_, last = [None, *pattern.finditer(text)]
    return last
