"""The address in a cell: unwrapped, made canonical, and judged (rule 4 of the import rules)."""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import NamedTuple

import idna

WORDS = tomllib.loads(Path(__file__).with_name("lead_words.toml").read_text(encoding="utf-8"))
ROLES = frozenset(WORDS["roles"])
LOOKALIKES = frozenset(WORDS["lookalikes"].split())
LONGEST = 320  # 64 for the local part, 253 for the domain, and what wraps them is cut off before
SEVERAL = re.compile(r"[;,]| / ")
NAMED = re.compile(r"[^<>]*<([^<>]*)>")
ASCII_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])")

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
    def lookalike(self) -> bool:
        return lookalike_domain(self.email.rpartition("@")[2])


def read_address(cell: str) -> Address | None:
    """The cell's address, or None where it holds none that is valid."""
    parts = [part for part in SEVERAL.split(cell) if "@" in part]
    if len(parts) <= 1:
        email = _canonical(cell) or (_canonical(parts[0]) if parts else None)
        return Address(email) if email else None
    valid = next((email for part in parts if (email := _canonical(part))), None)
    return Address(valid, several=True) if valid else None


def lookalike_domain(domain: str) -> bool:
    """Whether a name in its ASCII form hides letters of two alphabets, or only such as look Latin (M3)."""
    return any(_misleading(label) for label in domain.split(".") if label.startswith("xn--"))


def _canonical(text: str) -> str | None:
    text = text.strip()
    if named := NAMED.fullmatch(text):
        text = named[1].strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    if len(text) > LONGEST or text.count("@") != 1:
        return None
    local, domain = text.lower().split("@")
    if not domain.isascii():
        domain = _ascii(domain)
    if len(domain) > 253 or not DOMAIN.fullmatch(domain):
        return None
    local = unicodedata.normalize("NFC", local)
    return f"{local}@{domain}" if len(local) <= 64 and _local_part(local) else None


def _local_part(local: str) -> bool:
    letters = "".join("x" if char > "\x7f" and unicodedata.category(char)[0] in "LMN" else char for char in local)
    return ASCII_LOCAL.fullmatch(letters) is not None


def _ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


def _misleading(label: str) -> bool:
    try:
        letters = [char for char in idna.decode(label) if char.isalpha()]
    except idna.IDNAError:
        return True
    scripts = {unicodedata.name(char, "?").split(" ")[0] for char in letters}
    if len(scripts) > 1:
        return not scripts <= WRITTEN_TOGETHER
    return scripts != {"LATIN"} and LOOKALIKES.issuperset(letters)
