"""What a model is shown of a company's pages: all that fits, else what bears on the question, in order."""

import math
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from memory.profile import Criterion
from memory.records import Lead
from tools.engine import Page
from tools.injection import may_instruct
from tools.offline.facts import MOST_PAGES, points_of
from tools.offline.sentences import Sentence, split
from tools.openai.faults import ContextTooLong

T = TypeVar("T")
K, B = 1.2, 0.75  # of BM25
STEM = 6  # letters by which words are compared: "certified" is "certification"
LONGEST = 2_000  # characters of a sentence that are shown
NOT_QUOTABLE = -10.0

_WORD = re.compile(r"[^\W_]{3,}")


@dataclass(frozen=True)
class Place:
    """A sentence at its place: the page's number, and the sentence."""

    page: int
    sentence: Sentence


async def fitting(most: int, ask: Callable[[int], Awaitable[T]]) -> T:
    """What `ask` gives for an excerpt of `most` characters; of a third of them where the model cannot hold that."""
    try:
        return await ask(most)
    except ContextTooLong:
        return await ask(most // 3)


def for_facts(lead: Lead, pages: Sequence[Page], most: int) -> str:
    """At most `most` characters of the pages; of long ones, what could be quoted and says most."""
    points = [points_of(lead, page) for page in pages[:MOST_PAGES]]
    return _shown(pages, most, lambda p: points[p.page].get(p.sentence.start, NOT_QUOTABLE))


def for_questions(criteria: Sequence[Criterion], pages: Sequence[Page], most: int) -> str:
    """At most `most` characters of the pages; of long ones, what bears on one of the questions."""
    places = _places(pages)
    asked = [_stems(" ".join([criterion.question or "", *criterion.signals])) for criterion in criteria]
    ranks = _ranks(places, asked)
    return _shown(pages, most, lambda p: ranks.get(p, 0.0))


def _shown(pages: Sequence[Page], most: int, rank: Callable[[Place], float]) -> str:
    places = _places(pages)
    kept = set(places)
    if sum(map(_length, places)) > most:
        kept = set(_best(sorted(places, key=rank, reverse=True), most))
    lines: list[str] = []
    for number, page in enumerate(pages[:MOST_PAGES]):
        on_page = [place for place in places if place.page == number]
        if any(place in kept for place in on_page):
            lines += [f"Page {number + 1}: {page.snapshot.title[:200]} ({page.snapshot.url[:300]})"]
            lines += _lines(page.text, on_page, kept)
    return "\n".join(lines)


def _places(pages: Sequence[Page]) -> list[Place]:
    return [Place(n, s) for n, page in enumerate(pages[:MOST_PAGES]) for s in split(page.text)]


def _length(place: Place) -> int:
    return min(len(place.sentence.text), LONGEST) + 1


def _best(ranked: Sequence[Place], most: int) -> Iterator[Place]:
    for place in ranked:
        most -= _length(place)
        if most < 0:
            return
        yield place


def _lines(text: str, places: Sequence[Place], kept: set[Place]) -> Iterator[str]:
    """The sentences that are kept, and where something was left out. No line that speaks to a machine is shown."""
    left_out = False
    tainted: dict[int, bool] = {}
    for place in places:
        line = text.rfind("\n", 0, place.sentence.start) + 1
        if place not in kept:
            left_out = True
            continue
        if line not in tainted:
            tainted[line] = any(may_instruct(s.text) for s in split(text[line:].partition("\n")[0]))
        if tainted[line]:
            continue
        if left_out:
            yield "[...]"
        left_out = False
        yield place.sentence.text[:LONGEST]


def _ranks(places: Sequence[Place], asked: Sequence[Counter[str]]) -> Mapping[Place, float]:
    """BM25 of each sentence for the question that it fits best, each question's best sentence counting as 1."""
    stems = [_stems(place.sentence.text) for place in places]
    found_in = Counter(stem for counted in stems for stem in counted)
    usual = sum(c.total() for c in stems) / max(1, len(stems)) or 1.0
    best = dict.fromkeys(places, 0.0)
    for query in asked:
        weights = {stem: math.log(1 + len(places) / (0.5 + found_in[stem])) for stem in query if stem in found_in}
        scores = [_bm25(counted, weights, usual) for counted in stems]
        top = max(scores, default=0.0)
        for place, score in zip(places, scores, strict=True):
            best[place] = max(best[place], score / top if top else 0.0)
    return best


def _bm25(counted: Counter[str], weights: Mapping[str, float], usual: float) -> float:
    long = K * (1 - B + B * counted.total() / usual)
    return sum(
        weight * counted[stem] * (K + 1) / (counted[stem] + long)
        for stem, weight in weights.items()
        if counted[stem]
    )


def _stems(text: str) -> Counter[str]:
    return Counter(word[:STEM] for word in _WORD.findall(text.casefold()))
