"""The numbered cards of the report: what each statement rests on, and where that stands."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from memory.errors import Malformed, NotFound
from memory.profile import Offer
from memory.records import Claim, Fact, Lead, Result, Snapshot
from memory.snapshots import Snapshots

CONTEXT = 180  # characters of the page on each side of a quotation
LINES = 3  # and no more lines than that: a menu has one word in each
PAGES_HELD = 8  # leads at one company follow each other and share its pages
ROW = ("full_name", "title", "company", "industry", "employees", "location", "city", "country")
BLANK_LINES = re.compile(r"\s*\n\s*")
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Surroundings:
    """A quotation's page just before and after it; `trouble` says why they cannot be shown."""

    before: str = ""
    after: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Card:
    """One piece of evidence: a quotation in its page, or the row or offer that a claim rests on."""

    number: int
    source: Literal["fact", "lead", "offer"]
    quote: str = ""
    around: Surroundings = Surroundings()
    snapshot: Snapshot | None = None
    fields: tuple[tuple[str, str], ...] = ()  # of the lead's row
    link: str = ""  # where an offer's statement has its source


@dataclass
class Pages:
    """The saved pages of one output folder, while one report is written."""

    folder: Path
    _held: dict[str, tuple[str, str]] = field(default_factory=dict)

    def around(self, fact: Fact, snapshot: Snapshot | None) -> Surroundings:
        """What stands around `fact` in its page. A page that is gone or was changed stops nothing."""
        if snapshot is None:
            return Surroundings(trouble="The result does not say which page this is from.")
        text, trouble = self._text(snapshot)
        if trouble:
            return Surroundings(trouble=trouble)
        if not 0 <= fact.start <= fact.end or text[fact.start : fact.end] != fact.quote:
            return Surroundings(trouble="The saved page does not have these words at their place.")
        return Surroundings(_until(text, fact.start), _from(text, fact.end))

    def _text(self, snapshot: Snapshot) -> tuple[str, str]:
        key = f"{snapshot.file} {snapshot.sha256}"
        if key not in self._held:
            if len(self._held) >= PAGES_HELD:
                self._held.pop(next(iter(self._held)))
            self._held[key] = self._read(snapshot)
        return self._held[key]

    def _read(self, snapshot: Snapshot) -> tuple[str, str]:
        try:
            data = Snapshots(self.folder).read_bytes(snapshot.file)
        except (NotFound, ValueError):  # ValueError: a NUL in the file's name
            return "", "The saved page is not in this folder, so the quotation stands alone."
        except Malformed:
            return "", "The saved page lies outside this folder and was not opened."
        if hashlib.sha256(data).hexdigest() != snapshot.sha256:
            return "", "The saved page was changed after it was read, so the quotation stands alone."
        return data.decode("utf-8", "replace"), ""


def _until(text: str, start: int) -> str:
    """What stands before `start`: a few whole words, and no blank lines."""
    begin = max(0, start - CONTEXT)
    before = text[begin:start]
    if begin:
        before = before.partition(" ")[2] or before
    lines = BLANK_LINES.sub("\n", before).split("\n")
    kept = "\n".join(lines[-LINES:]).lstrip()
    return f"… {kept}" if begin or len(lines) > LINES else kept


def _from(text: str, end: int) -> str:
    """What stands after `end`, likewise."""
    after = text[end : end + CONTEXT]
    more = end + CONTEXT < len(text)
    if more:
        after = after.rpartition(" ")[0] or after
    lines = BLANK_LINES.sub("\n", after).split("\n")
    kept = "\n".join(lines[:LINES]).rstrip()
    return f"{kept} …" if more or len(lines) > LINES else kept


@dataclass
class Evidence:
    """Numbers the cards of one lead in the order in which they are first asked for."""

    result: Result
    pages: Pages
    offer: Offer | None
    cards: dict[str, Card] = field(default_factory=dict)

    def fact(self, fact_id: str) -> Card | None:
        """The card of a fact; None where the result has no such fact."""
        key = f"fact {fact_id}"
        if key in self.cards:
            return self.cards[key]
        if fact := next((fact for fact in self.result.facts if fact.id == fact_id), None):
            snapshot = next((page for page in self.result.snapshots if page.id == fact.snapshot_id), None)
            around = self.pages.around(fact, snapshot)
            self.cards[key] = Card(len(self.cards) + 1, "fact", fact.quote, around, snapshot)
        return self.cards.get(key)

    def claim(self, claim: Claim, said: str) -> tuple[Card, ...]:
        """The cards of a claim whose words in the email are `said`."""
        found = [card for fact_id in claim.fact_ids if (card := self.fact(fact_id))]
        if claim.source == "lead":
            found.append(self._row(said))
        if claim.source == "offer":
            found.append(self._statement(said))
        return tuple(found)

    def _row(self, said: str) -> Card:
        fields = tuple(_fields_said(self.result.lead, said)) or tuple(_fields(self.result.lead, ROW))
        return self.cards.setdefault(f"row {fields}", Card(len(self.cards) + 1, "lead", fields=fields))

    def _statement(self, said: str) -> Card:
        quote, link = _closest(self.offer, said) if self.offer else ("", "")
        return self.cards.setdefault(f"offer {quote}", Card(len(self.cards) + 1, "offer", quote=quote, link=link))


def _fields(lead: Lead, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((name, str(value)) for name in names if (value := getattr(lead, name)) not in {"", None})


def _fields_said(lead: Lead, said: str) -> Iterator[tuple[str, str]]:
    """The fields of the row whose value stands in `said`."""
    values = (*_fields(lead, ("first_name", "last_name", *ROW[1:])), *lead.extra.items())
    text = said.casefold()
    return ((name, value) for name, value in values if _stands_in(value.strip().casefold(), text))


def _stands_in(value: str, text: str) -> bool:
    return bool(value) and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


def _closest(offer: Offer, said: str) -> tuple[str, str]:
    """The text of the offer that shares most words with `said`, where it shares half of them, and its source."""
    words = set(WORD.findall(said.casefold()))

    def shared(one: tuple[str, str]) -> int:
        return len(words & set(WORD.findall(one[0].casefold())))

    best = max(_texts_of(offer), key=shared)
    return best if shared(best) * 2 >= len(words) > 0 else ("", "")


def _texts_of(offer: Offer) -> Iterator[tuple[str, str]]:
    """Each text of the offer, with the source that it names."""
    yield from ((statement.text, statement.source or "") for statement in offer.statements)
    for texts in (offer.call_to_action, offer.what, offer.audience):
        yield from ((text, "") for text in ([texts] if isinstance(texts, str) else texts.values()))
    yield from ((guess.text, "") for guess in offer.guesses)
