"""Names of people, companies, products, places, prizes, laws and standards, and where they are found."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from memory.words import Language
from tools.proof.folding import scripts
from tools.proof.german import looks_like_name
from tools.proof.lexicon import groups, items, numbers, table, text_of, words
from tools.proof.reading import Reading, name_parts
from tools.proof.tokens import Token

Run = tuple[int, int]
INTRODUCES = frozenset(":;()[]\"“„«»–—-…!?.•*‘‚'/|")
SUFFIXES = (
    "ing",
    "ed",
    "ly",
    "tion",
    "tions",
    "ment",
    "ments",
    "ness",
    "able",
    "ful",
    "ous",
    "ive",
    "ity",
    "ities",
)
FRENCH_SUFFIXES = (
    "er",
    "ir",
    "oir",
    "ant",
    "ment",
    "tion",
    "tions",
    "ité",
    "ités",
    "ons",
    "ez",
    "age",
    "eux",
    "euse",
)
LONGEST = 12  # words of one name
TITLE_CASE = 0.6  # of a subject's longer words are capitals: then a capital tells nothing


def name_runs(
    reading: Reading, first: int, last: int, skipped: Callable[[int], bool], *, subject: bool
) -> list[Run]:
    """The runs of words in `tokens[first:last]` that stand as names, skipped places left out."""
    tokens = reading.tokens
    titled = subject and reading.language != "de" and title_case(tokens[first:last])
    runs: list[Run] = []
    place = first
    while place < last:
        if skipped(place) or not begins_name(tokens, place, first, reading.language, titled=titled):
            place += 1
            continue
        end = place + 1
        while (
            end < min(last, place + LONGEST) and not skipped(end) and continues_name(tokens, end, reading.language)
        ):
            end += 1
        runs.append((place, end))
        place = end
    return runs


def begins_name(tokens: Sequence[Token], place: int, first: int, language: Language, *, titled: bool) -> bool:
    """Whether a name may begin at `place`."""
    token = tokens[place]
    if is_code(token):
        return token.low not in acronyms()
    if not token.capital or plain_capital(token, language):
        return False
    initial = titled or place == first or tokens[place - 1].kind == "break" or tokens[place - 1].text in INTRODUCES
    if language == "de":
        return looks_like_name(tokens, place, initial=initial and not titled)
    if not initial:
        return True
    followed = (
        place + 1 < len(tokens) and tokens[place + 1].capital and not plain_capital(tokens[place + 1], language)
    )
    return not ordinary(token.low, language) and not (titled and not followed and token.low.endswith(("s", "ies")))


def continues_name(tokens: Sequence[Token], place: int, language: Language) -> bool:
    """Whether the word at `place` belongs to the name before it: a capital, a code, or the number of a standard."""
    token = tokens[place]
    if token.kind == "number":
        return tokens[place - 1].text.isupper() and len(tokens[place - 1].text) > 1
    if token.low == "'s":
        return place + 1 < len(tokens) and tokens[place + 1].capital
    if is_code(token):
        return True
    return token.capital and not plain_capital(token, language)


def is_code(token: Token) -> bool:
    """A word with digits in it, such as KG-500."""
    return token.kind == "word" and any(c.isdigit() for c in token.text)


def plain_capital(token: Token, language: Language) -> bool:
    """Words whose capital means nothing: I, Monday, PDF, Mr., Sie."""
    low = token.low
    if low in acronyms() or low in numbers("dates.months") or low in numbers("dates.weekdays"):
        return True
    if (
        low in groups("currencies")
        or low in words("names.titles")
        or low in words("statements.you_forms", language)
    ):
        return True
    return low in words("stop", language) and (len(low) > 2 or not token.text.isupper() or low in ("i", "a", "no"))


@cache
def acronyms() -> frozenset[str]:
    """Capitals that name nobody."""
    return words("names.acronyms")


def ordinary(low: str, language: Language) -> bool:
    """Whether a word at the beginning of a sentence is no name."""
    if any(part in vocabulary(language) for part in (low, low.removesuffix("s"), *low.split("-"))):
        return True
    return (language == "en" and len(low) > 5 and low.endswith(SUFFIXES)) or (
        language == "fr" and len(low) > 4 and low.endswith(FRENCH_SUFFIXES)
    )


@cache
def vocabulary(language: Language) -> frozenset[str]:
    """Every single word of the language's lists."""
    return frozenset(
        word for text in texts(table(language)) for entry in items(text) for word in entry.split("=")[0].split()
    )


def texts(section: dict[str, object]) -> Iterable[str]:
    """All texts of a table and its sections."""
    for value in section.values():
        if isinstance(value, dict):
            yield from texts(value)
        elif isinstance(value, str):
            yield value


def title_case(tokens: Sequence[Token]) -> bool:
    """Whether a subject is written With Capitals."""
    long = [token for token in tokens if token.kind == "word" and len(token.text) > 3]
    return len(long) >= 2 and sum(token.capital for token in long) >= TITLE_CASE * len(long)


def found_in(reading: Reading, run: Run, sources: Iterable[str]) -> bool:
    """Whether a source has the run's words in this order, or all of them; a name of mixed scripts is in none."""
    tokens = reading.tokens[run[0] : run[1]]
    if any(mixed(reading, token) for token in tokens):
        return False
    parts = [part for token in tokens for part in name_parts(reading, token) if part]
    return any(has_name(parts, source) for source in sources)


def mixed(reading: Reading, token: Token) -> bool:
    """Whether the word as written mixes letters of several scripts."""
    start, end = reading.folded.span(token.start, token.end)
    written = reading.written[start:end]
    return not written.isascii() and len(scripts(written)) > 1


def has_name(parts: Sequence[str], source: str) -> bool:
    """Whether `source` (words between spaces) has the parts in order, or each of them."""
    if f" {' '.join(parts)} " in source:
        return True
    return all(any(f" {form} " in source for form in forms(part)) for part in parts)


def forms(part: str) -> tuple[str, ...]:
    """A name's word as it is, and without a genitive or plural s."""
    return (part, part[:-1], part[:-2]) if part.endswith("s'") else (part, part.removesuffix("s").removesuffix("'"))


__all__ = ["Run", "found_in", "name_runs", "text_of"]
