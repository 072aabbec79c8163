"""French: "Nous fabriquons nos pompes à Lyon" becomes "que vous fabriquez vos pompes à Lyon"."""

import re

from tools.offline.turning import (
    RULES,
    Names,
    begins_with_name,
    count,
    has_any,
    is_one_clause,
    speaks_to_reader,
    uncapitalised,
    without_stop,
    words_of,
)  # fmt: skip

_RULES = RULES["fr"]

_WE = re.compile(
    r"\b[Nn]ous (?P<before>(?:ne |n['’])?(?:nous )?(?:(?:le|la|les|y|en|lui|leur) |l['’])?)"
    r"(?P<verb>[a-zà-ÿœ]+ons|sommes)\b"
)
_SECOND_VERB = re.compile(r"(?:\b(?:et|ou|puis|mais)|,) (?:ne |n['’]|les? |la |l['’])?[a-zà-ÿœ]+ons\b")
_NOUN_ENDS = re.compile(r"(?:[tsx]ions|aisons|oissons)$")
_LEFT = re.compile(r"\b(?:notre|nos|nous)\b", re.IGNORECASE)
_OWN = {"notre": "votre", "nos": "vos", "nous": "vous"}
_VOWELS = tuple("aeiouyàâæéèêëîïôûœAEIOUÀÂÉÈÊËÎÏÔÛŒ")
_RELATIVE = frozenset({"qui", "que", "dont", "où"})


def turn(quote: str, names: Names) -> str | None:
    """The clause with its "que", or None where it cannot be turned safely."""
    text = without_stop(quote)
    words = words_of(text)
    if not is_one_clause(text) or speaks_to_reader(text, "fr") or has_any(words, _RULES.refused):
        return None
    if (
        not (has_verb(text) or _name_acts(text, names))
        or count(text) > _RULES.longest
        or _second_verb(text)
        or _is_relative(words)
    ):
        return None
    begun = uncapitalised(text, names, _RULES.lowered)
    if begun is None or re.match(r"nous\b(?!.{0,3}\w+ons\b|.{0,12}(?:ons|sommes)\b)", begun):
        return None
    turned = _LEFT.sub(lambda m: _OWN[m.group().lower()], _WE.sub(_conjugated, begun))
    return f"qu’{turned}" if turned.startswith(_VOWELS) else f"que {turned}"


def has_verb(text: str) -> bool:
    """Whether `text` is a clause and not a heading."""
    return bool(_WE.search(text)) or has_any(words_of(text), _RULES.verbs)


def _name_acts(text: str, names: Names) -> bool:
    """Whether the company's name is followed by what can only be its verb: "Durand usine des pièces"."""
    name = begins_with_name(text, names)
    verb = r" [a-zà-ÿ]+[etd] (?:des|les|le|la|l[’']|une?|du|de|en|à|dans|pour|chaque|plus|\d)"
    return name is not None and bool(re.match(verb, text[len(name) :]))


def _second_verb(text: str) -> bool:
    """Whether a verb may follow that has the same "nous" and would have to be turned too."""
    if not _WE.search(text):
        return False
    return any(not _NOUN_ENDS.search(match.group()) for match in _SECOND_VERB.finditer(_WE.sub("", text)))


def _is_relative(words: list[str]) -> bool:
    lowered = [word.lower() for word in words]
    first_verb = next(
        (i for i, w in enumerate(lowered) if w in _RULES.verbs or w.endswith(("ons", "sommes"))), len(words)
    )
    return any(word in _RELATIVE for word in lowered[:first_verb])


def _conjugated(match: re.Match[str]) -> str:
    before = match["before"].replace("nous ", "vous ")
    verb = match["verb"]
    if verb in _RULES.irregular:
        return f"vous {before}{_RULES.irregular[verb]}"
    stem = re.sub(r"ge$", "g", verb[:-3])
    return f"vous {before}{re.sub('ç$', 'c', stem)}ez"
