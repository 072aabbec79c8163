"""Mail addresses and links."""

import re
from functools import cache

from tools.proof.lexicon import common

HOST = r"(?:[^\W_](?:[\w-]{0,62})\.){1,6}"
MAIL = rf"[\w.+%-]{{1,64}}@{HOST}[^\W\d_]{{2,24}}"
LINK = r"(?:https?://|www\.|mailto:|ftp://)[^\s<>\"“”«»]{1,500}"


@cache
def pattern() -> re.Pattern[str]:
    """What looks like an address; a bare host only under a known top-level domain, in lower case."""
    known = "|".join(sorted(common("tlds"), key=len, reverse=True))
    bare = rf"(?<![\w.])(?:[a-zA-Z0-9-]{{1,63}}\.){{1,6}}(?:{known})(?![\w])(?:/[^\s<>\"“”«»]{{0,300}})?"
    return re.compile(rf"{MAIL}|{LINK}|{bare}")


def addresses(folded: str) -> list[tuple[int, int]]:
    """The places of all addresses, closing punctuation left out."""
    return [(m.start(), m.start() + len(m.group().rstrip(".,;:!?)»”’'\""))) for m in pattern().finditer(folded)]


def known_address(address: str, source: str) -> bool:
    """Whether `source` (without case) has the address, at its borders."""
    wanted = address.casefold().rstrip("/")
    place = source.find(wanted)
    while place >= 0:
        before, after = source[place - 1 : place], source[place + len(wanted) : place + len(wanted) + 1]
        if not (before.isalnum() or before == "-") and not (after.isalnum() or after in ("-", "@", "%")):
            return True
        place = source.find(wanted, place + 1)
    return False
