"""A letter made of a model's sentences: framed, completed and weeded by code, so that all of it is proven."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.records import Draft, Finding
from memory.words import Language
from tools.engine import Brief
from tools.language import language_of
from tools.offline.addressee import addressee
from tools.offline.frame import ending, greeting
from tools.offline.letter import Paragraph, Piece, body_and_claims, words_in
from tools.offline.plans import FEWEST, MOST
from tools.offline.subjects import material, subject
from tools.offline.templates import Choice, templates
from tools.offline.trouble import trouble
from tools.openai.shapes import Shape, Words
from tools.proof.check import check_text
from tools.proof.guesses import is_guess
from tools.proof.reading import read

MOST_SENTENCES = 4  # of an opening
MOST_STATEMENTS = 3
QUOTED = re.compile(r"[“\"„«].*?[”\"“»]")  # in whatever language the page is
WEEDINGS = 4  # times that what is not proven is taken out


class Sentence(Shape):
    """One sentence to the reader, and the ids of the facts that it reports."""

    text: Words
    fact_ids: list[str]


class Mail(Shape):
    """The parts of a mail that are not given: its subject, its opening, and a link to the offer (or "")."""

    subject: Words
    opening: list[Sentence]
    link: Words
    statement_ids: list[str]


@dataclass(frozen=True)
class Letter:
    """The parts of one mail in `language`, which the offer speaks."""

    brief: Brief
    language: Language
    subject: str
    opening: Paragraph
    link: Paragraph
    statements: Paragraph

    @classmethod
    def of(cls, mail: Mail, brief: Brief, language: Language) -> "Letter":
        """What a model wrote, as parts, without what reports no fact, and without questions but the offer's."""
        known = {fact.id for fact in brief.facts}
        opening = [
            Piece(text, "fact", ids)
            for sentence in mail.opening[:MOST_SENTENCES]
            if (text := _line(sentence.text)) and "?" not in text
            if (ids := tuple(dict.fromkeys(i for i in sentence.fact_ids if i in known)))
        ]
        return cls(
            brief,
            language,
            _line(mail.subject) or _plain_subject(brief, language),
            tuple(opening),
            _link(_line(mail.link), brief, language),
            _statements(mail.statement_ids, brief, language),
        )

    @property
    def tells_a_fact(self) -> bool:
        return bool(self.opening)

    def draft(self) -> Draft:
        """The mail as a draft."""
        body, claims = body_and_claims(self._paragraphs(), ending(self.brief.offer, templates(self.language)))
        return Draft.make(email=self.brief.lead.email, subject=self.subject, body=body, claims=claims)

    def _paragraphs(self) -> Sequence[Paragraph]:
        offer = self.brief.offer
        question = Piece(offer.text_in("call_to_action", self.language) or "", "offer")
        first = greeting(addressee(self.brief.lead), templates(self.language), offer.tone)
        parts = [(first,), self.opening, self.link, self.statements, (question,)]
        return [part for part in parts if part]

    @property
    def _words(self) -> int:
        return words_in(self._paragraphs())

    def findings(self) -> Sequence[Finding]:
        """What the proof check would say of it."""
        brief = self.brief
        return tuple(check_text(brief.lead, brief.offer, brief.snapshots, brief.facts, self.draft()))

    def weeded(self) -> "Letter":
        """Without what is not proven or in another language, and with statements for 60 to 120 words."""
        letter = replace(self, opening=tuple(one for one in self.opening if _is_in(self.language, one.text)))
        for _ in range(WEEDINGS):
            findings = letter.findings()
            if not findings:
                break
            letter = letter._without(findings)
        return letter._fitted()

    def _without(self, findings: Sequence[Finding]) -> "Letter":
        body = self.draft().body
        spans = [(f.start, max(f.end, f.start + 1)) for f in findings if f.where == "body"]
        bad = {piece for piece in (*self.opening, *self.link) if _is_hit(piece, body, spans)}
        plain = any(f.where == "subject" for f in findings)
        return replace(
            self,
            subject=_plain_subject(self.brief, self.language) if plain else self.subject,
            opening=tuple(piece for piece in self.opening if piece not in bad),
            link=tuple(piece for piece in self.link if piece not in bad),
        )

    def _fitted(self) -> "Letter":
        letter = self
        for piece in _statements((), self.brief, self.language, most=len(self.brief.offer.statements)):
            if letter._words < FEWEST and piece not in letter.statements:
                letter = replace(letter, statements=(*letter.statements, piece))
        while letter._words > MOST and len(letter.statements) > 1:
            letter = replace(letter, statements=letter.statements[:-1])
        return letter


def _is_in(language: Language, text: str) -> bool:
    """Whether a sentence, its quotations left out, may be read as one in `language`."""
    return language_of(QUOTED.sub(" ", text), language) in {language, ""}


def _line(text: str) -> str:
    return " ".join(text.split())


def _is_hit(piece: Piece, body: str, spans: Sequence[tuple[int, int]]) -> bool:
    start = body.find(piece.text)
    return any(begin < start + len(piece.text) and start < end for begin, end in spans)


def _link(text: str, brief: Brief, language: Language) -> Paragraph:
    """A guess of the offer's own, or of a model's; nothing else may stand there without a source."""
    if any(_line(guess.text) == text for guess in brief.offer.guesses_in(language)):
        return (Piece(text, "offer"),)
    reading = read(text, language)
    return (Piece(text),) if "?" not in text and is_guess(reading.lows, reading.language, []) else ()


def _statements(ids: Sequence[str], brief: Brief, language: Language, most: int = MOST_STATEMENTS) -> Paragraph:
    """The chosen ones of the offer's statements, word for word; its first two where none was chosen."""
    known = {statement.id: _line(statement.text) for statement in brief.offer.statements_in(language)}
    chosen = [known[i] for i in dict.fromkeys(ids) if i in known][:most]
    fallback = list(known.values())[: 2 if most == MOST_STATEMENTS else most]
    return tuple(Piece(text, "offer") for text in chosen or fallback)


def _plain_subject(brief: Brief, language: Language) -> str:
    """A subject by rules."""
    table, choice = templates(language), Choice(brief.lead.email.strip().lower(), brief.round)
    given = material(brief.offer, language, addressee(brief.lead), "")
    return subject(given, table, choice, plain=trouble(brief).subject)
