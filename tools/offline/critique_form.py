"""The shape of a first mail: its length, subject, greeting, one question, end."""

import re
from collections.abc import Callable, Iterator

from tools.offline.plans import FEWEST, MOST
from tools.offline.reading import Reading
from tools.offline.subjects import LONGEST, LONGEST_CHARS, SHORTEST
from tools.offline.turning import count

_MERGE_TAG = re.compile(
    r"\{\{.*?\}\}|\{[^{}\n]*\}|\[[A-Z][\w ]{1,30}\]|\[(?:your|first|last|name|company|vorname|firma|prénom)[\w ]*\]"
    r"|<[\w /]+>|%[A-Z_]{3,}%|\$\{?[a-z_]{3,}\}?|\bX{3,}\b|\bTODO\b|\bTBD\b|lorem ipsum",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://|\bwww\.\w", re.IGNORECASE)
_THREAD = re.compile(r"\s*(?:re|fwd?|aw|wg|tr)\s*:", re.IGNORECASE)
_SHORT_END = 6  # words of a sign-off


def length(reading: Reading) -> Iterator[str]:
    words = count(reading.letter)
    if not FEWEST <= words <= MOST:
        yield f"Length: {words} words from greeting to question; write {FEWEST} to {MOST}."


def subject(reading: Reading) -> Iterator[str]:
    line = reading.draft.subject
    words = count(line)
    if not SHORTEST <= words <= LONGEST or len(line) > LONGEST_CHARS:
        yield f"Subject: {words} words; write {SHORTEST} to {LONGEST}, and at most {LONGEST_CHARS} characters."
    if not line.isprintable():
        yield "Subject: it holds a line break or another sign that no header may carry."
    if _THREAD.match(line):
        yield "Subject: it pretends that a conversation is under way."
    if "!" in line:
        yield "Subject: leave out the exclamation mark."


def greeting(reading: Reading) -> Iterator[str]:
    if not reading.greeting:
        yield "Greeting: there is none."
        return
    known = [name.casefold() for name in (reading.to.first, reading.to.last) if name]
    said = reading.greeting.casefold()
    if reading.to.first and not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in known):
        yield f"Greeting: it does not name {reading.to.first}."


def one_question(reading: Reading) -> Iterator[str]:
    asked = reading.own_words.count("?")
    if asked != 1:
        yield f"Question: {asked} are asked; ask exactly one, at the end."
    before_name = reading.after.partition(reading.brief.offer.sender.name)[0]
    if asked and count(before_name) > _SHORT_END:
        yield "Question: something follows it; it is to be the last sentence."


def signature(reading: Reading) -> Iterator[str]:
    if reading.brief.offer.sender.name not in reading.after:
        yield f"Signature: {reading.brief.offer.sender.name} does not sign."


def unfilled(reading: Reading) -> Iterator[str]:
    for where, text in (("Subject", reading.draft.subject), ("Wording", reading.body)):
        if match := _MERGE_TAG.search(text):
            yield f"{where}: an unfilled place stands in it ({match.group()[:40]})."


def plain_text(reading: Reading) -> Iterator[str]:
    if _LINK.search(reading.letter):
        yield "Wording: a first mail carries no link."


def grounded(reading: Reading) -> Iterator[str]:
    if not any(claim.source == "fact" for claim in reading.draft.claims):
        yield "Facts: nothing in it comes from the company's own pages."


RULES: tuple[Callable[[Reading], Iterator[str]], ...] = (
    length, subject, greeting, one_question, signature, unfilled, plain_text, grounded,
)  # fmt: skip
