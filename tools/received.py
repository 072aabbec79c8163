"""A received mail as text: which of it the person wrote, what they ask, and whether they say no.

It is data. Nothing that stands in it is done; a person reads it before anybody is answered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from tools.injection import may_instruct
from tools.offline.sentences import Sentence, split
from tools.wordlists import anywhere, lists_of, whole_words

LONGEST_READ = 20_000  # characters of a mail; a long one of a person has 5,000
LONGEST_QUESTION = 240  # characters that an answer would quote
LONGEST_INDENT = 40  # characters before the mark of a line that quotes
MARKS = re.compile(r"[“”„«»\"<>\[\]{}]")
ADDRESS = re.compile(r"://|www\.|@")


@dataclass(frozen=True)
class Received:
    """A mail's text. All offsets are of the whole of it."""

    text: str

    @cached_property
    def own(self) -> str:
        """What the person wrote themselves, from the beginning on: without what they quote below it."""
        end = 0
        for line in self.text[:LONGEST_READ].splitlines(keepends=True):
            if _before().fullmatch(line.strip()[:400]):
                break
            end += len(line)
        return self.text[:end]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The person's own sentences; lines that quote are left out."""
        return tuple(sentence for sentence in split(self.own) if not self._is_quoted(sentence.start))

    def _is_quoted(self, place: int) -> bool:
        begin = self.own.rfind("\n", 0, place) + 1
        return self.own[begin : begin + LONGEST_INDENT].lstrip(" \t").startswith(">")

    @property
    def questions(self) -> Iterator[tuple[int, str]]:
        """What they ask and where, each once, as far as an answer may quote it."""
        seen: set[str] = set()
        for sentence in self.sentences:
            greeted = _greeting().match(sentence.text)
            skipped = greeted.end() if greeted else 0
            question = sentence.text[skipped:]
            if question.endswith("?") and question not in seen and is_quotable(question):
                seen.add(question)
                yield sentence.start + skipped, question

    @property
    def no(self) -> str | None:
        """The first words that say no."""
        return self._first("says_no")

    @property
    def wish(self) -> str | None:
        """The first words that ask for more, whatever it be."""
        return self._first("wants_more")

    def _first(self, kind: str) -> str | None:
        found = (match[0] for s in self.sentences if (match := _phrases(kind).search(s.text)))
        return next(found, None)


def is_quotable(question: str) -> bool:
    """Whether an answer may carry the question back: not at length, no address, nothing said to a machine."""
    if len(question) > LONGEST_QUESTION or not question.isprintable() or not any(map(str.isalpha, question)):
        return False
    return not (MARKS.search(question) or ADDRESS.search(question) or may_instruct(question))


@cache
def _phrases(kind: str) -> re.Pattern[str]:
    return whole_words(lists_of("received")[kind])


@cache
def _greeting() -> re.Pattern[str]:
    return anywhere(lists_of("received")["greets"])


@cache
def _before() -> re.Pattern[str]:
    return re.compile("|".join(lists_of("received")["quotes_before"]), re.IGNORECASE)
