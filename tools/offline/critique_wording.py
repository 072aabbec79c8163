"""The words of a first mail: no praise, no noise, no broken or misdirected quotation."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from tools.offline.choosing import LONGEST
from tools.offline.reading import Reading
from tools.offline.turning import count, is_unbalanced, speaks_to_reader, words_of
from tools.offline.wording import found_in, is_cut_off, language_of_text, wording

_TWICE = re.compile(r"\b([^\W\d_]{2,}) \1\b", re.IGNORECASE)
_MARKS_TWICE = re.compile(r"[!?]{2,}|(?<!\.)\.\.(?!\.)|,,|;;|\s[,.](?=\s|$)|[.!?][”“»\"]\.|[,;:][.,;]")
_SHOUTED = re.compile(r"\b[A-ZÄÖÜÉÈÀ]{5,}\b")
_MAY_DOUBLE = frozenset({"that", "had", "sie", "die", "der", "das", "vous", "nous"})
_SAME_RUN = 6  # words that two sentences may not share in a row
LONGEST_SENTENCE = 48  # words; our own openings with a quotation have up to 42
_OFTEN = 5  # times that one longer word may not stand in a letter


def praise(reading: Reading) -> Iterator[str]:
    """Flattery, pressure and hype in our own words; a company's name and the offer's words are not ours."""
    table = wording(reading.language)
    ours = f"{reading.draft.subject}\n{reading.own_words}"
    given = reading.given.lower()
    for word in sorted({w.lower() for w in found_in(ours, table.praise)}):
        if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", given):
            yield f"Wording: leave out “{word}”." if len(word) < 6 else f"Wording: “{word}” flatters or presses."


def noise(reading: Reading) -> Iterator[str]:
    known = reading.given + " ".join(fact.quote for fact in reading.brief.facts)
    shouted = [w for w in _SHOUTED.findall(f"{reading.draft.subject} {reading.own_words}") if w not in known]
    if shouted:
        yield f"Wording: it shouts ({shouted[0]})."
    if "!" in reading.own_words:
        yield "Wording: leave out the exclamation mark."
    if any(unicodedata.category(c) == "So" and c not in "®™©°" for c in reading.draft.subject + reading.letter):
        yield "Wording: leave out the emoji."
    if match := _MARKS_TWICE.search(reading.letter):
        yield f"Wording: two marks stand together ({match.group().strip()})."


def long_sentences(reading: Reading) -> Iterator[str]:
    for sentence in reading.sentences:
        if count(sentence) > LONGEST_SENTENCE:
            yield f"Wording: a sentence of {count(sentence)} words (“{sentence[:50]}…”)."


def repeated(reading: Reading) -> Iterator[str]:
    if (match := _TWICE.search(reading.own_words)) and match.group(1).lower() not in _MAY_DOUBLE:
        yield f"Repetition: “{match.group()}”."
    seen = Counter(" ".join(words_of(sentence)).lower() for sentence in reading.sentences)
    yield from (
        f"Repetition: a sentence stands twice (“{text[:60]}”)." for text, n in seen.items() if n > 1 and text
    )
    if run := _shared_run(reading.sentences):
        yield f"Repetition: two sentences share the words “{run}”."
    starts = [" ".join(words_of(sentence)[:3]).lower() for sentence in reading.sentences]
    if any(one == other and one.count(" ") == 2 for one, other in pairwise(starts)):
        yield "Repetition: two sentences in a row begin with the same words."
    common = Counter(word.lower() for word in words_of(reading.own_words) if len(word) > 5)
    named = {word.lower() for word in words_of(reading.given)}
    yield from (
        f"Repetition: “{word}” stands {n} times." for word, n in common.items() if n >= _OFTEN and word not in named
    )


def _shared_run(sentences: tuple[str, ...]) -> str | None:
    runs: set[tuple[str, ...]] = set()
    for sentence in dict.fromkeys(sentences):
        words = [word.lower() for word in words_of(sentence)]
        own = {tuple(words[i : i + _SAME_RUN]) for i in range(len(words) - _SAME_RUN + 1)}
        if both := own & runs:
            return " ".join(min(both))
        runs |= own
    return None


def quotations(reading: Reading) -> Iterator[str]:
    for quotation in reading.quotations:
        language = language_of_text(quotation) or reading.language
        shown = quotation if len(quotation) <= 70 else quotation[:69] + "…"
        if count(quotation) > LONGEST:
            yield f"Quotation: over {LONGEST} words (“{shown}”)."
        if is_unbalanced(quotation) or is_cut_off(quotation, language):
            yield f"Quotation: it is broken off (“{shown}”)."
        if speaks_to_reader(quotation, language):
            yield f"Quotation: its “you” now speaks to the wrong person (“{shown}”)."
    if is_unbalanced(reading.letter):
        yield "Quotation: a bracket or quotation mark is not closed."


def language(reading: Reading) -> Iterator[str]:
    written = language_of_text(reading.own_words)
    if written and written != reading.language:
        yield f"Language: it is written in “{written}”, the lead is to be written to in “{reading.language}”."


RULES: tuple[Callable[[Reading], Iterator[str]], ...] = (
    praise,
    noise,
    long_sentences,
    repeated,
    quotations,
    language,
)
