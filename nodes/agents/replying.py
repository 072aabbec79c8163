"""Answering a received mail with what the offer says, and with nothing else.

The mail is data: its questions are quoted, and whatever else it says changes nothing here.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from memory.profile import Offer
from memory.records import Draft, Fact, LeadStatus, Proof, Qualification, Snapshot, Standing
from memory.words import Clock, Language
from nodes.agents.dossier import Dossier, Replied
from nodes.agents.drafting import NO_ADDRESS
from nodes.agents.heard import Heard, with_person
from nodes.agents.lead_steps import LeadSteps
from nodes.recall import RecallView
from tools.language import language_of
from tools.offline import addressee
from tools.offline.answer import MOST_STATEMENTS, Answered, Letter, answers_to
from tools.proof import prove
from tools.proof.reading import read
from tools.received import Received

LONGEST_SUBJECT = 200  # characters
MOST_QUESTIONS = 20  # of one mail; who asks more is answered by a person
SPOKEN: tuple[Language, ...] = ("en", "de", "fr")
FOR_A_PERSON = Qualification(status="review", score=0)  # who wrote to us may be answered, whether they fit or not
SILENT = "They have not written since our last mail, so there is nothing to answer."
NO_MESSAGE = "There is no received mail to answer. Give its text as `message`."
NOTHING_ASKED = "The mail asks nothing that could be answered from the offer. Answer it yourself."
UNSPOKEN = "The offer has no statement and call to action in the language of the mail. Answer it yourself."
ALL_SAID = "All that the offer says was written to them before. Answer it yourself."


@dataclass(frozen=True)
class Message:
    """A mail that the lead wrote to us, its subject ("" where unknown), and what we had written before."""

    text: str
    subject: str = ""
    ours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Replying:
    """Composes by rules, whatever the engine, and proves what it composed."""

    steps: LeadSteps

    async def reply(
        self, dossier: Dossier, text: str | None, heard: Sequence[Heard], offer: Offer | None, *, subject: str = ""
    ) -> Replied:
        """The answer with its proof, or why there is none.

        Without a `text` it is to the last mail of the person, in what was `heard` of them or is remembered.
        """
        recalled = await self.steps.recall(RecallView(lead=dossier.lead, offer=offer))
        dossier = dossier.model_copy(update={"standing": recalled.standing or dossier.standing})
        past = with_person([*heard, *(Heard.of(item) for item in recalled.past or ())], dossier.lead)
        newest = next((one for one in past if one.kind in ("mail_received", "mail_sent")), None)
        if text is None and newest is not None and newest.kind == "mail_sent":
            return without_answer(dossier, SILENT)
        given = text if text is not None else newest.text if newest else ""
        if not given.strip():
            return without_answer(dossier, NO_MESSAGE)
        if (why := _forbidden(dossier)) is not None:
            return without_answer(dossier, why)
        ours = tuple(one.text for one in past if one.kind == "mail_sent")
        message = Message(_with_line_feeds(given), subject, ours)
        return Answer(dossier, message, offer or self.steps.offer, self.steps.clock).replied()


@dataclass(frozen=True)
class Answer:
    """One answer in the making."""

    dossier: Dossier
    message: Message
    offer: Offer
    clock: Clock

    @cached_property
    def received(self) -> Received:
        return Received(self.message.text)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The mail as what an answer may quote. It is in no store."""
        sha256 = hashlib.sha256(self.message.text.encode()).hexdigest()
        return Snapshot(id=sha256[:16], url="mail:received", fetched_at=self.clock(), sha256=sha256, file="")

    @cached_property
    def questions(self) -> tuple[Fact, ...]:
        return tuple(
            Fact(id=f"q{number}", snapshot_id=self.snapshot.id, start=start, end=start + len(text), quote=text)
            for number, (start, text) in enumerate(islice(self.received.questions, MOST_QUESTIONS), start=1)
        )

    @cached_property
    def language(self) -> Language | None:
        """The mail's language; a short one's by its small words, and where these are few, that of a first mail."""
        usual = addressee.language_of(self.dossier.lead, self.offer, self.dossier.snapshots)
        told = language_of(self.received.own) or (usual and read(self.received.own, usual).language)
        return next((one for one in SPOKEN if one == told and self.offer.speaks(one)), None)

    def replied(self) -> Replied:
        """A draft that is proven, or none."""
        if (no := self.received.no) is not None:
            return self._with(None, why=f"They seem to say no (“{no}”). A person must read it first.")
        if self.language is None:
            return self._with(None, why=UNSPOKEN)
        if self.questions:
            return self._answering(self.language)
        return self._telling(self.language) if self.received.wish else self._with(None, why=NOTHING_ASKED)

    def _answering(self, language: Language) -> Replied:
        """To as many of their questions as can be answered and proven."""
        answers = answers_to(self.questions, self.offer, language)
        for many in range(len(answers), 0, -1):
            for letter in self._letters(language):
                if (proof := self._proof(draft := letter.answering(answers[:many]))).passed:
                    return self._with(draft, proof=proof, answers=answers[:many])
        return self._with(None, why=f"The offer says nothing to what they ask: {_listed(self.questions)}")

    def _telling(self, language: Language) -> Replied:
        fresh = [
            s for s in self.offer.statements_in(language) if not any(s.text in text for text in self.message.ours)
        ]
        if not fresh:
            return self._with(None, why=ALL_SAID)
        proof = Proof(passed=False)
        for letter in self._letters(language):
            if (proof := self._proof(draft := letter.telling(fresh[:MOST_STATEMENTS]))).passed:
                return self._with(draft, proof=proof)
        return self._with(None, why=f"Nothing could be said that is proven: {proof.findings[0].message}")

    def _letters(self, language: Language) -> Iterator[Letter]:
        """Under the subject of their mail, and, where that is not proven, under one of ours."""
        ours = Letter(self.dossier.lead, self.offer, language)
        if line := _subject(self.message.subject):
            yield replace(ours, subject=line)
        yield ours

    def _proof(self, draft: Draft) -> Proof:
        return prove(
            lead=self.dossier.lead,
            offer=self.offer,
            snapshots=(self.snapshot,),
            texts={self.snapshot.id: self.message.text.encode()},
            facts=self.questions,
            qualification=FOR_A_PERSON,
            draft=draft,
        )

    def _with(
        self,
        draft: Draft | None,
        *,
        proof: Proof | None = None,
        answers: Sequence[Answered] = (),
        why: str | None = None,
    ) -> Replied:
        answered = {question.id for one in answers for question in one.questions}
        return Replied.model_validate(
            {
                **dict(self.dossier),
                "why": why,
                "draft": draft,
                "proof": proof,
                "proven": draft is not None and proof is not None and proof.passed,
                "questions": self.questions,
                "unanswered": tuple(one.quote for one in self.questions if one.id not in answered),
                "message": self.message.text,
                "message_id": self.snapshot.id,
                "notes": _notes(self.dossier.standing),
                "status": "skipped" if draft is None else "awaiting_approval",
            }
        )


