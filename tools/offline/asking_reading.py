"""Going through a question part by part: what is understood is taken out, and what is left must mean something."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from tools.analysis.asking import not_understood
from tools.countries import codes_of, names
from tools.offline.asking_sql import literal
from tools.offline.lexicon import load
from tools.plain_words import folded, stem_of
from tools.wordlists import lists_of

_LISTS = load("asking")
NOUNS = re.compile(
    r"\b(?:leads?|compan(?:y|ies)|contacts?|people|persons?|prospects?|accounts?|firmen|firms?|entreprises?|rows?|"
    r"customers?)\b"
)
_MANY = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER = rf"(\d{{1,4}}|{'|'.join(_MANY)})"
_RANKED = "top|best|first|last|latest|newest|largest|biggest|smallest|oldest|worst|highest(?: scoring| rated)?"
_LIMIT = re.compile(rf"\b(?:({_RANKED}) {_NUMBER}|{_NUMBER} ({_RANKED}))\b")
_SHOWN = re.compile(rf"\b(?:show|list|give|get)(?: me)? {_NUMBER}\b")
_STAFF = r" ?\+?(?: \w+)? ?(?:employees|people|persons?|staff|mitarbeiter\w*|salaries?|workers)\b"
_SIZES = (
    (
        re.compile(rf"\b(?:between |zwischen |entre )?(\d[\d.,]*) ?(?:-|to|and|und|bis|et|a) ?(\d[\d.,]*){_STAFF}"),
        "BETWEEN",
    ),
    (re.compile(rf"\b(?:more than|over|above|mehr als|uber|plus de) (\d[\d.,]*){_STAFF}"), ">"),
    (re.compile(rf"\b(?:at least|mindestens|au moins) (\d[\d.,]*){_STAFF}|\b(\d[\d.,]*)\+{_STAFF}"), ">="),
    (re.compile(rf"\b(?:fewer than|less than|under|below|weniger als|unter|moins de) (\d[\d.,]*){_STAFF}"), "<"),
    (re.compile(rf"\b(?:at most|up to|hochstens|bis zu|au plus) (\d[\d.,]*){_STAFF}"), "<="),
)
_SCORES = (
    (
        re.compile(r"\bscor\w* (?:of |is |was )?(?:above|over|more than|greater than|higher than|>) ?(\d{1,3})\b"),
        ">",
    ),
    (
        re.compile(
            r"\bscor\w* (?:of |is |was )?(?:at least|>=) ?(\d{1,3})\b|\bscor\w* (\d{1,3}) or (?:more|better)"
        ),
        ">=",
    ),
    (re.compile(r"\bscor\w* (?:of |is |was )?(?:below|under|less than|lower than|<) ?(\d{1,3})\b"), "<"),
)
_SCORE_SPAN = re.compile(r"\bscor\w* (?:of |is |was )?(?:between|from) (\d{1,3}) (?:and|to) (\d{1,3})\b")
_ONE = re.compile(
    r"\b(?:top|best|worst|latest|newest|oldest|largest|biggest|smallest) (?:lead|company|draft|contact)\b"
)
_SHORT_PLACES = re.compile(r"\b(UK|US|EU)\b")
_WORD = re.compile(r"[\w'&+]+")


@cache
def pattern_of(section: str, name: str) -> re.Pattern[str]:
    """Whole words of a list."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(_LISTS[f'{section}.{name}'])})(?!\w)")


def names_in(section: str) -> tuple[str, ...]:
    """The lists of a section, in their order."""
    return tuple(key.partition(".")[2] for key in _LISTS if key.startswith(f"{section}."))


@cache
def _small() -> frozenset[str]:
    return frozenset(_LISTS["others.small"])


@cache
def _telling() -> frozenset[str]:
    return frozenset(_LISTS["others.telling"])


