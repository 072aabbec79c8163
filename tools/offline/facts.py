"""The offline form of `FindFacts`: what a company says of itself that a first mail could open with."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from memory.records import Lead, Quote
from memory.words import About
from tools.engine import Page
from tools.offline.dates import still_fresh
from tools.offline.page_kind import PageKind, kind_of_page
from tools.offline.quotable import for_machines, why_not
from tools.offline.scoring import USEFUL, Place, score
from tools.offline.sentences import Sentence, split
from tools.offline.shorten import quoted_length
from tools.offline.speaker import speaker_of, without_label
from tools.workers import Workers

MOST = 8
MOST_PAGES = 20
ALIKE = 0.6  # of the words of the shorter quotation

PAGE_POINTS: dict[PageKind, float] = {
    "about": 0.3,
    "customers": 0.2,
    "home": 0.1,
    "news": 0.0,
    "other": 0.0,
    "product": -0.1,
}

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORD = re.compile(r"[^\W_]{3,}")
_TITLE_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class OfflineFacts:
    """Finds facts by rules, in English, German and French."""

    workers: Workers

    async def find(self, lead: Lead, pages: Sequence[Page]) -> list[Quote]:
        return await self.workers.run(find_facts, lead, tuple(pages))


def find_facts(lead: Lead, pages: Sequence[Page]) -> list[Quote]:
    """The best quotations, best first, at most eight; the same statement is not given twice."""
    found = [quote for page in pages[:MOST_PAGES] for quote in _of_page(lead, page, pages)]
    found.sort(key=lambda quote: -(quote.score or 0))
    return list(distinct(found))


def points_of(lead: Lead, page: Page) -> dict[int, float]:
    """The points of each sentence of a page that may be quoted, by where it starts."""
    return {found.sentence.start: found.points for found in quotable(lead, page, [page])}


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence that may be quoted unless it is `for_machines`, and how much of it."""

    sentence: Sentence  # as it stands on the page, with a label that is left off
    start: int
    piece: str
    points: float
    about: About

    def quote(self, snapshot_id: str) -> Quote:
        """The piece at its place."""
        end = self.start + len(self.piece)
        return Quote(
            snapshot_id=snapshot_id,
            start=self.start,
            end=end,
            quote=self.piece,
            about=self.about,
            score=self.points,
        )


def _of_page(lead: Lead, page: Page, pages: Sequence[Page]) -> Iterator[Quote]:
    for found in quotable(lead, page, pages):
        if found.points >= USEFUL and not for_machines(found.sentence):
            yield found.quote(page.snapshot.id)


def quotable(lead: Lead, page: Page, pages: Sequence[Page]) -> Iterator[Quotable]:
    """The sentences of a page that may be quoted, good or not, in order."""
    kind = kind_of_page(page.snapshot.url)
    speaker = speaker_of(lead, page, pages)
    if speaker is None or kind == "legal":
        return
    title = frozenset(word.lower() for word in _TITLE_WORD.findall(page.snapshot.title))
    for sentence in still_fresh(_current(split(page.text), kind, page), page.snapshot.fetched_at):
        if sentence.is_heading or why_not(sentence, speaker):
            continue
        bare = without_label(sentence, speaker)
        piece = bare.text[: quoted_length(bare.text, speaker.words.language)]
        scored = score(piece, speaker, _place(bare, piece, page, kind, title))
        yield Quotable(sentence, bare.start, piece, round(scored.points + PAGE_POINTS[kind], 2), scored.about)


def _current(sentences: Iterable[Sentence], kind: PageKind, page: Page) -> Iterator[Sentence]:
    """The sentences, without items of a news page that are dated years ago."""
    newest, dated = page.snapshot.fetched_at.year, 0
    for sentence in sentences:
        years = [int(year) for year in _YEAR.findall(sentence.text)]
        if sentence.is_heading and years:
            dated = max(years)
        if kind != "news" or (max(years, default=dated) or newest) >= newest - 1:
            yield sentence


def _place(sentence: Sentence, piece: str, page: Page, kind: PageKind, title: frozenset[str]) -> Place:
    front = {word.lower() for word in _TITLE_WORD.findall(piece[:60])}
    return Place(
        depth=sentence.start / max(1, len(page.text)),
        first_line=sentence.first_line,
        product_page=kind == "product",
        names_the_product=kind == "product" and len(front & title) >= 2,
        read_at=page.snapshot.fetched_at,
        news_page=kind == "news",
    )


def distinct(quotes: Iterable[Quote]) -> Iterator[Quote]:
    """The first of those that say the same, at most eight."""
    kept: list[frozenset[str]] = []
    for quote in quotes:
        words = frozenset(word.lower() for word in _WORD.findall(quote.quote))
        if len(kept) < MOST and not any(_alike(words, other) for other in kept):
            kept.append(words)
            yield quote


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * max(1, min(len(one), len(other)))