def without_answer(dossier: Dossier, why: str, status: LeadStatus = "skipped") -> Replied:
    """What stands for an answer that was not written, and why."""
    return Replied.model_validate({**dict(dossier), "why": why, "status": status})


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _forbidden(dossier: Dossier) -> str | None:
    """Why the person is not answered. Who said no or asked to wait, and writes now, may be."""
    if not dossier.lead.email:
        return NO_ADDRESS
    standing = dossier.standing
    for_good = standing is not None and standing.outcome in (None, "unsubscribed")
    return standing.stop if standing and for_good else None


def _notes(standing: Standing | None) -> tuple[str, ...]:
    """What is known of before, for whoever approves."""
    if standing is None:
        return ()
    return tuple(note for note in (standing.stop, standing.caution, *standing.remarks) if note)


def _listed(questions: Sequence[Fact]) -> str:
    return " ".join(f"“{question.quote}”" for question in questions[:3])


def _subject(given: str) -> str:
    """The line of an answer to a mail with this subject; "" where there is none that a mail could have."""
    line = " ".join(given.split())
    while line[:3].lower() in ("re:", "aw:", "sv:"):
        line = line[3:].strip()
    return f"Re: {line}" if line and line.isprintable() and len(line) <= LONGEST_SUBJECT else ""
