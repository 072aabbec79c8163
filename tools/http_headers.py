"""The headers that a caller may send, and which of them go on to another site."""

import re
from collections.abc import Mapping

from memory.errors import Invalid, TooLarge
from tools.addresses import shown

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # RFC 9110's token
VALUE = re.compile(r"[\t\x20-\x7e]*")
MANY = 50
LARGEST = 16_000  # characters of all names and values
# Between two hops, and ours to say: whom it is for, how long and how packed the content is.
OURS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "content-encoding", "accept-encoding", "expect"),
        *("connection", "keep-alive", "te", "trailer", "upgrade", "http2-settings"),
    }
)
# All others, such as X-Api-Key, may be a key of the site that they were meant for.
ELSEWHERE = frozenset({"accept", "accept-language", "user-agent"})


def checked_headers(given: Mapping[str, str]) -> dict[str, str]:
    """The headers by their names in small letters; `Invalid`, without any value, where one cannot be sent."""
    if len(given) > MANY or sum(len(name) + len(value) for name, value in given.items()) > LARGEST:
        raise TooLarge(f"There are more than {MANY} or {LARGEST:,} characters. Send fewer.", where="headers")
    headers: dict[str, str] = {}
    for name, value in given.items():
        key = name.lower()
        where = f"headers.{shown(name)}"
        if not NAME.fullmatch(name):
            raise Invalid("This is no name of a header. Use letters, digits and hyphens.", where=where)
        if key in OURS or key.startswith("proxy-"):
            raise Invalid("This header is not the caller's to set. Leave it out.", where=where)
        if key in headers:
            raise Invalid("This header is given twice. Give it once.", where=where)
        if not VALUE.fullmatch(value):
            raise Invalid("A header's value is one line of plain ASCII.", where=where)
        headers[key] = value.strip()
    return headers


def without_content(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request that has lost its content."""
    return {name: value for name, value in headers.items() if not name.startswith("content-")}


def kept_elsewhere(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that go on to another site."""
    return {name: value for name, value in headers.items() if name in ELSEWHERE}
