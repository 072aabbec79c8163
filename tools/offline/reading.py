"""A draft as its recipient meets it: greeting, letter, quotations, what stands after the question."""

import re
from dataclasses import dataclass
from functools import cached_property

from memory.records import Draft
from memory.words import Language
from tools.engine import Brief
from tools.offline.addressee import Addressee, addressee, language_of

MOST_CHARS = 20_000  # of a body; what is longer is no first mail, and is not read further

_QUOTATION = re.compile(r"„([^“”„]*)[“”]|“([^”“]*)”|«\s*([^»]*?)\s*»|(?<!\w)\"([^\"\n]{3,}?)\"(?!\w)")
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon)|guten tag|hallo|liebe[r]?|sehr geehrte[r]?|bonjour"
    r"|cher|chère|salut|madame|monsieur)\b",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"\s*(?:best|kind|warm|many thanks|thanks|regards|sincerely|yours|cheers"
    r"|viele grüße|herzliche grüße|mit freundlichen|beste grüße|freundliche grüße"
    r"|bien à vous|bien cordialement|cordialement|salutations)\b.{0,30}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[”“»\"]?\s+|\n+")


@dataclass(frozen=True)
class Reading:
    """One draft and what it was written from."""

    draft: Draft
    brief: Brief

    @cached_property
    def to(self) -> Addressee:
        return addressee(self.brief.lead)

    @cached_property
    def language(self) -> Language:
        """The language it should be in."""
        brief = self.brief
        return language_of(brief.lead, brief.offer, brief.snapshots) or brief.offer.language

    @cached_property
    def body(self) -> str:
        return self.draft.body[:MOST_CHARS]

    @cached_property
    def greeting(self) -> str:
        """The first line, where it greets; "" otherwise."""
        first = self.body.strip().partition("\n")[0].strip()
        is_greeting = len(first.split()) <= 8 and (first.endswith((",", "!", ":")) or bool(_GREETING.match(first)))
        return first if is_greeting else ""

    @cached_property
    def letter(self) -> str:
        """From greeting to question; where nothing is asked, to the sign-off."""
        if "?" in self.body:
            return self.body[: self.body.rindex("?") + 1]
        lines = self.body.split("\n")
        end = next((i for i, line in enumerate(lines) if i and self._ends_letter(line)), len(lines))
        return "\n".join(lines[:end])

    @cached_property
    def after(self) -> str:
        """What stands after the letter: sign-off and signature, in a good one."""
        return self.body[len(self.letter) :]

    @cached_property
    def quotations(self) -> tuple[str, ...]:
        """What stands in quotation marks, from three words on."""
        found = ("".join(filter(None, match.groups())) for match in _QUOTATION.finditer(self.letter))
        return tuple(quotation for quotation in found if len(quotation.split()) >= 3)

    @cached_property
    def own_words(self) -> str:
        """The letter without what it quotes, and without its greeting."""
        return _QUOTATION.sub(" … ", self.letter.removeprefix(self.greeting))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The letter's sentences, without the greeting."""
        found = (piece.strip() for piece in _SENTENCE_END.split(self.letter.strip().removeprefix(self.greeting)))
        return tuple(piece for piece in found if piece)

    @cached_property
    def given(self) -> str:
        """All that the sender and the row said, whose words are not ours to judge."""
        offer, lead = self.brief.offer, self.brief.lead
        statements = " ".join(statement.text for statement in offer.statements)
        guesses = " ".join(guess.text for guess in offer.guesses)
        return f"{statements} {guesses} {offer.call_to_action} {offer.what} {offer.sender.company} {lead.company}"

    def _ends_letter(self, line: str) -> bool:
        return bool(_SIGN_OFF.fullmatch(line)) or line.strip() == self.brief.offer.sender.name
