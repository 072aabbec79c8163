"""A text as the proof check reads it: folded, in tokens, with its dates, numbers and words."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from memory.words import Language
from tools.proof.dates import Date, find_dates
from tools.proof.folding import HIDDEN, Folded, fold
from tools.proof.lexicon import LANGUAGES, words
from tools.proof.numbers import Number, find_numbers
from tools.proof.quoted import plain
from tools.proof.stems import content_stems, stem
from tools.proof.tokens import Token, tokenise

KEPT_READINGS = 256  # an offer's sentences and a run's quotations are read again for each draft


@dataclass(frozen=True, eq=False)
class Reading:
    """A source or a draft's part. Everything but the tokens is made when it is first asked for."""

    written: str
    folded: Folded
    tokens: tuple[Token, ...]
    language: Language

    @cached_property
    def lows(self) -> list[str]:
        return [token.low for token in self.tokens]

    @cached_property
    def starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    @cached_property
    def dates(self) -> list[Date]:
        return find_dates(self.tokens)

    @cached_property
    def numbers(self) -> list[Number]:
        return find_numbers(self.tokens, self.language, places(self.dates))

    @cached_property
    def years(self) -> frozenset[int]:
        """Every four-digit number that a year may be found in."""
        lone = {int(n.values[0]) for n in self.numbers if n.kind == "plain" and n.values and not n.units}
        return frozenset(lone | {date.year for date in self.dates if date.year})

    @cached_property
    def plain(self) -> str:
        return plain(self.folded.text)

    @cached_property
    def address_text(self) -> str:
        return self.folded.text.casefold()

    @cached_property
    def named(self) -> str:
        """Its words between single spaces, for finding names; look-alike letters are left as they are."""
        return f" {' '.join(part for token in self.tokens for part in name_parts(self, token))} "

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all words, function words too."""
        return frozenset(stem(part) for token in self.tokens if token.kind == "word" for part in token.parts)

    @cached_property
    def content(self) -> list[tuple[int, str]]:
        """Where its content words stand, with their stems."""
        return content_stems(self.tokens, self.language)


def places(spans: Sequence[Date] | Sequence[Number]) -> frozenset[int]:
    """The token places that dates or numbers take."""
    return frozenset(place for span in spans for place in range(span.first, span.last))


def name_parts(reading: Reading, token: Token) -> list[str]:
    """The parts of a name's word as compared: without case, possessive and hyphens."""
    if token.kind not in ("word", "number") or token.low == "'s":
        return []
    if reading.folded.starts is None:
        return token.low.split("-")
    start, end = reading.folded.span(token.start, token.end)
    kept = "".join(c for c in reading.written[start:end] if ord(c) not in HIDDEN)
    return unicodedata.normalize("NFKC", kept).replace("’", "'").casefold().split("-")


@lru_cache(maxsize=KEPT_READINGS)
def read(written: str, fallback: Language = "en") -> Reading:
    """Read a text; `fallback` is its language where its words do not tell."""
    folded = fold(written)
    tokens = tuple(tokenise(folded.text))
    return Reading(written, folded, tokens, language_of(tokens, fallback))


def language_of(tokens: Sequence[Token], fallback: Language) -> Language:
    """The language that most of the small words belong to."""
    lows = Counter(token.low for token in tokens if token.kind == "word")
    scores = {
        language: sum(count for low, count in lows.items() if low in words("detect", language))
        for language in LANGUAGES
    }
    best = max(LANGUAGES, key=lambda language: (scores[language], language == fallback))
    return best if scores[best] > scores[fallback] else fallback
