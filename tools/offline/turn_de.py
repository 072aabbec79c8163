"""German: "Wir bearbeiten alle Pläne" becomes "bearbeiten Sie alle Pläne", as after "Laut Ihrer Seite".

A main clause has its verb in second place. Where the first place is plainly one of "wir", the
company's name, an adverbial before "wir", or a noun with "unser", both change places and no more.
"""

import re

from tools.offline.turning import (
    RULES,
    Names,
    begins_with_name,
    count,
    is_one_clause,
    speaks_to_reader,
    without_stop,
    words_of,
)  # fmt: skip

_RULES = RULES["de"]

_WE_FIRST = re.compile(
    r"Wir (?P<verb>(?:[a-zäöüß]+n, )*[a-zäöüß]+n(?: (?:und|oder) [a-zäöüß]+n)?|sind) (?P<rest>.+)"
)
_REFLEXIVE = re.compile(
    r"Wir haben uns (?P<rest>.+ (?:spezialisiert|verschrieben|entwickelt|etabliert|zertifizieren lassen))"
)
_WE_LATER = re.compile(
    r"(?P<first>[A-ZÄÖÜ][\w-]*)(?P<more>(?: [\w./-]+){1,7}?) (?P<verb>[a-zäöüß]+n|sind) wir (?P<rest>.+)"
)
_NOUN_FIRST = re.compile(
    rf"(?P<subject>[A-ZÄÖÜ][\w-]*(?: [\w./-]+){{1,5}}?) (?P<verb>{'|'.join(sorted(_RULES.third))}) (?P<rest>.+)"
)
_OUR = re.compile(r"\b[Uu]nser(e[mnrs]?)?\b")
_WE = re.compile(r"\bwir\b")


def turn(quote: str, names: Names) -> str | None:
    """The clause with its verb first, or None where it cannot be turned safely."""
    text = without_stop(quote)
    words = words_of(text)
    if not is_one_clause(text) or speaks_to_reader(text, "de") or count(text) > _RULES.longest:
        return None
    if reflexive := _REFLEXIVE.fullmatch(text):
        return f"haben Sie sich {_spoken_to(reflexive['rest'])}"
    if any(word.lower() in _RULES.refused for word in words):
        return None
    return (
        _we_first(text)
        or _name_first(text, names)
        or _name_later(text, names)
        or _we_later(text)
        or _noun_first(text)
    )


def has_verb(text: str) -> bool:
    """Whether `text` is a clause and not a heading."""
    words = words_of(text)
    return any(w.islower() and (w in _RULES.third or _is_third(w) or w in {"wir"}) for w in words[1:]) or words[
        :1
    ] == ["Wir"]


def _is_third(word: str) -> bool:
    """A third person such as "bietet"; most words in -t that are none are listed."""
    return (
        bool(re.fullmatch(r"[a-zäöüß]{3,}t", word)) and word not in _RULES.not_third and not word.startswith("ge")
    )


def _we_first(text: str) -> str | None:
    match = _WE_FIRST.fullmatch(text)
    if match is None or any(word in _RULES.not_verbs for word in match["verb"].split()):
        return None
    return f"{match['verb']} Sie {_spoken_to(match['rest'])}"


def _name_first(text: str, names: Names) -> str | None:
    name = begins_with_name(text, names)
    match = re.fullmatch(r" (?P<verb>[a-zäöüß]+) (?P<rest>.+)", text[len(name) :]) if name else None
    if match is None or not (match["verb"] in _RULES.third or _is_third(match["verb"])):
        return None
    return f"{match['verb']} {name} {_spoken_to(match['rest'])}"


def _name_later(text: str, names: Names) -> str | None:
    """ "Besondere Expertise bietet Acme bei Pumpen" becomes "bietet Acme besondere Expertise bei Pumpen"."""
    named = "|".join(re.escape(name) for name in names)
    before = r"(?P<first>[A-ZÄÖÜ][\w-]*)(?P<more>(?: [\w./-]+){0,5}?)"
    match = (
        re.fullmatch(rf"{before} (?P<verb>[a-zäöüß]+) (?P<name>(?i:{named})) (?P<rest>.+)", text) if names else None
    )
    if match is None or not (match["verb"] in _RULES.third or _is_third(match["verb"])):
        return None
    is_adjective = (
        bool(re.fullmatch(r"[A-ZÄÖÜ][a-zäöüß]+e[nmrs]?", match["first"])) and match["more"][1:2].isupper()
    )
    begun = match["first"].lower() if is_adjective or match["first"].lower() in _RULES.openers else match["first"]
    return f"{match['verb']} {match['name']} {_spoken_to(begun + match['more'])} {_spoken_to(match['rest'])}"


def _we_later(text: str) -> str | None:
    """ "Seit 1985 fertigen wir Pumpen" becomes "fertigen Sie seit 1985 Pumpen"."""
    match = _WE_LATER.fullmatch(text)
    if match is None or match["verb"] in _RULES.not_verbs or match["first"].lower() not in _RULES.openers:
        return None
    first = match["first"].lower() + match["more"]
    return f"{match['verb']} Sie {_spoken_to(first)} {_spoken_to(match['rest'])}"


def _noun_first(text: str) -> str | None:
    match = _NOUN_FIRST.fullmatch(text)
    if match is None or match["rest"].startswith("wir "):
        return None
    first, *others = match["subject"].split()
    if first.lower() in _RULES.articles or (others and _OUR.fullmatch(others[0])):
        begun = first.lower() if first.lower() in _RULES.articles else first
        return f"{match['verb']} {_spoken_to(' '.join([begun, *others]))} {_spoken_to(match['rest'])}"
    return None


def _spoken_to(text: str) -> str:
    return _WE.sub("Sie", _OUR.sub(lambda match: "Ihr" + (match.group(1) or ""), text))
