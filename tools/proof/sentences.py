"""Where sentences end: at closing punctuation and at line breaks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.proof.lexicon import common, numbers
from tools.proof.quoted import Quoted

STOP = re.compile(
    r"[.!?…]+(?:[ \u202f]?[»«]|[\"”“’'‘)\]])*(?=\s|$)|(?<=[a-zà-ÿ])[.!?](?=[A-ZÀ-Þ][a-zà-ÿ]+[\s,])|\n"
)
LAST_WORD = re.compile(r"[^\s(\"“„«]{1,40}$")
PREVIOUS = re.compile(r"(\S{1,40})\s+$")
NEXT = re.compile(r"\s*(\S+)")
LIST_MARK = re.compile(r"[ \t]*(?:\(?\d{1,2}[.)]|[-*•–])[ \t]+")
ABBREVIATIONS = common("sets.abbreviations")


@dataclass(frozen=True, slots=True)
class Span:
    """One sentence; `asks` where it ends in a question mark."""

    start: int
    end: int
    asks: bool


def split(folded: str, quotes: Sequence[Quoted] = ()) -> list[Span]:
    """The sentences of a folded text. A quotation's own full stops end nothing before its closing mark."""
    spans: list[Span] = []
    start = 0
    pending = iter(quotes)
    quote = next(pending, None)
    for match in STOP.finditer(folded):
        while quote is not None and quote.end < match.start():
            quote = next(pending, None)
        if quote is not None and quote.start <= match.start() and match.end() <= quote.end:
            continue
        if match.group() == "." and not ends(folded, match.start()):
            continue
        add(spans, folded, start, match.end())
        start = match.end()
    add(spans, folded, start, len(folded))
    return spans


def add(spans: list[Span], folded: str, start: int, end: int) -> None:
    """Keep the sentence without the white space around it and the mark of a list."""
    text = folded[start:end]
    if not text.strip():
        return
    start += len(text) - len(text.lstrip())
    end = start + len(folded[start:end].rstrip())
    if (not start or folded[start - 1] == "\n") and (mark := LIST_MARK.match(folded, start, end)):
        start = mark.end() if mark.end() < end else start
    spans.append(Span(start, end, "?" in folded[max(start, end - 4) : end]))


def ends(folded: str, stop: int) -> bool:
    """Whether the full stop at `stop` ends a sentence, and is not that of "e.g." or "J. Smith"."""
    last = LAST_WORD.search(folded, max(0, stop - 40), stop)
    following = NEXT.match(folded, stop + 1)
    if last is None or following is None:
        return True
    before, after = last.group(), following.group(1)
    if before.casefold() in ABBREVIATIONS:
        return False
    if len(before) == 1 and before.isupper():
        earlier = PREVIOUS.search(folded, max(0, last.start() - 40), last.start())
        return not (after[0].isupper() and (earlier is None or earlier.group(1)[0].isupper()))
    return not (before.isdigit() and len(before) <= 2 and is_month(after))


def is_month(word: str) -> bool:
    """Whether a German ordinal may stand before `word`."""
    return word.strip(".,;:").casefold() in numbers("dates.months", "de")
