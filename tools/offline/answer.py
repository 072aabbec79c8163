"""The offline form of an answer to a received mail: their questions, verbatim, and what the offer says to them.

What the offer does not say is not answered; a person is told of it instead.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from memory.profile import Offer, Statement
from memory.records import Draft, Fact, Lead
from memory.words import Language
from tools.offline.addressee import addressee
from tools.offline.frame import ending, greeting
from tools.offline.letter import Paragraph, Piece, body_and_claims
from tools.offline.pitch import pitch_of
from tools.offline.subjects import material, subject
from tools.offline.templates import Choice, templates
from tools.offline.trouble import Trouble
from tools.proof.reading import read
from tools.proof.stems import senses_of
from tools.wordlists import lists_of

ENOUGH = 0.6  # of a question's words that a statement has, for it to be an answer
MOST_ANSWERS = 3
MOST_QUESTIONS = 2  # that one statement answers
MOST_STATEMENTS = 2  # to somebody who asks for nothing in particular


@dataclass(frozen=True)
class Answered:
    """Questions, quoted from the mail, and the statement of the offer that answers them."""

    questions: tuple[Fact, ...]
    statement: Statement


def answers_to(questions: Iterable[Fact], offer: Offer, language: Language) -> list[Answered]:
    """The questions that the offer answers, by the statement that has most of their words."""
    statements = {statement.id: statement for statement in offer.statements_in(language)}
    found: dict[str, list[Fact]] = {}
    for question in questions:
        asked = _asked(question.quote, language)
        shared = {id_: _shared(asked, statement.text, language) for id_, statement in statements.items()}
        best = max(shared, key=shared.__getitem__, default=None)
        if best is not None and asked and shared[best] >= ENOUGH * len(asked):
            found.setdefault(best, []).append(question)
    answered = [Answered(tuple(of[:MOST_QUESTIONS]), statements[id_]) for id_, of in found.items()]
    return answered[:MOST_ANSWERS]


def _asked(question: str, language: Language) -> list[frozenset[str]]:
    """What the words that say what is asked for are found by."""
    words = [word for _, word in read(question, language).content]
    return [senses_of(word) for word in dict.fromkeys(words) if word not in _asking()]


def _shared(asked: Sequence[frozenset[str]], statement: str, language: Language) -> int:
    told = {sense for _, word in read(statement, language).content for sense in senses_of(word)}
    return sum(bool(senses & told) for senses in asked)


@cache
def _asking() -> frozenset[str]:
    return frozenset(lists_of("received")["asking"])


@dataclass(frozen=True)
class Letter:
    """What an answer is made for: to whom, from whom, in which language, under which subject ("": one of ours)."""

    lead: Lead
    offer: Offer
    language: Language
    subject: str = ""

    def answering(self, answers: Sequence[Answered]) -> Draft:
        """An answer to questions."""
        lines = cycle(templates(self.language).answer.asked)
        return self._draft([self._answered(one, lines) for one in answers])

    def telling(self, statements: Sequence[Statement]) -> Draft:
        """An answer to somebody who wants to hear more."""
        return self._draft([tuple(_told(statement) for statement in statements)])

    def _answered(self, one: Answered, lines: Iterator[str]) -> Paragraph:
        return (*(self._asked(next(lines), question) for question in one.questions), _told(one.statement))

    def _asked(self, line: str, question: Fact) -> Piece:
        left, right, *_ = templates(self.language).quotes
        return Piece(line.format(q=f"{left}{question.quote}{right}"), "fact", (question.id,))

    def _draft(self, told: Sequence[Paragraph]) -> Draft:
        table, to, choice = templates(self.language), addressee(self.lead), Choice(self.lead.email.strip().lower())
        pitch = pitch_of(self.offer, self.language, table, choice, Trouble())
        thanks = Piece(choice.of(table.answer.thanks, "thanks"))
        paragraphs = [(greeting(to, table, self.offer.tone),), (thanks,), *told, (pitch.question,)]
        body, claims = body_and_claims(paragraphs, ending(self.offer, table))
        given = material(self.offer, self.language, to, "")
        line = self.subject or subject(given, table, choice, plain=False)
        draft = Draft.make(email=self.lead.email, subject=line, body=body, claims=claims)
        return draft.model_copy(update={"writer": "offline"})


def _told(statement: Statement) -> Piece:
    return Piece(" ".join(statement.text.split()), "offer")
