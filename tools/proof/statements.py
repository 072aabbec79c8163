"""What kind of sentence it is, and whether it states something about the prospect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from memory.words import Language
from tools.proof.clauses import Clause, split_clauses
from tools.proof.lexicon import common, contains, match_at, phrases, words
from tools.proof.subjects import Company, company_place, possessive_place, stated_object, you_place
from tools.proof.tokens import Token

Kind = Literal["question", "guess", "prospect", "sender", "neutral"]
AGAIN = common("sets.again")
INDIRECT = common("sets.indirect")
OPEN = common("sets.open")
PERCEIVED = common("sets.perceived")


@dataclass(frozen=True)
class Sentence:
    """What is known of a sentence before it is judged. `opaque` places are verified quotations."""

    tokens: Sequence[Token]
    language: Language
    asks: bool
    company: Company
    sender: Company
    before: Kind = "neutral"


@dataclass(frozen=True)
class Stance:
    """The sentence's kind, and the clauses (by token places) that state something about the prospect."""

    kind: Kind
    about_prospect: tuple[tuple[int, int], ...] = ()
    about_sender: tuple[tuple[int, int], ...] = ()


def stance(sentence: Sentence) -> Stance:
    """Judge a sentence."""
    lows = [token.low for token in sentence.tokens]
    clauses = split_clauses(sentence.tokens, sentence.language)
    asking = asking_from(sentence, lows, clauses)
    stated = [c for c in clauses if c.first < asking and states_prospect(sentence, lows, clauses, c)]
    ours = [c for c in clauses if is_ours(sentence, lows, c)]
    if not stated and refers_back(sentence, lows) and not ours:
        stated, ours = (clauses[:1], ours) if sentence.before == "prospect" else (stated, clauses[:1])
        stated = stated if asking > 0 else []
    places = tuple((c.first, c.last) for c in stated)
    own = tuple((c.first, c.last) for c in ours)
    if stated:
        return Stance("prospect", places, own)
    if asking == 0:
        return Stance("question", (), own)
    return Stance("sender" if ours else "neutral", (), own)


def asking_from(sentence: Sentence, lows: Sequence[str], clauses: Sequence[Clause]) -> int:
    """The place from which on the sentence asks; its length where it asks nothing."""
    language = sentence.language
    begins = [
        c for c in clauses if match_at(lows, skip_joiner(lows, c), phrases("statements.question_start", language))
    ]
    if not sentence.asks:
        inverted = bool(begins) and begins[0] is clauses[0] and is_inverted(sentence, lows, clauses[0])
        return 0 if inverted else len(lows)
    if contains(lows, phrases("statements.loaded_question", language)):
        return len(lows)
    tag = clauses[-1]
    if (
        len(clauses) > 1
        and match_at(lows, tag.first, phrases("statements.tag_question", language)) >= tag.length - 1
    ):
        return tag.first
    return begins[0].first if begins else 0


def is_inverted(sentence: Sentence, lows: Sequence[str], clause: Clause) -> bool:
    """Whether a sentence without a question mark is one all the same: "Shall I send", cut off by a line break."""
    after = lows[clause.first + 1 : clause.first + 3]
    language = sentence.language
    subjects = (
        words("statements.sender", language)
        | words("statements.you", language)
        | words("statements.your", language)
    )
    return bool(after) and after[0] in subjects and sentence.language == "en"


def skip_joiner(lows: Sequence[str], clause: Clause) -> int:
    """The clause's first word behind "and", "so" and the like."""
    place = clause.first
    while place < clause.last - 1 and lows[place] in AGAIN | {"so", "then", "also", "alors", "donc", "-"}:
        place += 1
    return place


def states_prospect(sentence: Sentence, lows: Sequence[str], clauses: Sequence[Clause], clause: Clause) -> bool:
    """Whether the clause states something about the prospect, and does not merely suppose, wish or ask it."""
    place = subject_place(sentence, clause)
    if place is None:
        return stated_object(sentence.tokens, clause, sentence.language, sentence.sender) and not excused(
            sentence, lows, clauses, clause, clause.first
        )
    return not excused(sentence, lows, clauses, clause, place)


def subject_place(sentence: Sentence, clause: Clause) -> int | None:
    """Where the prospect stands as the clause's subject."""
    for find in (you_place, possessive_place):
        if (place := find(sentence.tokens, clause, sentence.language)) is not None:
            return place
    return company_place(sentence.tokens, clause, sentence.company, sentence.language)


def excused(sentence: Sentence, lows: Sequence[str], clauses: Sequence[Clause], clause: Clause, place: int) -> bool:
    """Whether the clause is a condition, a wish, a request or an offer to the reader."""
    language = sentence.language
    start = skip_joiner(lows, clause)
    if any(
        match_at(lows, at, phrases("statements.condition", language))
        for at in range(start, min(start + 3, place + 1))
    ):
        return True
    if OPEN & set(lows[start:place]) or match_at(lows, place, phrases("statements.plain", language)):
        return True
    if match_at(lows, start, phrases("statements.request", language)):
        return True
    if offers(lows, place, clause.last, language):
        return True
    if wishes(lows, clause.first, place, language):
        return True
    if not clause.number or lows[start] not in INDIRECT or reports(lows, start):
        return False
    return any(
        wishes(lows, c.first, c.last, language) or match_at(lows, c.first, phrases("statements.request", language))
        for c in clauses[: clause.number]
    )


def reports(lows: Sequence[str], start: int) -> bool:
    """Whether "that" follows a verb of perceiving: "glad to read that you" states what was read."""
    before = lows[max(0, start - 3) : start]
    hoped = {"hope", "hoping", "hoffe", "espère"} & set(lows[:start])
    return lows[start] in ("that", "dass", "que", "qu") and not hoped and any(low in PERCEIVED for low in before)


def wishes(lows: Sequence[str], first: int, place: int, language: Language) -> bool:
    """Whether a wish stands before `place`; "happy to read that you" states what was read."""
    window = lows[first:place]
    if not contains(window, phrases("statements.wish", language)):
        return False
    that = window[-1:] and window[-1] in ("that", "dass", "que")
    return not (that and reports(lows, place - 1))


def offers(lows: Sequence[str], place: int, last: int, language: Language) -> bool:
    """Whether the reader is told what he may do with the mail: "you can reply", "you need not answer"."""
    at, free = place + 1, False
    while at < last and lows[at] in MAY | PARTICLES:
        free = free or lows[at] in MAY
        at += 1
    answers = free and at < last and lows[at] in words("statements.mail_verb", language)
    return answers or lows[at - 1] == "welcome"


MAY = common("sets.may")
PARTICLES = common("sets.particles")


def is_ours(sentence: Sentence, lows: Sequence[str], clause: Clause) -> bool:
    """Whether the clause speaks of the sender."""
    part = lows[clause.first : clause.last]
    if any(low in words("statements.sender", sentence.language) for low in part):
        return True
    return sentence.sender.stands_in(part)


def refers_back(sentence: Sentence, lows: Sequence[str]) -> bool:
    """Whether the sentence begins with "it" or "they", and with no set phrase such as "it would be"."""
    if not lows or lows[0] not in words("statements.refers", sentence.language):
        return False
    return not match_at(lows, 0, phrases("statements.expletive", sentence.language))
