"""Which statements are old: those that carry, or stand under, a date of more than two years ago."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from tools.offline.lexicon import any_of, load
from tools.offline.sentences import Sentence

STALE = timedelta(days=730)

_LISTS = load("dates")
_MONTH_OF = {name: int(key) for key, names in _LISTS.items() if key.isdigit() for name in names}
_MONTHS = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_YEAR = r"((?:19|20)\d\d)(?!\d)"
_IN_WORDS = re.compile(rf"(?<!\w)({_MONTHS})\.?(?: \d{{1,2}}(?:st|nd|rd|th)?)?,? {_YEAR}")
_YEAR_FIRST = re.compile(rf"(?<!\d){_YEAR}[-/.](\d{{2}})[-/.]\d{{2}}(?!\d)")
_YEAR_LAST = re.compile(rf"(?<!\d)\d{{1,2}}[-/. ]{{1,2}}(\d{{1,2}})[-/. ]{{1,2}}{_YEAR}")
_FROM_THEN_ON = any_of(_LISTS["from_then_on"])


def month_in(text: str) -> date | None:
    """The last month that `text` dates something to, where it has one; a year alone is no date."""
    found = [(int(m[2]), _MONTH_OF[m[1]]) for m in _IN_WORDS.finditer(text.lower())]
    found += [(int(m[1]), int(m[2])) for m in _YEAR_FIRST.finditer(text)]
    found += [(int(m[2]), int(m[1])) for m in _YEAR_LAST.finditer(text)]
    year, month = max(found, default=(0, 0))
    return date(year, min(max(month, 1), 12), 1) if year else None


def still_fresh(sentences: Iterable[Sentence], read_at: datetime) -> Iterator[Sentence]:
    """The sentences that no date makes old. A dated line covers the text up to the second heading after it."""
    oldest = read_at.date() - STALE
    above: date | None = None
    headings = 0
    for sentence in sentences:
        dated = month_in(sentence.text)
        own = None if dated and _FROM_THEN_ON.search(sentence.text) else dated
        if sentence.is_heading:
            headings = 0 if own else headings + 1
            above = own or (above if headings < 2 else None)
        if (own or above or oldest) >= oldest:
            yield sentence
