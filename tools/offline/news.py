"""What a company's pages date: its news, the newest first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memory.records import Lead, Quote
from tools.engine import Page
from tools.offline.dates import month_in
from tools.offline.facts import MOST_PAGES, distinct, quotable
from tools.offline.page_kind import kind_of_page
from tools.offline.quotable import for_machines

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class News:
    """A quotation, and when it is of: "2026-03", "2026", or "" where only words such as "this year" say that."""

    quote: Quote
    dated: str


def find_news(lead: Lead, pages: Sequence[Page]) -> list[News]:
    """The newest first, at most eight, none of which says what another does. What is years old is no news."""
    found = [news for page in pages[:MOST_PAGES] for news in _of_page(lead, page, pages)]
    found.sort(key=lambda news: (news.dated, news.quote.score or 0), reverse=True)
    kept = {id(quote) for quote in distinct(news.quote for news in found)}
    return [news for news in found if id(news.quote) in kept]


def _of_page(lead: Lead, page: Page, pages: Sequence[Page]) -> Iterator[News]:
    """The sentences that date what they tell; on a page of news also those under a date."""
    of_news = kind_of_page(page.snapshot.url) == "news"
    for found in quotable(lead, page, pages):
        own, above = _date(found.piece), _date(found.sentence.heading)
        told = found.about == "news" or month_in(found.piece) or (of_news and month_in(found.sentence.heading))
        if told and not for_machines(found.sentence):
            yield News(found.quote(page.snapshot.id).model_copy(update={"about": "news"}), own or above)


def _date(text: str) -> str:
    if month := month_in(text):
        return f"{month:%Y-%m}"
    years = [str(year) for year in YEAR.findall(text)]
    return max(years, default="")
