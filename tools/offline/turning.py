"""What turning a sentence needs in every language: its words, its names, its mended end."""

import re
import tomllib
from collections.abc import Collection, Iterable
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from memory.words import Language

Names = tuple[str, ...]  # what the company is called, longest first


class Rules(BaseModel):
    """The table of one language in `clauses.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest: int  # words of a turned clause
    quoted_after: int = 0
    reader: frozenset[str]
    refused: frozenset[str]
    sideways: frozenset[str] = frozenset()  # first words of what reads badly after "that"
    lowered: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    acting: frozenset[str] = frozenset()  # what a company does, in the third person; a noun is none
    not_verbs: frozenset[str] = frozenset()
    third: frozenset[str] = frozenset()
    not_third: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    irregular: dict[str, str] = {}


def _read() -> dict[Language, Rules]:
    tables = tomllib.loads((files(__package__) / "clauses.toml").read_text(encoding="utf-8"))
    return {"en": Rules(**tables["en"]), "de": Rules(**tables["de"]), "fr": Rules(**tables["fr"])}


RULES = _read()
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", "(": ")", "[": "]"}
_TAKES_BACK = re.compile(
    r"\*|\b(?:but|except|only|not|no|never|without|unless|if|außer|aber|nur|ohne|nicht|kein|sauf|hors|mais|seulement|sans|pas)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_INNER_STOP = re.compile(r"(?<!\bsog)(?<!\bca)(?<!\binkl)(?<!\bbzw)(?<!\bNr)(?<!\benv)[.!?…:;]\s|[\[\]]")


def words_of(text: str) -> list[str]:
    """The words of `text`; an apostrophe inside belongs to its word and is written straight."""
    return [word.replace("’", "'") for word in _WORD.findall(text)]


def count(text: str) -> int:
    """How many words a reader counts."""
    return sum(any(c.isalnum() for c in token) for token in text.split())


def without_stop(quote: str) -> str:
    """`quote` without the mark that ends it, a quotation being followed by one of ours."""
    return quote.strip().rstrip(".!… ").rstrip()


def is_one_clause(text: str) -> bool:
    """Whether `text` is a single sentence whose brackets and quotation marks are whole."""
    return not _INNER_STOP.search(text) and not is_unbalanced(text)


def is_unbalanced(text: str) -> bool:
    """Whether a bracket or quotation mark in `text` is opened and not closed, or the other way."""
    waiting: list[str] = []
    for char in text:
        if waiting and char in waiting[-1]:
            waiting.pop()
        elif char in _CLOSED_BY:
            waiting.append(_CLOSED_BY[char])
        elif char in ")]»":
            return True
    return bool(waiting)


def takes_back(text: str) -> bool:
    """Whether `text` limits what stands before it, and must not fall away."""
    return bool(_TAKES_BACK.search(text))


def has_any(words: Iterable[str], listed: Collection[str]) -> bool:
    """Whether one of `words` is listed, without case."""
    return any(word.lower() in listed for word in words)


def speaks_to_reader(quote: str, language: Language) -> bool:
    """Whether `quote` says "you" to the readers of the page, who are not the readers of our mail."""
    listed = RULES[language].reader
    if language == "de":  # "Sie" and "Ihr" are capitals for "they" and "their" only where a sentence begins
        words = words_of(quote)
        return any(word in listed or word.lower() in listed for word in words[1:]) or words[:1] == ["Ihr"]
    return has_any(words_of(quote), listed)


def begins_with_name(text: str, names: Names) -> str | None:
    """The name of the company that `text` begins with, as written there."""
    for name in names:
        match = re.match(rf"{re.escape(name)}(?![^\W_])", text, re.IGNORECASE)
        if match:
            return match.group()
    return None


def uncapitalised(text: str, names: Names, lowered: Collection[str]) -> str | None:
    """`text` as it goes on inside a sentence, or None where its first word may or may not be a name."""
    first = _WORD.match(text)
    if first is None or first.group()[0].isdigit() or begins_with_name(text, names):
        return text
    word = first.group()
    if word.replace("’", "'").split("'")[0].lower() in lowered:
        return word[0].lower() + text[1:]
    is_coined = any(c.isupper() or c.isdigit() for c in word[1:])  # KG-500, OpenProject, ISO
    following = _WORD.match(text, first.end() + 1)
    in_title = following is not None and following.group()[0].isupper()
    return text if is_coined or in_title or word[0].islower() else None