@cache
def _places() -> re.Pattern[str]:
    """A country or region, with what says that it is a place."""
    return re.compile(
        rf"(?:\b(?:in|from|aus|en|au|aux|near|based in) (?:the )?)?\b({'|'.join(map(re.escape, names()))})\b"
    )


@dataclass
class Reading:
    """A question that is being read. `text` is folded, and holds what was not understood yet."""

    raw: str
    text: str = field(init=False)
    whole: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.whole = re.sub(r"[?!,;:()\"“”„«»]|\.(?!\w)", " ", folded(self.raw).replace("’", "'"))

    def says(self, name: str, section: str = "others") -> bool:
        """Whether it has one of the words of a list, whatever was taken out since."""
        return bool(pattern_of(section, name).search(self.whole))

    def take(self, name: str, section: str = "others") -> bool:
        """Whether it says so still; then it is understood."""
        found = pattern_of(section, name).search(self.text)
        if found:
            self.cut(found)
        return bool(found)

    def take_all(self, name: str, section: str) -> bool:
        """The same for every place where it says so."""
        taken = False
        while self.take(name, section):
            taken = True
        return taken

    def first_of(self, section: str) -> str | None:
        """The first list of a section that it has a word of, which is understood then."""
        return next((name for name in names_in(section) if self.take_all(name, section)), None)

    def cut(self, found: re.Match[str]) -> None:
        """Take out what was understood."""
        self.put(found, "")

    def put(self, found: re.Match[str], instead: str) -> None:
        """Put something else in its place."""
        self.text = " ".join(f"{self.text[: found.start()]} {instead} {self.text[found.end() :]}".split())

    def limit(self) -> int | None:
        """How many are wanted: the number beside a superlative, which stays, or after "show"."""
        if found := _LIMIT.search(self.text):
            number = found[2] or found[3]
            self.put(found, found[1] or found[4])
        elif found := _SHOWN.search(self.text):
            number = found[1]
            self.cut(found)
        else:
            return 1 if _ONE.search(self.text) else None
        return max(1, min(_MANY.get(number) or int(number), 1_000))

    def sizes(self) -> Iterator[str]:
        """Conditions on the number of employees."""
        for pattern, sign in _SIZES:
            if found := pattern.search(self.text):
                self.cut(found)
                numbers = [str(int(re.sub(r"\D", "", group)[:9])) for group in found.groups() if group]
                yield f"l.employees {sign} {' AND '.join(numbers)}"

    def scores(self) -> Iterator[str]:
        """Conditions on the score."""
        if found := _SCORE_SPAN.search(self.text):
            self.cut(found)
            yield f"r.score BETWEEN {int(found[1])} AND {int(found[2])}"
        for pattern, sign in _SCORES:
            if found := pattern.search(self.text):
                self.cut(found)
                yield f"r.score {sign} {int(next(group for group in found.groups() if group))}"

    def places(self) -> Iterator[str]:
        """A condition for the countries that are named, any of which may hold."""
        codes: set[str] = set()
        while found := _places().search(self.text):
            codes |= codes_of(found[1])
            self.cut(found)
        for name in _SHORT_PLACES.findall(self.raw):
            codes |= codes_of(name)
            self.text = re.sub(rf"\b(?:in |from )?(?:the )?{name.lower()}\b", " ", self.text)
        if codes:
            yield f"l.country_code IN ({', '.join(map(literal, sorted(codes)))})"

    def left(self) -> list[str]:
        """The words that are not understood and not said in passing, each with what it is short for.

        `Invalid` where one of them turns the meaning.
        """
        words = [word.strip("'&+") for word in _WORD.findall(self.text)]
        if telling := next((word for word in words if word in _telling()), None):
            raise not_understood(f"what is meant by {telling!r}")
        return list(dict.fromkeys(_meant(word) for word in words if word and word not in _small()))


def _meant(word: str) -> str:
    stem = stem_of(word.removesuffix("'s"))
    longs: Mapping[str, Iterable[str]] = lists_of("titles")
    return "|".join((stem, *longs.get(stem, ())))
