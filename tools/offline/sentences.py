"""Where sentences begin and end, in English, German and French.

A line of a snapshot is a block: a sentence never spans two. Offsets are those of the page's text, and
every sentence is a plain slice of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tools.offline.lexicon import load

MAX_CHARS = 400_000  # of a page; the rest is not read
HEADING, HEADING_WORDS = 200, 12  # characters and words at most
LABEL, LABEL_WORDS = 60, 6  # characters and words at most

_DATA = load("sentences")
_ABBREVIATIONS = frozenset(_DATA["abbreviations"])
_MAY_END = frozenset(_DATA["may_end"])
_STARTERS = frozenset(_DATA["starters"])
_BEFORE_ORDINAL = frozenset(_DATA["before_ordinal"])
_AFTER_ORDINAL = frozenset(_DATA["after_ordinal"])
_BEFORE_INITIAL = frozenset(_DATA["before_initial"])
_ORDINARY = frozenset(_DATA["ordinary"])

_OPENING = "\"'“„«‹‘‚([»›"
_CLOSING = "\"'”“’»›‹«)\\]"
_STOP = re.compile(rf"(?<![.!?…])([.!?…]{{1,8}})([{_CLOSING}]{{0,8}})\s+(?=\S)")
_GLUED = re.compile(rf"(?<=[^\W\d_A-Z]{{3}})(?=(?:{'|'.join(_DATA['glued'])})\s[^\W\d_A-Z])")
_BULLET = re.compile(
    r"(?:[-–—•·‣▪●○◦*✓✔✅➤►→»>+]+\s+|\d{1,2}[.)]\s+|0\d\s+(?=[A-ZÄÖÜÉÀ])|\d\s+(?=(?:We|Our|Wir|Unsere?|Nous|Notre|Nos)\b))+"
)
_LAST_WORD = re.compile(r"[^\W_]+(?:\.[^\W\d_]+)*$")
_TOKEN = re.compile(r"[^\W_]+")
_CLOSED = re.compile(rf"[.!?…:;][{_CLOSING}]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A slice of a page: `page[start:end] == text`."""

    start: int
    end: int
    text: str
    heading: str  # the last heading above it
    quoted: bool  # its line begins or ends with a quotation mark
    first_line: bool  # where the snapshot keeps the page's own description
    is_heading: bool  # short and without a closing mark


@lru_cache(maxsize=64)
def split(text: str) -> tuple[Sentence, ...]:
    """The sentences and headings of a page, in order. Bullets and labels ("QUALITY: ") are left out of them."""
    return tuple(_sentences(text[:MAX_CHARS]))


def _sentences(text: str) -> Iterator[Sentence]:
    heading = ""
    for begin, line in _lines(text):
        first_line = begin == 0
        quoted = _is_quoted(line)
        for start, end in _pieces(line):
            piece = line[start:end]
            is_heading = not _CLOSED.search(piece) and _short(piece)
            yield Sentence(begin + start, begin + end, piece, heading, quoted, first_line, is_heading)
            if is_heading:
                heading = piece


def _lines(text: str) -> Iterator[tuple[int, str]]:
    begin = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield begin, line
        begin += len(line)


def _is_quoted(line: str) -> bool:
    line = line.strip()
    return line[0] in '"“„«”' or line[-1] in '"”“»'


def _short(piece: str) -> bool:
    return len(piece) <= HEADING and piece.count(" ") < HEADING_WORDS


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    """The slices of one line that hold its sentences, without what stands around them."""
    start = _after_bullet(line, 0)
    for stop, after in _ends(line, start):
        yield from _trimmed(line, start, stop)
        start = _after_bullet(line, after)
    yield from _trimmed(line, start, len(line))


def _trimmed(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    colon = _label_end(line, start, end)
    if colon:
        yield start, colon
        start = colon
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _label_end(line: str, start: int, end: int) -> int:
    """Where a label such as "PREMIUM QUALITY:" or "Bed Bug Treatment:" ends; 0 where there is none."""
    colon = line.find(": ", start, min(end, start + LABEL))
    words = line[start:colon].split() if colon > 0 else []
    if (
        not words
        or len(words) > LABEL_WORDS
        or not all(word[0].isupper() or not word[0].isalpha() for word in words)
    ):
        return 0
    following = line[colon + 1 : end].lstrip()[:1]
    shouted = all(word == word.upper() for word in words)
    return colon + 1 if shouted or following.isupper() or following.isdigit() else 0


def _after_bullet(line: str, start: int) -> int:
    while start < len(line) and line[start].isspace():
        start += 1
    bullet = _BULLET.match(line, start)
    return bullet.end() if bullet else start


def _ends(line: str, start: int) -> list[tuple[int, int]]:
    """Where a sentence stops and the next begins, as pairs of offsets."""
    ends = [(m.end(2), m.end()) for m in _STOP.finditer(line, start) if _is_end(line, m)]
    ends.extend((m.start(), m.start()) for m in _GLUED.finditer(line, start))
    return sorted(ends)


def _is_end(line: str, stop: re.Match[str]) -> bool:
    after = line[stop.end() :][:40]
    if not _may_begin(after):
        return False
    if stop.group(1) != "." or stop.group(2):
        return True
    before = line[max(0, stop.start() - 40) : stop.start()]
    word = _LAST_WORD.search(before)
    if word is None:
        return True
    return _ends_after(word.group(), before[: word.start()], after)


def _ends_after(word: str, before: str, after: str) -> bool:
    """Whether the full stop after `word` ends a sentence and not an abbreviation, an initial or an ordinal."""
    token = _TOKEN.search(after)
    following = token.group().lower() if token else ""
    lowered = word.lower()
    if _spaced(word, before) or (len(word) == 1 and word.islower()):
        return False
    if lowered in _ORDINARY and word.islower():
        return following in _STARTERS or _is_ordinary_word(before, after)
    if lowered in _ABBREVIATIONS:
        return False
    if lowered in _MAY_END or "." in word:
        return following in _STARTERS
    if word.isdigit() and len(word) <= 2:
        return before.rstrip()[-1:].isalnum() and not _is_ordinal(before, following)
    if len(word) == 1 and word.isupper():
        return following in _STARTERS or not _is_initial(before)
    return True


def _is_ordinal(before: str, following: str) -> bool:
    words = before.split()
    return following in _AFTER_ORDINAL or bool(words and words[-1].lower() in _BEFORE_ORDINAL)


def _is_ordinary_word(before: str, after: str) -> bool:
    """Whether "in" is no inch and "no" no number: no figure stands beside it, and a capital follows."""
    return after[0].isupper() and not before.rstrip()[-1:].isdigit()


def _is_initial(before: str) -> bool:
    """Whether a single capital is part of a person's name ("by J.", "John F.") and not "vitamin E."."""
    words = before.split()
    return not words or words[-1][:1].isupper() or words[-1] in _BEFORE_INITIAL


def _spaced(word: str, before: str) -> bool:
    """Whether `word` closes an abbreviation written with a space, as "z. B."."""
    words = before.split()
    return bool(words) and f"{words[-1]} {word}".lower() in _ABBREVIATIONS


def _may_begin(after: str) -> bool:
    """Whether a sentence can begin so: a capital, a digit, a quotation mark, a name like `dbSeer`, an emoji."""
    first = after[0]
    if first.isupper() or first.isdigit() or first in _OPENING or not (first.isalnum() or first in ",;:.-–—/&%+"):
        return True
    token = _TOKEN.match(after)
    return bool(token and any(c.isupper() for c in token.group()[1:]))
