"""How much a letter says: the fullest plan whose words fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tools.offline.letter import Paragraph, Piece, words_in

FEWEST, MOST = 60, 120  # words from greeting to question
AIM = range(66, 115)


@dataclass(frozen=True)
class Parts:
    """All that one letter could say; "" and None where there is nothing."""

    greeting: Piece
    facts: tuple[Piece, ...]  # one to three, the opening first
    guesses: tuple[Piece | None, ...]  # for one fact, for two, for three
    lead_in: Piece  # before the offer where no guess leads up to it
    bridge: Piece | None  # the same after a guess
    statements: tuple[Piece, ...]
    what: Piece | None
    hand_off: Piece
    show: Piece
    no_pressure: Piece
    question: Piece
    may_hand_off: bool  # the reader may have to ask somebody else


@dataclass(frozen=True)
class Plan:
    """Which of the parts are used."""

    facts: int
    guess: bool
    statements: int
    bridge: bool = True
    what: bool = False
    hand_off: bool = False
    show: bool = False
    no_pressure: bool = False

    @property
    def cost(self) -> float:
        """How far it is from a letter of two facts, a guess and two statements."""
        return (
            {1: 1.5, 2: 0.0, 3: 1.9}[self.facts]
            + (0 if self.guess else 2.5)
            + {1: 1.0, 2: 0.0, 3: 1.2}[self.statements]
            + (0 if self.bridge else 0.4)
            + 1.2 * self.what
            + 1.3 * self.hand_off
            + 0.7 * self.show
            + 1.4 * self.no_pressure
            + 1.5 * (self.hand_off and self.no_pressure)
        )


def best_paragraphs(parts: Parts) -> tuple[Paragraph, ...] | None:
    """The letter from greeting to question, or None where none has 60 to 120 words."""
    drafts = [_paragraphs(parts, plan) for plan in sorted(_plans(parts), key=lambda plan: plan.cost)]
    counted = [(draft, words_in(draft)) for draft in drafts]
    aimed = (draft for draft, words in counted if words in AIM)
    allowed = (draft for draft, words in counted if FEWEST <= words <= MOST)
    return next(aimed, None) or next(allowed, None)


def _plans(parts: Parts) -> Iterator[Plan]:
    switches = (
        range(1, min(3, len(parts.facts)) + 1),
        (True, False) if any(parts.guesses) else (False,),
        range(1, min(3, len(parts.statements)) + 1),
        (True, False) if parts.bridge else (False,),
        (True, False) if parts.what else (False,),
        (True,) if parts.may_hand_off else (True, False),
        (True, False),
        (True, False),
    )
    for facts, guess, statements, bridge, what, hand_off, show, no_pressure in product(*switches):
        yield Plan(facts, guess, statements, bridge, what, hand_off, show, no_pressure)


def _paragraphs(parts: Parts, plan: Plan) -> tuple[Paragraph, ...]:
    guess = parts.guesses[plan.facts - 1] if plan.guess else None
    before = parts.bridge if guess else parts.lead_in
    offer = (parts.what,) if plan.what else (before if plan.bridge or not guess else None,)
    close = (
        parts.hand_off if plan.hand_off else None,
        parts.no_pressure if plan.no_pressure else None,
        parts.show if plan.show else None,
    )
    paragraphs: tuple[tuple[Piece | None, ...], ...] = (
        (parts.greeting,),
        parts.facts[: plan.facts],
        (guess,),
        (*offer, *parts.statements[: plan.statements]),
        (*close, parts.question),
    )
    kept = (tuple(piece for piece in paragraph if piece) for paragraph in paragraphs)
    return tuple(paragraph for paragraph in kept if paragraph)
