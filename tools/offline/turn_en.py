"""English: "We're a team of 10" becomes "you are a team of 10"."""

import re

from tools.offline.turning import (
    RULES,
    Names,
    begins_with_name,
    count,
    has_any,
    is_one_clause,
    takes_back,
    uncapitalised,
    without_stop,
    words_of,
)  # fmt: skip

_RULES = RULES["en"]

_PRONOUNS = {
    "we": "you", "our": "your", "ours": "yours", "us": "you", "ourselves": "yourselves", "we're": "you are",
    "we've": "you have",
    "we'll": "you will",
}  # fmt: skip
_PRONOUN = re.compile(r"\b(?:we(?:['’](?:re|ve|ll))?|our|ours|ourselves|us)\b", re.IGNORECASE)
_FOR_THE_READER = re.compile(
    r",? (?:to help you|so (?:that )?you|to (?:give|let|allow) you|(?:helping|giving|allowing|letting) you"
    r"|(?:to|for|on|with) your?)\b.*$"
)
_LEAD_IN = re.compile(r"^(?:(?:Today|Currently|Now|At present), (?P<begin>\w)|(?P<we>We also ))")
_RELATIVE = frozenset({"that", "which", "who", "where", "whose"})
_ACTING = "|".join(sorted(_RULES.acting))
_ACTS = re.compile(rf" (?P<verbs>(?:{_ACTING})(?:(?:, (?:{_ACTING}))* and (?:{_ACTING}))?)(?= )")
_BASE = re.compile(r"s\b")
_MAYBE_VERB = re.compile(r"(?:,|\band|\bor|\bbut) [a-z]+s (?!and\b|or\b|for\b|in\b)[a-z]")
_ITS = frozenset({"it", "its", "itself", "they", "their"})
_SHORTEST = 5  # words of a clause that says something


def turn(quote: str, names: Names) -> str | None:
    """The clause after "that", or None where it cannot be turned safely."""
    text = _as_we(_about_the_company(_own_part(without_stop(quote)), names), names)
    words = words_of(text)
    if not is_one_clause(text) or has_any(words, _RULES.reader | _RULES.refused):
        return None
    if not (has_verb(text) or _name_acts(text, names)):
        return None
    if len(words) < _SHORTEST or words[0].lower() in _RULES.sideways or _first_verb_is_relative(words):
        return None
    begun = uncapitalised(_LEAD_IN.sub(_unled, text), names, _RULES.lowered)
    return begun and (_half_quoted(begun) if count(begun) > _RULES.quoted_after else _turned(begun))


def _unled(match: re.Match[str]) -> str:
    """ "Today, we" and "We also" as "We": neither word says anything in a letter of its own."""
    return "We " if match["we"] else match["begin"].upper()


def has_verb(text: str) -> bool:
    """Whether `text` is a clause and not a heading."""
    words = words_of(text)
    return (
        has_any(words[:1], {"we", "we're", "we've", "we'll"}) or has_any(words, _RULES.verbs) or _first_person(text)
    )


def _name_acts(text: str, names: Names) -> bool:
    """Whether the company's name is followed by what can only be its verb: "Acme welds"."""
    name = begins_with_name(text, names)
    return name is not None and bool(re.match(r" (?:[a-z]+ly )?[a-z]{2,}[^s\W]s [a-z]", text[len(name) :]))


def _first_person(text: str) -> bool:
    return bool(re.search(r",\s+we(?:['’](?:re|ve|ll))?\s+[a-z]", text))


def _own_part(text: str) -> str:
    """What is left when a tail that speaks to the page's reader falls away."""
    if re.match(r"We help you|If |When ", text):
        return text
    shorter = _FOR_THE_READER.sub("", text)
    hangs = re.search(r"\b(?:directly|right|straight|even|also|both|only|and|or|up|back|over)$", shorter)
    return shorter if count(shorter) >= _SHORTEST and not hangs and not takes_back(text[len(shorter) :]) else text


def _about_the_company(text: str, names: Names) -> str:
    """ "At Acme, we make pumps": the place says nothing, the company being written to."""
    name = begins_with_name(text[3:], names) if text.startswith("At ") else None
    after = text[3 + len(name) :] if name else ""
    return after.lstrip(", ") if re.match(r",? (?:we|our)\b", after) else text


def _as_we(text: str, names: Names) -> str:
    """ "Acme welds and paints bikes" as "We weld and paint bikes", where nothing else would have to change."""
    name = begins_with_name(text, names)
    match = _ACTS.match(text[len(name) :]) if name else None
    if match is None:
        return text
    rest = text[len(name or "") + match.end() :]
    doubtful = has_any(words_of(rest), _RULES.verbs | _RULES.acting | _ITS) or _PRONOUN.search(rest)
    return text if doubtful or _MAYBE_VERB.search(rest) else f"We {_BASE.sub('', match['verbs'])}{rest}"


def _first_verb_is_relative(words: list[str]) -> bool:
    """ "A converter that goes taller" is no clause, although a verb stands in it."""
    lowered = [word.lower() for word in words]
    first_verb = next((i for i, word in enumerate(lowered) if word in _RULES.verbs), len(words))
    before = lowered[:first_verb]
    return lowered[0] not in {"we", "we're", "we've"} and any(word in _RELATIVE for word in before)


def _half_quoted(text: str) -> str | None:
    """A long clause keeps its own words in quotation marks behind the pronoun."""
    start = re.match(r"we (?:(?:also|are|have|can|were) )*", text)
    rest = text[start.end() :] if start else ""
    if start and not _PRONOUN.search(rest) and not re.search('[“”"]', rest):
        return f"{_turned(start.group())}“{rest}”"
    return _turned(text) if count(text) <= _RULES.longest else None


def _turned(text: str) -> str:
    return re.sub(r"\bproudly ", "", _PRONOUN.sub(_pronoun, text))


def _pronoun(match: re.Match[str]) -> str:
    word = match.group().replace("’", "'")
    return word if word == "US" else _PRONOUNS[word.lower()]
