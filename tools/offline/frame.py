"""What stands around a letter whoever writes it: the greeting before it, the sign-off after it."""

from memory.profile import Offer
from tools.offline.addressee import Addressee
from tools.offline.letter import Piece
from tools.offline.templates import Templates


def greeting(to: Addressee, table: Templates, tone: str) -> Piece:
    """The first line, with the person's name where a letter can carry it."""
    by_tone = table.greeting
    if not to.first:
        return Piece(by_tone.nameless)
    line: str = getattr(by_tone, tone)
    return Piece(line.format(first=to.first, full=to.full), "lead")


def ending(offer: Offer, table: Templates) -> str:
    """The sign-off and the signature."""
    role = f"{offer.sender.role}, " if offer.sender.role else ""
    sign_off: str = getattr(table.sign_off, offer.tone)
    return f"{sign_off}\n{offer.sender.name}\n{role}{offer.sender.company}"
