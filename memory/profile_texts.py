"""What the texts of an offer may hold, where they end up in the headers and the footer of a mail."""

import re
import unicodedata
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from memory.addresses import is_address

SPOOFING = '<>@"'  # what would make a name look like an address
SENDABLE = re.compile(r"[!#-;=?-~]+")  # printable ASCII without space, quotation mark, < and >
UNSUBSCRIBE = "must be mailto: with one address, or an https:// link, without spaces."


def _header_text(text: str) -> str:
    """Refuses what would break out of a header or pretend to be another sender (M1, M4)."""
    if "\n" in _footer_text(text):
        raise ValueError("must be one line.")
    if any(sign in SPOOFING for sign in unicodedata.normalize("NFKC", text)):
        raise ValueError('must be a plain name, without @, <, > and ".')
    return text


def _footer_text(text: str) -> str:
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} and sign != "\n" for sign in text):
        raise ValueError("has control characters; write it as plain text.")
    return text


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError('must be one mail address, such as "marta@acme.example".')
    return text


def _address_or_blank(text: str) -> str:
    return _address(text) if text else ""


def _unsubscribe(text: str) -> str:
    if not SENDABLE.fullmatch(text) or re.search("%0[ad]", text, re.IGNORECASE):
        raise ValueError(UNSUBSCRIBE)
    scheme, _, rest = text.partition(":")
    valid = is_address(rest.partition("?")[0]) if scheme == "mailto" else scheme == "https" and _is_link(text)
    if not valid:
        raise ValueError(UNSUBSCRIBE)
    return text


def _source(text: str) -> str:
    if not _is_link(text):
        raise ValueError("must be an http:// or https:// link.")
    return text


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
HeaderText = Annotated[Line, StringConstraints(min_length=1), AfterValidator(_header_text)]
OptionalHeaderText = Annotated[Line, AfterValidator(_header_text)]
FooterText = Annotated[Text, AfterValidator(_footer_text)]
Address = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]
OptionalAddress = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address_or_blank)]
Unsubscribe = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_unsubscribe)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_source)]
