"""Which quotations stood in a mail before: to the same person, or to a colleague."""

import re
from collections.abc import Iterable, Sequence

from memory.records import Interaction

MARKED = re.compile(r"[“„«\"]\s*([^“”„«»\"]{8,600}?)\s*[”“»\"]")
SHORTEST = 15  # letters that say whose sentence it is
WORDS = 3  # of a phrase in quotation marks
EDGES = " .,;:!?…–-\"'“”„«»‘’()"


def quoted_before(quote: str, mails: Sequence[Interaction]) -> Interaction | None:
    """The newest mail that `quote` stood in, or None.

    As one of the quotations that were kept with it, word for word in its text, or as a phrase in quotation marks.
    """
    wanted = _plain(quote)
    return next((mail for mail in mails if _holds(mail, wanted)), None)


def _holds(mail: Interaction, wanted: str) -> bool:
    if any(_same(wanted, _plain(kept)) for kept in mail.quotations):
        return True
    if len(wanted) >= SHORTEST and wanted in _plain(mail.text):
        return True
    return any(phrase in wanted for phrase in _phrases(mail.text))


def _same(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) >= SHORTEST and shorter in longer)


def _phrases(text: str) -> Iterable[str]:
    return (plain for found in MARKED.findall(text) if len((plain := _plain(found)).split()) >= WORDS)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(EDGES)
