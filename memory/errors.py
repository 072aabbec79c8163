"""Every error that Zigral raises on purpose.

ZigralError
├── Unavailable   something we depend on did not answer; trying again later may work
├── Refused       a policy said no; trying again changes nothing
├── Malformed     what came from outside (a page, a file, a stored value) cannot be read
├── Invalid       what our caller gave us is wrong
│   ├── TooLarge  it is more than there is room for
│   └── Mistakes  several things in it are, each at its own place
├── NotFound      what was asked for does not exist
├── Conflict      it exists already, or somebody else holds it
└── Suppressed    the person must not be written to

Each message is one sentence or two for the person at the door: what happened, and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class ZigralError(Exception):
    """Root of every error that we raise on purpose."""


class Unavailable(ZigralError):
    """Something we depend on did not answer. A worker may try again; nothing else may."""


class Refused(ZigralError):
    """A policy said no: the same request will be refused again."""


class Malformed(ZigralError):
    """Data from outside cannot be read as what it claims to be."""


class Invalid(ZigralError):
    """Our caller's data is wrong. `where` names the place: a file and line, or a key's path."""

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class TooLarge(Invalid):
    """Our caller's data is larger than a limit; less of it would be taken."""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: where (`steps[1].depends_on[0]`), and what, with what would be right."""

    path: str
    message: str


class Mistakes(Invalid):
    """Several things in our caller's data are wrong; all are told at once. There is at least one."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        first, more = mistakes[0], len(mistakes) - 1
        also = f" (and {more} more)" if more else ""
        super().__init__(f"{first.message}{also}", where=first.path or None)
        self.mistakes = tuple(mistakes)


class NotFound(ZigralError):
    """What was asked for does not exist."""


class Conflict(ZigralError):
    """It exists already, changed meanwhile, or somebody else holds it."""


class Suppressed(ZigralError):
    """The person asked not to be written to, or the address is dead."""
