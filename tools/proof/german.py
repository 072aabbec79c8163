"""German writes every noun with a capital: which of them are names."""

from collections.abc import Sequence
from functools import lru_cache

from tools.proof.lexicon import common, words
from tools.proof.tokens import Token

STRONG = (
    "ung",
    "ungen",
    "heit",
    "heiten",
    "keit",
    "keiten",
    "schaft",
    "schaften",
    "tion",
    "tionen",
    "tät",
    "täten",
)
ADJECTIVE = ("e", "en", "er", "es", "em")
SHORTEST_HEAD = 4  # letters of a compound's last part
PLACE_PREPOSITIONS = common("sets.place_prepositions")


def looks_like_name(tokens: Sequence[Token], place: int, *, initial: bool) -> bool:
    """Whether a capitalised word is more than a noun. `initial`: it begins a sentence."""
    token = tokens[place]
    if initial and (token.low in words("names.openers", "de") or token.low in words("stop", "de")):
        return False
    if odd_capitals(token.text):
        return True
    before = tokens[place - 1] if place and not initial else None
    if place > 1 and tokens[place - 1].text == "." and tokens[place - 2].low in words("names.titles", "de"):
        before = tokens[place - 2]
    if before is not None and before.kind == "word":
        return after_word(token, before) or joined(tokens, place)
    return joined(tokens, place, initial=initial) or (initial and alone_as_subject(tokens, place))


def after_word(token: Token, before: Token) -> bool:
    """Whether the word before tells that this one is a name: a title, "Firma", or a bare preposition."""
    if before.low in words("names.titles", "de") or before.low in words("names.appositive", "de"):
        return not strictly_noun(token.low)
    if before.low in PLACE_PREPOSITIONS:
        return not strictly_noun(token.low)
    if before.low in words("names.place_before", "de"):
        return not noun(token.low)
    return False


def joined(tokens: Sequence[Token], place: int, *, initial: bool = False) -> bool:
    """Whether two capitals in a row make a name: "Goldenes Zahnrad", "Anna Schmidt"; not "Anfang März"."""
    token = tokens[place]
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if initial and token.low.endswith(ADJECTIVE) and not noun(token.low):
        return False  # an adjective that begins the sentence
    if after is None or not after.capital or after.kind != "word" or after.low in words("stop", "de"):
        return False
    if token.low in words("names.measure", "de") or after.low in words("names.measure", "de"):
        return False
    if token.low in words("names.appositive", "de") or token.low in words("names.titles", "de"):
        return False
    return not (noun(token.low) and noun(after.low))


def alone_as_subject(tokens: Sequence[Token], place: int) -> bool:
    """Whether an unknown word that begins a sentence is a name: a verb in the singular follows it."""
    after = tokens[place + 1].low if place + 1 < len(tokens) else ""
    return not noun(tokens[place].low) and after.endswith("t") and after not in ("mit", "nicht", "seit")


def odd_capitals(text: str) -> bool:
    """OpenProject, CRM-X, but no ordinary noun."""
    return any(c.isupper() for c in text[1:] if c != "-") and not all(
        part[:1].isupper() and part[1:].islower() for part in text.split("-") if part
    )


@lru_cache(maxsize=8192)
def noun(low: str) -> bool:
    """Whether the word is known as a noun, ends in one, or has a noun's ending."""
    if strictly_noun(low) or low in words("names.measure", "de") or low in words("names.appositive", "de"):
        return True
    return len(low) > 5 and any(low.endswith(s) for s in words("names.noun_suffixes", "de"))


@lru_cache(maxsize=8192)
def strictly_noun(low: str) -> bool:
    """Whether the word is a listed noun, a compound of one, or ends as no name does."""
    known = words("names.nouns", "de")
    last = low.rsplit("-", maxsplit=1)[-1]
    if last in known or last.endswith(STRONG) or any(last in words(path, "de") for path in LISTS):
        return True
    for cut in range(max(1, len(last) - 16), len(last) - SHORTEST_HEAD + 1):
        if last[cut:] in known and cut >= 3:
            return True
    return any(last.removesuffix(ending) in known for ending in ("n", "en", "s", "es", "e"))


LISTS = ("frame", "courtesy", "statements.mail_noun", "stop", "quantity.award", "quantity.half", "quantity.dozens")
