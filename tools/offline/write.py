"""The offline writer: a first mail from facts, an offer and reviewed sentences, and from nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.records import Draft
from memory.words import Language
from tools.engine import Brief
from tools.offline.addressee import Addressee, addressee, language_of
from tools.offline.choosing import following, tellings
from tools.offline.frame import ending, greeting
from tools.offline.letter import Piece, body_and_claims
from tools.offline.opening import Scene
from tools.offline.pitch import Pitch, guess_for, pitch_of
from tools.offline.plans import Filler, Parts, best_paragraphs
from tools.offline.subjects import material, subject, topic_of
from tools.offline.telling import Telling
from tools.offline.templates import Choice, Lines, Templates, templates
from tools.offline.trouble import trouble

NEAR = 0.6  # points within which two facts are equally good to open with


@dataclass(frozen=True)
class OfflineWriter:
    """Implements `tools.engine.Write` with templates; the same brief gives the same draft."""

    async def write(self, brief: Brief) -> Draft | None:
        """A draft of 60 to 120 words, or None where no fact is firm enough or the offer has no language."""
        language = language_of(brief.lead, brief.offer, brief.snapshots)
        return _Writing(brief, language).draft() if language else None


class _Writing:
    """One letter in the making: what all its parts need."""

    def __init__(self, brief: Brief, language: Language) -> None:
        self.brief, self.language = brief, language
        self.to: Addressee = addressee(brief.lead)
        self.table: Templates = templates(language)
        self.choice = Choice(brief.lead.email.strip().lower(), brief.round)
        self.without = trouble(brief)

    def draft(self) -> Draft | None:
        told = self._told()
        if not told:
            return None
        paragraphs = best_paragraphs(self._parts(told))
        if paragraphs is None:
            return None
        body, claims = body_and_claims(paragraphs, ending(self.brief.offer, self.table))
        return Draft.make(email=self.brief.lead.email, subject=self._subject(told[0]), body=body, claims=claims)

    def _told(self) -> list[Telling]:
        """The facts to be used, the opening's first."""
        liked = frozenset(guess.about for guess in self.brief.offer.guesses_in(self.language))
        facts = tuple(fact for fact in self.brief.facts if fact.id not in self.without.facts)
        found = tellings(facts, self.brief.snapshots, self.to, self.language, liked)
        if not found:
            return []
        near = [telling for telling in found if telling.points >= found[0].points - NEAR]
        first = self.choice.of(near[:3], "fact")
        its_kind_first = sorted(found, key=lambda telling: telling.fact.about != first.fact.about)
        return [first, *following(its_kind_first, first)]

    def _parts(self, told: Sequence[Telling]) -> Parts:
        pitch = pitch_of(self.brief.offer, self.language, self.table, self.choice, self.without)
        facts = self._facts(told)
        return Parts(
            greeting=greeting(self.to, self.table, self.brief.offer.tone),
            facts=facts,
            guesses=tuple(self._guess(told[: number + 1]) for number in range(len(facts))),
            lead_in=Piece(self.choice.unlike(facts[0].text, self.table.lead_in, "lead_in")),
            bridge=Piece(self.choice.unlike(facts[0].text, self.table.bridge, "bridge")),
            statements=pitch.statements,
            fillers=self._fillers(pitch),
            question=pitch.question,
            may_hand_off=self._may_hand_off(),
        )

    def _fillers(self, pitch: Pitch) -> dict[Filler, Piece]:
        """What may be added to a letter that has too few words."""
        of_offer: dict[Filler, Piece | None] = {"what": pitch.what, "audience": pitch.audience}
        lines: dict[Filler, Lines] = {
            "show": self.table.show,
            "hand_off": self.table.hand_off,
            "no_pressure": self.table.no_pressure,
        }
        fillers = {name: Piece(self.choice.of(options, name)) for name, options in lines.items()}
        return fillers | {name: piece for name, piece in of_offer.items() if piece}

    def _facts(self, told: Sequence[Telling]) -> tuple[Piece, ...]:
        snapshots = {snapshot.id: snapshot for snapshot in self.brief.snapshots}
        quotes = tuple(fact.quote for fact in self.brief.facts)
        scene = Scene(self.to, self.table, self.choice, snapshots, quotes)
        later = replace(scene, choice=replace(self.choice, round=self.choice.round + 1))
        pieces = [scene.opening(told[0])]
        for telling, before, by in zip(told[1:3], told, (scene, later), strict=False):
            pieces.append(by.following(telling, before, "\n".join(piece.text[:40] for piece in pieces)))
        return tuple(pieces)

    def _guess(self, told: Sequence[Telling]) -> Piece | None:
        """A guess for the opening's kind, where all that stands before it is of that kind and none is history."""
        abouts = {telling.fact.about for telling in told}
        if len(abouts) > 1 or any(telling.is_history for telling in told):
            return None
        return guess_for(told[0].fact.about, self.brief.offer, self.language, self.choice, self.without)

    def _may_hand_off(self) -> bool:
        """Whether the mail goes to a role, or to somebody whose title is of another department."""
        title = re.findall(r"\w+", self.brief.lead.title.lower())
        spoken = " ".join(title)
        listed = self.table.colleague.titles
        return not self.to.first or any(re.search(rf"\b{re.escape(entry)}\b", spoken) for entry in listed)

    def _subject(self, first: Telling) -> str:
        topic = topic_of(first.fact.quote, self.table) if first.language == self.language else ""
        given = material(self.brief.offer, self.language, self.to, topic)
        return subject(given, self.table, self.choice, plain=self.without.subject)
