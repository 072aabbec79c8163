"""What is never quoted, and why.

A fact must read as something that the company says of itself, in a sentence of its own. Each rule here
keeps out one kind of text that does not; a sentence that no rule rejects may still be a poor one, which
is for `scoring` to say.
"""

import re
from collections.abc import Callable

from tools.injection import is_instruction
from tools.offline.lexicon import any_of, load
from tools.offline.names import fold
from tools.offline.pronouns import points_out
from tools.offline.sentences import Sentence
from tools.offline.speaker import FRONT, Speaker

MIN_WORDS, MAX_WORDS = 6, 44
MAX_CHARS = 500
MAX_CAPITALS = 0.3

_NO_EVIDENCE = frozenset(
    {"question", "broken", "another's voice", "speaks ill", "misfortune", "another's deed", "statistic"}
)

Rule = Callable[[Sentence, Speaker], object]

_SIGNS = load("quotable")
_CONTACT = re.compile("|".join(_SIGNS["contact"]))
_MAY_BE_CONTACT = re.compile(r"[\d@#/]|www")
_PRICE = re.compile("|".join(_SIGNS["price"]), re.IGNORECASE)
_RAISED = re.compile("|".join(_SIGNS["money_raised"]), re.IGNORECASE)
_BROKEN = re.compile("|".join(_SIGNS["broken"]))
_CLOSED = re.compile(r"[.!][\"'”’»)]*$")
_TEASER = re.compile(r"(?:\.\.+|…|\[…\])[\"'”’»)]*$")
_QUESTION = re.compile(r"\?")
_AT = any_of(_SIGNS["at_the_company"])
_INTRODUCES = any_of(_SIGNS["introduces_itself"])
_CLAUSE = re.compile(r"(?:To|For|If|When|Once|By|Before|After|Um|Für|Wenn|Pour|Si|Avant|Après)\b[^,]{3,70}, ")
_PROPER = re.compile(r"(?:the |The )?((?:[A-ZÄÖÜÉÈ][\w&.'’-]*\s+){1,5})")
_QUOTED_SPEECH = re.compile(r"^[\"“„«»‘]|[\"”“»«]\s*$|^[^\"“„«]*(?<!\d)[”»]")


def why_not(sentence: Sentence, speaker: Speaker) -> str:
    """Why `sentence` must not be quoted; "" where it may, unless it is `for_machines`."""
    return next((why for why, rejects in RULES if rejects(sentence, speaker)), "")


def speaks_for_others(sentence: Sentence, speaker: Speaker) -> bool:
    """Whether `sentence` is no evidence of what the company is: another's words or deed, a question, an order."""
    return any(rejects(sentence, speaker) for why, rejects in RULES if why in _NO_EVIDENCE) or for_machines(
        sentence
    )


def for_machines(sentence: Sentence) -> bool:
    """Whether it addresses a language model. Costs as much as all other rules together: to be asked last."""
    return is_instruction(sentence.text)


def _wrong_length(s: Sentence, _: Speaker) -> bool:
    return not MIN_WORDS <= s.text.count(" ") + 1 <= MAX_WORDS or len(s.text) > MAX_CHARS


def _no_sentence(s: Sentence, speaker: Speaker) -> bool:
    return not _CLOSED.search(s.text) or bool(_TEASER.search(s.text)) or not _begins_well(s.text, speaker)


def _begins_well(text: str, speaker: Speaker) -> bool:
    """Whether it begins as sentences do: with a capital, a digit, or a name that is written small."""
    if text[0].isupper() or text[0].isdigit():
        return True
    first = text.split(maxsplit=1)[0]
    return text[0].isalpha() and (any(map(str.isupper, first)) or bool(speaker.names.any.match(fold(text))))


def _question(s: Sentence, _: Speaker) -> object:
    return _QUESTION.search(s.text)


def _broken(s: Sentence, speaker: Speaker) -> object:
    if (
        "â" in s.text and speaker.words.language != "fr"
    ):  # what is left of a quotation mark that was decoded wrongly
        return True
    return _BROKEN.search(s.text) or s.text.count("(") != s.text.count(")")


def _contact(s: Sentence, _: Speaker) -> object:
    return _MAY_BE_CONTACT.search(s.text) and _CONTACT.search(s.text)


