"""The subject line: two to seven words built from what is proven, without hype."""

import re
from dataclasses import dataclass

from memory.profile import Offer
from memory.words import Language
from tools.offline.addressee import Addressee
from tools.offline.templates import Choice, Lines, Templates
from tools.offline.turning import count

LONGEST, SHORTEST, LONGEST_CHARS = 7, 2, 70
_PAUSE = re.compile(r"\s*[,;:(.–—].*$")
_FOR = re.compile(r"\s(?:for|für|pour)\s.*$")
_ARTICLE = re.compile(r"^(?:(?:the|an?|der|die|das|eine?|le|la|les|une?|des)\s+|l[’'])", re.IGNORECASE)
_CUT = re.compile(
    r"\s*(?:[,;:(.–—]|\s(?:for|that|which|written|made|so|with|to|from|in|für|mit|aus|die|der|das|von|pour|qui|avec|à"
    r"|dans)\s).*$"
)
_NO_NOUN_PHRASE = re.compile(
    r"^(?:we|our|i|wir|unser\w*|nous|notre|nos|helping|making|wie|how|comment)\b|\b(?:that|which|who|qui|die|der|das)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Material:
    """What a subject may be built from; "" where there is none."""

    company: str
    sender: str
    what: str
    topic: str


def material(offer: Offer, language: Language, to: Addressee, topic: str) -> Material:
    """The pieces of a subject for `to`."""
    sender = " ".join(offer.sender.company.split())
    return Material(to.company, sender, short_what(offer.text_in("what", language) or ""), topic)


def short_what(what: str) -> str:
    """The head of "production planning for small factories", or "" where it is no short noun phrase."""
    whole = _ARTICLE.sub("", _PAUSE.sub("", " ".join(what.split())))
    heads = (_FOR.sub("", whole), whole, _CUT.sub("", whole))
    fitting = (head for head in heads if _names_a_trade(head) and not _NO_NOUN_PHRASE.search(head))
    return next(fitting, "")


def _names_a_trade(head: str) -> bool:
    """ "help" alone says nothing; a German compound does."""
    return 2 <= count(head) <= 4 or (count(head) == 1 and len(head) >= 10)


def topic_of(quote: str, templates: Templates) -> str:
    """A thing in `quote` that a subject can name: "80+ countries", "ISO 9001"; "" where there is none."""
    topics = templates.topics
    for phrase in topics.phrases:
        if match := re.search(rf"(?<![\w-]){phrase}(?![\w-])", quote):
            return "" if _bounded(quote[: match.start()], topics.bounds) else match.group()
    number = re.search(rf"(?<![\w.,-])\d[\d.,]*\+? (?:{'|'.join(topics.nouns)})\b", quote)
    return number.group() if number and not _bounded(quote[: number.start()], topics.bounds) else ""


def _bounded(before: str, bounds: frozenset[str]) -> bool:
    """Whether a word such as "over" stands before, without which a number would say more than the page."""
    words = re.findall(r"\w+", before.lower())
    return bool(words) and words[-1] in bounds


def subject(given: Material, templates: Templates, choice: Choice, *, plain: bool) -> str:
    """A subject line; a `plain` one names neither topic nor trade."""
    table = templates.subjects
    tiers: list[Lines] = [table.plain]
    if not plain:
        tiers = [(*table.topic, *table.what, *table.company), table.sender, *tiers]
    for tier in tiers:
        fitting = [line for template in tier if _fits(line := _filled(template, given))]
        if fitting:
            return choice.of(fitting, "subject")
    return choice.of(table.plain, "subject")


def _filled(template: str, given: Material) -> str:
    pieces = {"company": given.company, "sender": given.sender, "what": given.what, "topic": given.topic}
    if any(
        f"{{{name}}}" in template or f"{{{name.capitalize()}}}" in template
        for name, piece in pieces.items()
        if not piece
    ):
        return ""
    capital = {name.capitalize(): piece[:1].upper() + piece[1:] for name, piece in pieces.items()}
    return template.format(**pieces, **capital)


def _fits(line: str) -> bool:
    return SHORTEST <= count(line) <= LONGEST and len(line) <= LONGEST_CHARS and line.isprintable()
