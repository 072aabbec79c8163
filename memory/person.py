"""A person by their address, and how they are told again in what others wrote."""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email.utils import parseaddr
from functools import cached_property
from typing import Literal, Self

from memory.errors import Invalid
from memory.interaction_texts import person_address
from memory.records import Lead, lead_id_of

How = Literal["address", "name"]
AT = r"(?:@|%40|&#0*64;|\\u0040)"
AROUND = 60  # characters that an excerpt shows on each side


@dataclass(frozen=True)
class Person:
    """Who is meant: an address in lower case without `+tag`, full names, and ids that leads with them have."""

    address: str
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """From an address, or `Name <address>`."""
        name, address = parseaddr(text) if "<" in text else ("", text)
        try:
            address = person_address(address)
        except ValueError as error:
            raise Invalid(f"PERSON {error}") from None
        return cls(address, ids=(lead_id_of(address),)).also(names=[name])

    def also(self, *, names: Iterable[str] = (), ids: Iterable[str] = ()) -> Self:
        """With more of the names and ids that are known of them. One word is no name: too many others have it."""
        full = (" ".join(name.split()) for name in names)
        known = dict.fromkeys((*self.names, *(name for name in full if len(name.split()) > 1)))
        return replace(self, names=tuple(known), ids=tuple(dict.fromkeys((*self.ids, *ids))))

    def with_lead(self, lead: Lead) -> Self:
        """With the names and the id of a lead that is theirs."""
        return self.also(names=(lead.full_name, f"{lead.first_name} {lead.last_name}".strip()), ids=(lead.lead_id,))

    def is_lead(self, lead: Lead) -> bool:
        """Whether the lead is this person."""
        return lead.lead_id in self.ids or lead_id_of(lead.email) in self.ids

    def named(self, text: str) -> How | None:
        """How a text names them, the address before the name."""
        if self._by_address.search(text):
            return "address"
        return "name" if self._by_name and self._by_name.search(text) else None

    def named_in_bytes(self, data: bytes) -> How | None:
        """The same in a file or a value that may be binary: what stands next to a text may look like a letter."""
        lower = data.lower()
        if not any(hint in lower for hint in self._hints):
            return None
        text = data.decode("utf-8", "replace")
        if self._address_in_bytes.search(text):
            return "address"
        return "name" if self._name_in_bytes and self._name_in_bytes.search(text) else None

    def excerpt(self, text: str) -> str:
        """Where a text names them, with a little around it, on one line."""
        found = self._by_address.search(text) or (self._by_name.search(text) if self._by_name else None)
        if found is None:
            return ""
        start, end = max(0, found.start() - AROUND), found.end() + AROUND
        return " ".join(text[start:end].split())

    def masked(self, data: bytes) -> bytes:
        """The bytes with every address, id and name of theirs starred out, of the same length."""
        text = data.decode("utf-8", "surrogateescape")
        for pattern in filter(None, (self._by_address, self._by_name)):
            text = pattern.sub(lambda found: "*" * len(found[0].encode("utf-8", "surrogateescape")), text)
        return text.encode("utf-8", "surrogateescape")

    @cached_property
    def _hints(self) -> tuple[bytes, ...]:
        """What bytes that name them hold, in lower case, however the rest is spelt: searching for these is fast."""
        domain = self.address.rpartition("@")[2]
        return tuple(_longest_plain(text).encode() for text in (domain, *self.ids, *self.names))

    @cached_property
    def _by_address(self) -> re.Pattern[str]:
        return self._addresses(before=r"(?<![\w.%+-])", after=r"(?![\w-])(?!\.\w)")

    @cached_property
    def _address_in_bytes(self) -> re.Pattern[str]:
        return self._addresses(before=r"(?<![\w.%+-][\w.%+-])", after=r"(?![\w-]{2})(?!\.\w)")

    @cached_property
    def _by_name(self) -> re.Pattern[str] | None:
        return self._full_names(before=r"(?<!\w)", after=r"(?!\w)")

    @cached_property
    def _name_in_bytes(self) -> re.Pattern[str] | None:
        return self._full_names(before=r"(?<!\w\w)", after=r"(?!\w\w)")

    def _addresses(self, *, before: str, after: str) -> re.Pattern[str]:
        local, _, domain = self.address.rpartition("@")
        address = f"{_any(local)}(?:\\+[^\\s@<>\"']{{0,64}})?{AT}{_any(domain)}"
        ids = "|".join(map(re.escape, self.ids))
        return re.compile(f"{before}{address}{after}|{ids}", re.IGNORECASE)

    def _full_names(self, *, before: str, after: str) -> re.Pattern[str] | None:
        if not self.names:
            return None
        names = "|".join(r"(?:\s|\\n)+".join(_any(word) for word in name.split()) for name in self.names)
        return re.compile(f"{before}(?:{names}){after}", re.IGNORECASE)


def _longest_plain(text: str) -> str:
    """The longest run of ASCII letters and digits, which no escape changes."""
    return max(re.findall(r"[a-z0-9]+", text.lower()), key=len, default="")


def _any(word: str) -> str:
    """A word as it is, as JSON may escape it, and as HTML may."""
    spellings = dict.fromkeys((word, json.dumps(word)[1:-1], html.escape(word)))
    return f"(?:{'|'.join(map(re.escape, spellings))})"
