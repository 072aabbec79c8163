"""The quotations of a sentence: those that a source has verbatim carry themselves; any other is a finding."""

from bisect import bisect_left
from collections.abc import Sequence

from tools.proof.evidence import Evidence, Source
from tools.proof.excerpts import cut_away
from tools.proof.found import Problem
from tools.proof.lexicon import common
from tools.proof.quoted import Quoted, stands_in
from tools.proof.reading import Reading, read

NEAR = 30  # tokens of the sentence on either side of a quotation
SHORTEST = 3  # words: fewer are no quotation but may be carried all the same
YOU = common("sets.you")
Places = tuple[int, int]


def carried_places(
    text: Reading, places: Places, quotes: Sequence[Quoted], cited: Source, evidence: Evidence
) -> tuple[frozenset[int], list[Problem]]:
    """The places inside quotations that need no other check, and what is wrong with the quotations."""
    carried: set[int] = set()
    problems: list[Problem] = []
    for quote in quotes:
        first, last = bisect_left(text.starts, quote.start), bisect_left(text.starts, quote.end)
        inside = range(max(first, places[0]), min(last, places[1]))
        phrase = text.folded.text[quote.start : quote.end]
        long = sum(text.tokens[p].kind != "sign" for p in inside) >= SHORTEST
        known = verbatim(phrase, cited + evidence.row) or (
            long and verbatim(phrase, quotable(text, places, evidence))
        )
        if not inside or not (known or long):
            continue
        carried.update(inside)
        if wrong := wrong_with(phrase, cited, around(text, places, inside), known=known):
            problems.append(Problem(inside[0], inside[-1] + 1, *wrong))
    return frozenset(carried), problems


def verbatim(phrase: str, source: Source) -> bool:
    return any(stands_in(phrase, reading.plain) for reading in source.readings)


def wrong_with(phrase: str, cited: Source, outside: Reading, *, known: bool) -> tuple[str, str] | None:
    """The code and message of a quotation that is not verbatim, or that was cut so that it says something else."""
    shown = f'"{phrase[:60]}"'
    if not known:
        return "quoted_not_in_source", f"{shown} is not verbatim in what the sentence cites."
    if gone := cut_away(phrase, cited, outside):
        return gone[0], f'{shown} leaves out what stands before it in the source: "{gone[1]}".'
    return None


def around(text: Reading, places: Places, inside: Sequence[int]) -> Reading:
    """The sentence around a quotation."""
    tokens = text.tokens
    first, last = max(places[0], inside[0] - NEAR), min(places[1], inside[-1] + 1 + NEAR)
    before = text.folded.text[tokens[first].start : tokens[inside[0]].start]
    return read(f"{before} {text.folded.text[tokens[inside[-1]].end : tokens[last - 1].end]}", text.language)


def quotable(text: Reading, places: Places, evidence: Evidence) -> Source:
    """The offer's words may be quoted where nobody says that the reader wrote them."""
    lows = {text.tokens[p].low for p in range(*places)}
    return Source() if lows & YOU else evidence.offer
