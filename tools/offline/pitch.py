"""What the letter says of the sender: a guess, one or two statements, the question."""

import re
from dataclasses import dataclass

from memory.profile import Offer
from memory.words import About, Language
from tools.offline.letter import Piece
from tools.offline.templates import Choice, Templates
from tools.offline.trouble import Trouble
from tools.offline.turning import speaks_to_reader

_SENTENCE = re.compile(r"[^.!?…]+(?:[.!?…]+|$)(?=\s|$)|\S[^?]*\?")


@dataclass(frozen=True)
class Pitch:
    """The offer's pieces for one letter."""

    statements: tuple[Piece, ...]  # the file's first one first
    question: Piece
    what: Piece | None
    audience: Piece | None


def pitch_of(offer: Offer, language: Language, table: Templates, choice: Choice, without: Trouble) -> Pitch:
    """The statements, question and trade of `offer` in `language`, which it speaks."""
    texts = [_plain(statement.text) for statement in offer.statements_in(language)]
    usable = [text for text in texts if "?" not in text and not without.has(text)] or texts[:1]
    return Pitch(
        statements=tuple(Piece(text, "offer") for text in _turned_round(usable, choice)),
        question=_question(offer.text_in("call_to_action", language) or "", table),
        what=_named(table.what, offer.text_in("what", language), without),
        audience=_named(table.audience, offer.text_in("audience", language), without),
    )


def _named(template: str, text: str | None, without: Trouble) -> Piece | None:
    """A sentence for a phrase of the offer, where it has one in this language."""
    if not text:
        return None
    sentence = template.format(what=_plain(text).rstrip("."), audience=_plain(text).rstrip("."))
    return None if without.has(sentence) else Piece(sentence, "offer")


def guess_for(about: About, offer: Offer, language: Language, choice: Choice, without: Trouble) -> Piece | None:
    """The offer's guess for this kind of fact, if it has one; a guess about the reader is left out."""
    texts = [_plain(guess.text) for guess in offer.guesses_in(language) if guess.about == about]
    fitting = [text for text in texts if not _about_reader(text, language) and not without.has(text)]
    return Piece(choice.of(fitting, "guess")) if fitting else None


def _about_reader(text: str, language: Language) -> bool:
    return speaks_to_reader(text, language) or bool(re.search(r"\d|\?", text))


def _turned_round(texts: list[str], choice: Choice) -> list[str]:
    """The first statement, then those with a figure, then the others; which comes next differs by lead."""
    first, others = texts[:1], texts[1:]
    if not others:
        return first
    start = choice.of(range(len(others)), "statement")
    turned = others[start:] + others[:start]
    return first + sorted(turned, key=lambda text: not any(map(str.isdigit, text)))


def _question(call: str, table: Templates) -> Piece:
    """The one question; a call to action that asks nothing is followed by ours."""
    text = _plain(call)
    if "?" not in text:
        return Piece(f"{text.rstrip(' .')}. {table.question}", "offer")
    asked = text[: text.rindex("?") + 1]
    before = asked[:-1]
    if "?" in before:
        asked = asked[before.rindex("?") + 1 :].strip()
    return Piece(asked, "offer")


def _plain(text: str) -> str:
    return " ".join(text.split())
