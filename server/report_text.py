"""Text from anywhere, made safe to show: nothing hidden, nothing that reorders or overflows, no secret."""

import re
import sys
import unicodedata
from functools import cache
from urllib.parse import urlsplit

from memory.redaction import without_keys

MAY_PILE = re.compile(
    "[\u0300-\u1fff\u20d0-\u20ff\u2c00-\U0010ffff]"
)  # where all the marks are; it is quick to tell
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but for tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction: text could read otherwise than it is
    "\u115f\u1160\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\uffff"  # not seen
    "\U000e0000-\U000e0fff"  # tags: a hidden alphabet
    "\ud800-\udfff]"  # halves of characters
    "|\r(?!\n)"
)
MARKS_AT_MOST = 6  # on one letter; Vietnamese needs 2, pointed Hebrew 4


def shown(text: str) -> str:
    """`text` with each invisible or reordering character written out, as in ⟨U+202E⟩."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text  # nearly all of a report: it saves half of the time that one takes to be written
    text = CONTROL.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
    if not MAY_PILE.search(text):
        return text
    return _piled_marks().sub(lambda found: f"{found[1]}⟨+{len(found[2])} marks⟩", text)


@cache
def _piled_marks() -> re.Pattern[str]:
    marks = (chr(code) for code in range(0x300, sys.maxunicode) if unicodedata.category(chr(code)) in {"Mn", "Me"})
    letter = f"[{''.join(marks)}]"
    return re.compile(f"({letter}{{{MARKS_AT_MOST}}})({letter}+)")


def href(url: str) -> str | None:
    """`url` where a link to it is harmless: http, https or mailto, and nobody's password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if re.search(r"[\s\\]", url) or shown(url) != url:
        return None
    if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc:
        return url
    if parts.scheme == "mailto" and "@" in parts.path:
        return f"mailto:{parts.path}"  # without the Bcc or the body that its query could hold
    return None


def address(url: str, *, most: int = 64) -> str:
    """`url` as a person reads it: without scheme, the host in ASCII, so that a look-alike stands out."""
    plain = without_keys(url)
    host, slash, path = re.sub(r"^https?://(www\.)?", "", plain).partition("/")
    return cut(_in_ascii(host) + (slash + path if path else ""), most)


def _in_ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def cut(text: str, most: int) -> str:
    """`text` in one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
