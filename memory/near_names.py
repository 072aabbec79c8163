"""What to say to somebody who named something that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 100  # characters of a name that are looked at
MOST = 30  # names that are told


def instead(wanted: str, names: Iterable[str]) -> str:
    """A sentence with the names that are near, else with those that there are."""
    known = list(names)
    if near := get_close_matches(wanted[:LONGEST], known, n=3):
        return f"Did you mean {' or '.join(near)}?"
    return f"There are {', '.join(known[:MOST])}." if known else "There are none yet."
