"""The offline form of an answer to a received mail: their questions, verbatim, and what the offer says to them.

What the offer does not say is not answered; a person is told of it instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

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
MOST_STATEMENTS = 2  # to somebody who asks for nothing in particular


@dataclass(frozen=True)
class Answered:
    """A question, quoted from the mail, and the statement of the offer that answers it."""

    question: Fact
    statement: Statement


def answers_to(questions: Iterable[Fact], offer: Offer, language: Language) -> list[Answered]:
    """The questions that the offer answers, each with the statement that has most of its words."""
    statements = offer.statements_in(language)
    found = []
    for question in questions:
        asked = _asked(question.quote, language)
        best = max(statements, key=lambda statement: _shared(asked, statement.text, language), default=None)
        if best is not None and asked and _shared(asked, best.text, language) >= ENOUGH * len(asked):
            found.append(Answered(question, best))
    return found[:MOST_ANSWERS]


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
        asked = templates(self.language).answer.asked
        lines = [self._asked(asked[number % len(asked)], one.question) for number, one in enumerate(answers)]
        told = [Piece(" ".join(one.statement.text.split()), "offer") for one in answers]
        return self._draft([*zip(lines, told, strict=True)])

    def telling(self, statements: Sequence[Statement]) -> Draft:
        """An answer to somebody who wants to hear more."""
        return self._draft([tuple(Piece(" ".join(s.text.split()), "offer") for s in statements)])

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
