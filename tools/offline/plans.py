"""How much a letter says: the plan nearest to two facts, a guess and two statements that fits without filling."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, product
from typing import Literal

from tools.offline.letter import Paragraph, Piece, words_in

FEWEST, MOST = 60, 120  # words from greeting to question

Filler = Literal["audience", "what", "show", "hand_off", "no_pressure"]

# How far each choice takes a letter from the one we would like best.
# A filling line costs more than all the rest: it is for letters that would have too few words.
_FACTS = {1: 0.8, 2: 0.0, 3: 2.7}
_STATEMENTS = {1: 4.0, 2: 0.0, 3: 1.2}
_NO_GUESS, _BRIDGE = 2.5, 10.4
_FILLERS: dict[Filler, float] = {
    "show": 10.7,
    "audience": 11.1,
    "what": 11.2,
    "hand_off": 11.3,
    "no_pressure": 11.4,
}
_TWO_WAYS_OUT = 1.5  # "a colleague" and "a short no" in one letter


@dataclass(frozen=True)
class Parts:
    """All that one letter could say; None where there is nothing."""

    greeting: Piece
    facts: tuple[Piece, ...]  # one to three, the opening first
    guesses: tuple[Piece | None, ...]  # for one fact, for two, for three
    lead_in: Piece  # before the offer where no guess leads up to it
    bridge: Piece  # the same after a guess
    statements: tuple[Piece, ...]
    fillers: dict[Filler, Piece]
    question: Piece
    may_hand_off: bool  # the reader may have to ask somebody else


@dataclass(frozen=True)
class Plan:
    """Which of the parts are used."""

    facts: int
    guess: bool
    statements: int
    bridge: bool
    fillers: frozenset[Filler]

    @property
    def cost(self) -> float:
        """How far it is from the letter that we would like best."""
        chosen = _FACTS[self.facts] + _STATEMENTS[self.statements]
        around = _NO_GUESS * (not self.guess) + _BRIDGE * self.bridge
        ways_out = _TWO_WAYS_OUT * ({"hand_off", "no_pressure"} <= self.fillers)
        return chosen + around + ways_out + sum(_FILLERS[filler] for filler in self.fillers)


def best_paragraphs(parts: Parts) -> tuple[Paragraph, ...] | None:
    """The letter from greeting to question, or None where none has 60 to 120 words.

    Where the offer's first statement is too long for a letter, its shortest one takes that place.
    """
    shortest_first = tuple(sorted(parts.statements, key=lambda piece: piece.words))
    return _best(parts) or _best(replace(parts, statements=shortest_first))


def _best(parts: Parts) -> tuple[Paragraph, ...] | None:
    possible = (tuple(_paragraphs(parts, plan)) for plan in _plans() if _is_possible(plan, parts))
    return next((paragraphs for paragraphs in possible if FEWEST <= words_in(paragraphs) <= MOST), None)


@cache
def _plans() -> tuple[Plan, ...]:
    """Every plan, the one that we would like best first."""
    fillers = [frozenset(some) for size in range(len(_FILLERS) + 1) for some in combinations(_FILLERS, size)]
    every = product(_FACTS, (True, False), _STATEMENTS, (True, False), fillers)
    return tuple(sorted((Plan(*chosen) for chosen in every), key=lambda plan: plan.cost))


def _is_possible(plan: Plan, parts: Parts) -> bool:
    return (
        plan.facts <= len(parts.facts)
        and plan.statements <= len(parts.statements)
        and plan.fillers <= parts.fillers.keys()
        and not (plan.guess and parts.guesses[plan.facts - 1] is None)
        and ("hand_off" in plan.fillers or not parts.may_hand_off)
    )


def _paragraphs(parts: Parts, plan: Plan) -> Iterator[Paragraph]:
    filler = {name: parts.fillers[name] for name in plan.fillers}
    guess = parts.guesses[plan.facts - 1] if plan.guess else None
    before = (parts.bridge if guess else parts.lead_in) if plan.bridge else None
    first, *others = parts.statements[: plan.statements]
    paragraphs: tuple[tuple[Piece | None, ...], ...] = (
        (parts.greeting,),
        parts.facts[: plan.facts],
        (guess,),
        (filler.get("what", before), first, filler.get("audience"), *others),
        (filler.get("hand_off"), filler.get("no_pressure"), filler.get("show"), parts.question),
    )
    for paragraph in paragraphs:
        if kept := tuple(piece for piece in paragraph if piece):
            yield kept