def _price(s: Sentence, _: Speaker) -> bool:
    return bool(_PRICE.search(s.text)) and not _RAISED.search(s.text)


def _shouted(s: Sentence, _: Speaker) -> bool:
    letters = sum(map(str.isalpha, s.text))
    return sum(map(str.isupper, s.text)) > MAX_CAPITALS * max(letters, 1)


def is_imperative(s: Sentence, speaker: Speaker) -> bool:
    """Whether the sentence tells its reader to do something."""
    words, text = speaker.words, s.text
    if words.compounds.match(text):
        return False
    clause = _CLAUSE.match(text)
    starts = [text, text[clause.end() :]] if clause else [text]
    if any(_commands(start, speaker) for start in starts):
        return True
    return bool(words.you.search(text)) and not (words.finite.search(text) or speaker.speaks(text[:FRONT]))


def _commands(text: str, speaker: Speaker) -> bool:
    words = speaker.words
    if words.imperatives.match(text):
        return True
    before = words.before_command.match(text)
    text = text[before.end() :].lstrip(" ,") if before else text
    if before and words.imperatives.match(text):
        return True
    ambiguous = words.or_noun.match(text)
    return bool(ambiguous) and not words.finite.search(" ".join(text.split()[1:7]))


def _boilerplate(s: Sentence, speaker: Speaker) -> object:
    return speaker.words.boilerplate.search(s.text) or speaker.words.navigation_headings.fullmatch(s.heading)


def _others_voice(s: Sentence, speaker: Speaker) -> object:
    words = speaker.words
    return (
        s.quoted
        or _QUOTED_SPEECH.search(s.text)
        or words.first_person.search(s.text)
        or words.testimonials.search(s.heading)
        or s.text.startswith(("Their ", "Leur ", "Leurs "))
        or _praises_a_supplier(s.text, speaker)
    )


def _praises_a_supplier(text: str, speaker: Speaker) -> bool:
    """Whether somebody says "we" and names the company as another: "Acme has been our partner"."""
    named = speaker.company_in(text)
    us = speaker.words.we.search(text)
    if not named or not us or _AT.match(text[: named.start()]) or " by us" in text:
        return False
    introduces = _INTRODUCES.match(text, us.start())
    return not (introduces and introduces.end() >= named.start() - 1)


def _instruction(s: Sentence, speaker: Speaker) -> object:
    return speaker.words.instructions.search(s.heading) and not speaker.speaks(s.text)


def _points_back(s: Sentence, speaker: Speaker) -> object:
    return speaker.words.points_back.match(s.text) or points_out(s.text, speaker.words)


def _speaks_ill(s: Sentence, speaker: Speaker) -> object:
    return speaker.words.ill.search(s.text)


def _misfortune(s: Sentence, speaker: Speaker) -> object:
    """Whether it tells of an end or a loss: no news that a stranger opens a mail with."""
    return speaker.words.misfortune.search(s.text)


def _names_a_competitor(s: Sentence, speaker: Speaker) -> object:
    return speaker.words.competitors.search(s.text)


def _others_deed(s: Sentence, speaker: Speaker) -> object:
    """Whether the sentence's subject is somebody else, and it tells what they did."""
    if speaker.words.client_story.search(s.text):
        return True
    subject = _PROPER.match(s.text)
    if not subject or speaker.speaks(subject.group()) or speaker.words.we.match(s.text):
        return False
    deed = speaker.words.deeds.match(s.text, subject.end())
    return deed and not speaker.names_itself(s.text[: subject.end()])


def _statistic(s: Sentence, speaker: Speaker) -> object:
    return speaker.words.stories.search(s.text) and not speaker.speaks(s.text)


RULES: tuple[tuple[str, Rule], ...] = (
    ("question", _question),
    ("length", _wrong_length),
    ("no sentence", _no_sentence),
    ("broken", _broken),
    ("contact", _contact),
    ("price", _price),
    ("capitals", _shouted),
    ("imperative", is_imperative),
    ("boilerplate", _boilerplate),
    ("another's voice", _others_voice),
    ("instruction", _instruction),
    ("points back", _points_back),
    ("misfortune", _misfortune),
    ("speaks ill", _speaks_ill),
    ("names a competitor", _names_a_competitor),
    ("another's deed", _others_deed),
    ("statistic", _statistic),
)
