"""What the texts of an interaction may hold: what neither Redis nor an index would refuse in the same way."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints

from memory.addresses import is_address

SOURCES = UUID("6f4dd3c5-5f0a-5d0e-9d5b-0c6a3c1f7b52")  # the space in which ids of other programs are hashed
LONGEST_TEXT = 50_000  # characters: a long mail has 5,000
LONGEST_NAME = 300
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")


def _storable(text: str) -> str:
    """Refuses lone surrogates, which are no letters, and NUL."""
    if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in text):
        raise ValueError("has signs that are no letters (half of a surrogate pair, or NUL); clean it first.")
    return text


def _account(text: str) -> str:
    """A host in lower case and ASCII: matching is exact."""
    host = unicodedata.normalize("NFC", text.strip().lower()).rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise ValueError('must be a domain, such as "acme.example".') from None
    if not HOST.fullmatch(host) or "." not in host:
        raise ValueError('must be a domain, such as "acme.example".')
    return host


def person_address(text: str) -> str:
    """The address that a person goes by: in lower case, without `+tag`; `ValueError` where it is none."""
    local, _, domain = unicodedata.normalize("NFC", text.strip().lower()).rpartition("@")
    address = f"{local.partition('+')[0]}@{domain}"
    # letters beyond ASCII are valid where a letter is: the import of leads lets them pass too
    plain = "".join("x" if sign > "\x7f" and unicodedata.category(sign)[0] in "LMN" else sign for sign in address)
    if not is_address(plain):
        raise ValueError('must be one mail address, such as "jana@acme.example".')
    return address


def source_id(value: object) -> object:
    """A UUID as it is; another program's id (a Message-ID, a row number) as the UUID5 of its text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return value
    try:
        return UUID(value)
    except ValueError:
        if not value.strip():
            raise ValueError("must not be empty.") from None
        return uuid5(SOURCES, _storable(value))


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Text = Annotated[str, AfterValidator(_storable), StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Name = Annotated[str, AfterValidator(_storable), StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME)]
Account = Annotated[str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(_account)]
Person = Annotated[str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(person_address)]
SourceId = Annotated[UUID, BeforeValidator(source_id)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
