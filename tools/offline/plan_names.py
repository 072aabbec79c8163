"""Whom a part of a command is about: a company, or the person or company that a mail goes to."""

import re

from tools.offline.lexicon import any_of, load
from tools.offline.plan_marks import Part

LONGEST = 100  # characters of a name

_LISTS = load("plan_entities")
_TITLE = any_of(_LISTS["titles"])
_FIRST = re.compile(r"(?!(?:He|She|They|I|We|Er|Sie|Il|Elle)\b)[A-ZÄÖÜÉ][\w-]+(?: [A-ZÄÖÜÉ][\w-]+)*")
_TOWARDS = re.compile(r"(?<!\w)(?:to|with|for|email|mail|an|mit|für|à|avec|pour|frau|herrn?)$", re.IGNORECASE)
_FROM = re.compile(r"(?<!\w)(?:from|of|von|de)$", re.IGNORECASE)
_AT = re.compile(r"(?<!\w)(?:at|bei|chez)$", re.IGNORECASE)
_ASKED = re.compile(r"(?<!\w)(?:if|whether|does|do|is|did|has|about|into|ob)$", re.IGNORECASE)
_ON = "and|about|saying|with|for|that|mention|und|dass|et|que"  # how a command goes on after a name
_TO_SMALL = re.compile(
    r"^(?:\w+ ){1,5}(?:to|an|à) ([a-zäöüéèß][\w'-]+"
    rf"(?: (?!(?:{_ON})\b)[a-zäöüéèß][\w'-]+)?)(?=[.!,;]|$| (?:{_ON})\b)"
)
_NO_NAME = frozenset((*_LISTS["no_industry"], *_LISTS["not_names"], *_LISTS["places"], *_LISTS["months"]))
_NOBODYS = ("lead", "company", "people", "those", "leans", "mail", "title", "sales_noun")
_GERMAN_PLURAL = re.compile(r"(?:ern|nen|eben|en)$")


def company_of(part: Part) -> str | None:
    """The company after "at", after "the CTO of", after "from", or whose page is to be read or asked about."""
    for name, before in part.named:
        if _AT.search(before) and not (before.endswith("bei") and _GERMAN_PLURAL.search(name)):
            return name
        if before.endswith(" of") and _TITLE.search(before):
            return name
    if part.names and part.begins("read") and part.has("site"):
        return part.names[0]
    if asked := next((name for name, before in part.named if _ASKED.search(before)), None):
        return asked
    after = (name for name, before in part.named if _FROM.search(before))
    return None if _toward(part) else next(after, None)


def name_of(part: Part) -> str | None:
    """The person or company that a mail goes to: "to Tom", "Answer Tom's question", "Maria said …"."""
    if part.begins("told") and (first := _FIRST.match(part.said)):
        return first[0][:LONGEST]
    name = _toward(part) or _object(part) or (_sender(part) if part.begins("reply") else None)
    return name if name and len(name) <= LONGEST else None


def small_name_of(part: Part) -> str | None:
    """A name in small letters: "write to ada". Words that name many - a trade, a job - are none."""
    found = _TO_SMALL.match(part.said) if part.begins("write") or part.begins("contact") else None
    if not found or len(found[1]) > LONGEST or any(map(Part(found[1]).has, _NOBODYS)):
        return None
    words = found[1].lower().split()
    return None if any(word in _NO_NAME or word.endswith("s") for word in words) else found[1]


def _toward(part: Part) -> str | None:
    return next((name for name, before in part.named if _TOWARDS.search(before) and not _is_job(name)), None)


def _object(part: Part) -> str | None:
    """The name that follows the first word at once."""
    return next((name for name, before in part.named if " " not in before and not _is_job(name)), None)


def _sender(part: Part) -> str | None:
    return next((name for name, before in part.named if _FROM.search(before)), None)


def _is_job(name: str) -> bool:
    return bool(_TITLE.fullmatch(name))
