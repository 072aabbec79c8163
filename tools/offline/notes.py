"""What a note, told in plain words, is about, and whether it asks for more than to be remembered."""

import re
from dataclasses import dataclass

from memory.remembered import About
from tools.offline.lexicon import any_of, load
from tools.plain_words import words_of

_LISTS = load("notes")
_ORDER: tuple[About, ...] = ("rule", "sender", "tone", "profile", "product")
_ABOUT = {about: any_of(_LISTS[about]) for about in _ORDER}
_FILES = (".csv", ".xlsx", ".xls", ".json", ".jsonl", ".toml", ".txt", ".pdf", ".html", ".md")
_NEVER = any_of(_LISTS["never"])
_FORGET = re.compile("|".join(_LISTS["forget"]), re.IGNORECASE)
_SMALL = re.compile("|".join(_LISTS["small"]))
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:www\.)?((?:[\w-]{1,63}\.){1,5}[a-z]{2,24})(?![\w@-]|\.\w)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Wish:
    """What a note is about, whom it says never to contact, and what is to be forgotten ("" for nothing).

    `is_ban`: it says not to contact somebody, who may be nobody that an address or a domain stands for.
    `people`: the mail addresses in it, where it says no such thing.
    """

    about: About = "other"
    never_contact: tuple[str, ...] = ()
    forget: str = ""
    is_ban: bool = False
    people: tuple[str, ...] = ()


def wish_of(text: str) -> Wish:
    """What the words of a note say."""
    if begun := _FORGET.match(text.strip()):
        words = [word for word in words_of(text.strip()[begun.end() :]) if not _SMALL.fullmatch(word)]
        return Wish(about_of(text), forget=" ".join(words))
    if not _NEVER.search(text):
        return Wish(about_of(text), people=addresses_in(text))
    addresses = addresses_in(text)
    domains = [name.lower() for name in _DOMAIN.findall(text) if not name.lower().endswith(_FILES)]
    return Wish("rule", tuple(dict.fromkeys((*addresses, *domains))), is_ban=True)


def addresses_in(text: str) -> tuple[str, ...]:
    """The mail addresses that a text names, each once."""
    return tuple(dict.fromkeys(found.lower() for found in _ADDRESS.findall(text)))


def about_of(text: str) -> About:
    """What a text is about, or asks about."""
    return next((about for about in _ORDER if _ABOUT[about].search(text)), "other")
