"""The address in a cell: unwrapped, made canonical, and judged (rule 4 of the import rules)."""

import re
import unicodedata
from typing import NamedTuple

import idna
from disposable_email_domains import blocklist

from memory.addresses import is_address
from tools.wordlists import lists_of

ROLES = frozenset(lists_of("lead_words")["roles"])
LOOKALIKES = frozenset(lists_of("lead_words")["lookalikes"])
LONGEST = 1000  # characters that are worth looking at
SEVERAL = re.compile(r"[;,]| / ")
NAMED = re.compile(r"[^<>]*<([^<>]*)>")
WRITTEN_TOGETHER = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "LATIN"}


class Address(NamedTuple):
    """`several`: the cell held more than one, and this is the first valid one."""

    email: str
    several: bool = False

    @property
    def role(self) -> bool:
        """A post and not a person."""
        return self.email.partition("@")[0].partition("+")[0] in ROLES

    @property
    def needs_smtputf8(self) -> bool:
        return not self.email.isascii()

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]

    @property
    def mixed_script(self) -> bool:
        return is_misleading(self.domain)


def read_address(cell: str) -> Address | None:
    """The cell's address, or None where it holds none that is valid."""
    parts = [part for part in SEVERAL.split(cell) if "@" in part]
    if len(parts) <= 1:
        email = _canonical(cell) or (_canonical(parts[0]) if parts else None)
        return Address(email) if email else None
    valid = next((email for part in parts if (email := _canonical(part))), None)
    return Address(valid, several=True) if valid else None


def is_misleading(domain: str) -> bool:
    """Whether a name, in its ASCII form or not, has letters of two alphabets, or only such as look Latin (M3)."""
    labels = domain.lower().split(".")
    return any(_misleading(label) for label in labels if label.startswith("xn--") or not label.isascii())


def is_disposable(domain: str) -> bool:
    """Whether a domain, or one above it, gives out addresses for an hour."""
    labels = domain.split(".")
    return any(".".join(labels[at:]) in blocklist for at in range(len(labels) - 1))


def _canonical(text: str) -> str | None:
    text = text.strip()
    if named := NAMED.fullmatch(text):
        text = named[1].strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    if len(text) > LONGEST:
        return None
    local, _, domain = unicodedata.normalize("NFC", text.lower()).rpartition("@")
    email = f"{local}@{domain if domain.isascii() else _ascii(domain)}"
    return email if is_address(_in_ascii_letters(email)) else None


def _in_ascii_letters(email: str) -> str:
    """The address with an x for every letter or digit beyond ASCII: they are valid where those are."""
    if email.isascii():
        return email
    return "".join("x" if char > "\x7f" and unicodedata.category(char)[0] in "LMN" else char for char in email)


def _ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


def _misleading(label: str) -> bool:
    try:
        shown = idna.decode(label) if label.startswith("xn--") else unicodedata.normalize("NFKC", label)
        letters = [char for char in shown if char.isalpha()]
    except idna.IDNAError:
        return True
    scripts = {unicodedata.name(char, "?").split(" ")[0] for char in letters}
    if len(scripts) > 1:
        return not scripts <= WRITTEN_TOGETHER
    return scripts != {"LATIN"} and LOOKALIKES.issuperset(letters)
