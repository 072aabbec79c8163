"""What a number counts."""

from collections.abc import Sequence
from functools import cache, lru_cache

from memory.words import Language
from tools.proof.lexicon import common, groups, words
from tools.proof.tokens import Token

SKIPPED = common("sets.skipped")
REACH = 4  # words after a number that may name what it counts


@cache
def unit_groups() -> dict[str, int]:
    """Each unit word with its group; other forms of a word are in the group of the first word of their line."""
    found = dict(groups("units"))
    forms = groups("forms")
    heads: dict[int, int] = {}
    for word, line in forms.items():
        if line not in heads:
            heads[line] = found.get(word, 1000 + line)
        found.setdefault(word, heads[line])
    return found


@lru_cache(maxsize=8192)
def unit(low: str) -> str:
    """The word's group, or the word without its plural."""
    known = unit_groups()
    for form in (
        low,
        low.removesuffix("s"),
        low.removesuffix("es"),
        low[:-3] + "y" if low.endswith("ies") else low,
    ):
        if form in known:
            return f"={known[form]}"
    return low[:-3] + "y" if low.endswith("ies") else low.removesuffix("s") if len(low) > 3 else low


def counted(tokens: Sequence[Token], place: int, language: Language) -> tuple[str, ...]:
    """The words from `place` on that may name what a number counts, its head first."""
    found: list[Token] = []
    stop = words("stop", language)
    for token in tokens[place : place + REACH + 3]:
        if token.kind != "word":
            if token.text == "-":
                continue
            break
        if token.low in SKIPPED and not found:
            continue
        if token.low in stop or len(found) == REACH:
            break
        found.append(token)
    return headed(found, language)


def headed(found: Sequence[Token], language: Language) -> tuple[str, ...]:
    """The units of these words, that of the counted noun put first."""
    if not found:
        return ()
    units = [unit(token.low) for token in found]
    head = next((i for i, u in enumerate(units) if u.startswith("=")), None)
    if head is None:
        head = next((i for i, token in enumerate(found) if is_head(token, language)), len(found) - 1)
    return (units[head], *units[:head], *units[head + 1 :])


def is_head(token: Token, language: Language) -> bool:
    """Whether the word looks like a counted noun: a plural, in German a capital, in French the first word."""
    if language == "de":
        return token.text[0].isupper()
    if language == "fr":
        return True
    return token.low.endswith("s") and not token.low.endswith("ss")


def same_unit(said: tuple[str, ...], source: tuple[str, ...]) -> bool:
    """Whether both count the same thing; a number that names nothing fits any."""
    if not said or not source:
        return not said
    return said[0] in source or compound(said[0], source[0])


def compound(one: str, other: str) -> bool:
    """`produktionslinien` are `linien`."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and long.endswith(short)
