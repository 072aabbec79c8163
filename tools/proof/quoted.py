"""Phrases in quotation marks, and whether a source has them verbatim."""

import re
from dataclasses import dataclass

# An opening mark and the marks that may close it: English, German, French and straight.
CLOSERS = {"“": '”"“', "„": '“”"', "«": "»", "»": "«»", '"': '"”', "”": '”"', "‘": "’‘'", "‚": "‘’'", "'": "'’"}
SINGLE = "‘‚'"
MARK = re.compile(r"[“„«»\"”‘‚']")
MARKS = re.compile(r"[“”„‟«»\"‘’‚‛'‹›`´]")
BLANK_LINE = re.compile(r"\n[ \t]*\n")
LONGEST = 2_000  # characters; a longer run between two marks is no quotation
EDGES = " \t\n.,;:!?…-–—*()[]"


@dataclass(frozen=True, slots=True)
class Quoted:
    """The text between two marks: `start` and `end` lie inside them."""

    start: int
    end: int


def quotations(folded: str) -> list[Quoted]:
    """The outermost quotations, in order. A mark that is never closed quotes to the end of its paragraph."""
    found: list[Quoted] = []
    place = 0
    while match := MARK.search(folded, place):
        opened, inside = match.group(), match.end()
        if not opens(folded, match.start()):
            place = inside
            continue
        end = closing(folded, inside, opened)
        if end is None:
            place = inside
            continue
        found.append(Quoted(inside, end))
        place = end + 1
    return found


def opens(folded: str, place: int) -> bool:
    """Whether the mark at `place` can begin a quotation: not an inch sign, an apostrophe or a stray close."""
    before = folded[place - 1] if place else " "
    after = folded[place + 1] if place + 1 < len(folded) else " "
    if folded[place] in "“„«":
        return True
    if folded[place] in SINGLE:
        return not before.isalnum() and after.isalnum()
    return not (before.isalnum() or before in ".!?,") and not after.isspace()


def closing(folded: str, inside: int, opened: str) -> int | None:
    """Where the quotation that begins at `inside` ends; None where its single mark was none."""
    limit = min(len(folded), inside + LONGEST)
    if blank := BLANK_LINE.search(folded, inside, limit):
        limit = blank.start()
    for place in range(inside, limit):
        if folded[place] in CLOSERS[opened] and closes(folded, place, opened):
            return place
    return None if opened in SINGLE else limit


def closes(folded: str, place: int, opened: str) -> bool:
    """An apostrophe inside a word closes nothing."""
    after = folded[place + 1] if place + 1 < len(folded) else " "
    return opened not in SINGLE or not (after.isalnum() and folded[place - 1].isalnum())


def plain(text: str) -> str:
    """`text` without quotation marks, and with single spaces: how quotations are compared."""
    return " ".join(MARKS.sub("", text).split())


def stands_in(phrase: str, source: str) -> bool:
    """Whether `source` (already plain) has the phrase verbatim, at word borders."""
    wanted = plain(phrase).strip(EDGES)
    if not wanted:
        return True
    lowered = wanted[0].swapcase() + wanted[1:]
    return any(at_word_borders(form, source) for form in (wanted, lowered))


def at_word_borders(wanted: str, source: str) -> bool:
    """Whether `source` has `wanted` as whole words."""
    return place_of(wanted, source) >= 0


def place_of(wanted: str, source: str) -> int:
    """Where `source` first has `wanted` as whole words; -1 where it has not."""
    place = source.find(wanted)
    while place >= 0:
        before, after = source[place - 1 : place], source[place + len(wanted) : place + len(wanted) + 1]
        if not (before.isalnum() and wanted[0].isalnum()) and not (after.isalnum() and wanted[-1].isalnum()):
            return place
        place = source.find(wanted, place + 1)
    return -1
