"""Taking secrets, addresses and mail texts out of what is written down for people to read later (S1).

Two nets, one behind the other: what is known (the values of the settings that are secret, the texts that a
caller named as private) is looked for as it stands; what only looks like a secret is found by its shape.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote

LEFT_OUT = "[left out]"
SHORTEST = 4  # characters; a shorter secret is found by its place alone, as in redis://:pw@
ALONE = 6  # characters; a shorter one is only taken out where it stands as a word
PRIVATE_LINE = 12  # characters from which a line of a private text is looked for on its own
LONGEST = 40_000  # characters that are looked through; what comes after them is dropped

QUOTED = r"""[bruf]{0,2}"(?:\\.|[^"\\])*(?:"|\Z)|[bruf]{0,2}'(?:\\.|[^'\\])*(?:'|\Z)"""
CREDENTIALS = re.compile(r"(?<=://)[^/?#\s\"'<>]{1,200}@")
KEY = re.compile(
    r"\b(?:sk|pk|rk)[-_][\w-]{12,}|\bBearer\s+[\w.~+/=-]{8,}|(?<=[?&])(?:api_?key|token|key)=[^&\s]+", re.I
)
FOREIGN_KEY = re.compile(
    r"\bgh[pousr]_\w{20,}|\bxox[abeprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END[A-Z -]*|\Z)",
    re.DOTALL,
)
ODD_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s:]{0,100}:[^\s\"'<>]{1,200}@")  # a "/" or "?" in the password
NAMED_SO = r"(?:authorization|api[-_]?keys?|passw(?:or)?d|passphrase|secret|token|credentials?|cookie)"
ASSIGNED = re.compile(
    rf"([\"']?(?<![\w-])[\w-]{{0,80}}?{NAMED_SO}"
    rf"[\"']?\s*(?:=>|[:=])\s*|--(?:password|api-key|token)\s+)({QUOTED}|(?:(?:Bearer|Basic)\s+)?[^\s,;&\"'<>)\]}}]+)",
    re.I,
)
MAIL_TEXT = re.compile(
    r"([\"']?\b(?:body|subject|text|html|content|quote|draft|reply|snippet|prompt|mail|payload)"
    rf"[\"']?\s*[:=]\s*)({QUOTED})",
    re.I,
)
INPUT = re.compile(r"(input_value=)[^\n]*?(?=, input_type=|\n|\Z)")  # how pydantic quotes what it refuses
QUERY = re.compile(
    r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>?#]*|\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^\s\"'?#]*)"
    r"[?#][^\s\"'<>]*"
)
ADDRESS = re.compile(r"[\w.+%'-]{1,64}@(?=[\w-]{1,63}(?:\.[\w-]{1,63})+)")


def without_keys(text: str) -> str:
    """`text` without what looks like a password in an address, or a key."""
    return KEY.sub("[key left out]", CREDENTIALS.sub(f"{LEFT_OUT}@", text))


@dataclass(frozen=True)
class Redactor:
    """Takes out `secrets` wherever they stand, and whatever looks like one."""

    secrets: frozenset[str] = frozenset()

    def __call__(self, text: str, private: Iterable[str] = ()) -> str:
        """`text` without secrets, people's addresses and mail texts; `private` texts are taken out too."""
        text = _cut(self._known.sub(LEFT_OUT, text))
        for line in sorted(set(_lines(private)), key=len, reverse=True):
            text = text.replace(line, LEFT_OUT)
        return _without_shapes(text)

    def keys(self, text: str) -> str:
        """`text` without secrets, and what looks like one, for people to read: addresses and words stay."""
        return _without_keys(_cut(self._known.sub(LEFT_OUT, text)))

    @cached_property
    def _known(self) -> re.Pattern[str]:
        parts = {form for secret in self.secrets for part in parts_of(secret) for form in _forms(part)}
        words = sorted((part for part in parts if len(part) >= SHORTEST), key=len, reverse=True)
        return re.compile("|".join(map(_pattern, words)) or r"(?!)")


def parts_of(secret: str) -> Iterator[str]:
    """A secret, and what of it may stand alone: an address's password, the keys of a list of name:key pairs."""
    yield secret
    _, scheme, rest = secret.partition("://")
    if scheme:
        userinfo = rest.rpartition("@")[0]
        yield from (userinfo, userinfo.partition(":")[2])
        return
    for entry in secret.split(","):
        yield from (entry.strip(), entry.partition(":")[2].strip())


def _forms(part: str) -> Iterator[str]:
    """A text as it is, as a URL or JSON or a repr has it."""
    yield from (part, quote(part, safe=""), unquote(part), json.dumps(part)[1:-1], repr(part)[1:-1])


def _pattern(word: str) -> str:
    return re.escape(word) if len(word) >= ALONE else rf"(?<!\w){re.escape(word)}(?!\w)"


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for line in (text, *text.splitlines()):
            if len(line.strip()) >= PRIVATE_LINE:
                yield from _forms(line.strip())


def _cut(text: str) -> str:
    """No more than can be looked through, and no half of a word at the end, which could be half a key."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(' ')[0]} {LEFT_OUT}"


def _without_keys(text: str) -> str:
    text = ODD_CREDENTIALS.sub(f"{LEFT_OUT}@", without_keys(text))
    text = FOREIGN_KEY.sub("[key left out]", text)
    return ASSIGNED.sub(rf"\1{LEFT_OUT}", text)


def _without_shapes(text: str) -> str:
    text = INPUT.sub(rf"\1{LEFT_OUT}", MAIL_TEXT.sub(rf"\1{LEFT_OUT}", _without_keys(text)))
    return ADDRESS.sub("[…]@", QUERY.sub(rf"\1?{LEFT_OUT}", text))
