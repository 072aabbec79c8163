"""What a refresh tells of each lead of which something changed: a line for a person, an object for a program."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Self

from memory.records import Fact, Lead, LeadStatus, Result
from tools.reading_changes import PageChanges

Mail = Literal["kept", "written_again", "written", "withdrawn", "left_alone", "none"]
IN_WORDS: dict[Mail, str] = {
    "kept": "the mail still stands and is kept",
    "written_again": "the mail was written again",
    "written": "a mail was written",
    "withdrawn": "the mail was withdrawn",
    "left_alone": "it was decided on before and is left alone",
    "none": "there is no mail",
}


@dataclass(frozen=True)
class Change:
    """What changed for one lead. `verdict` and `criteria` hold what was and what is, where these differ."""

    lead: Lead
    pages: PageChanges
    quotes_gone: tuple[str, ...]
    mail: Mail
    status: LeadStatus
    verdict: tuple[str, str] | None = None
    criteria: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, before: Result, after: Result | None, pages: PageChanges, gone: tuple[Fact, ...]) -> Self:
        """From the lead's two results; None as the second where it was left alone."""
        quotes = tuple(dict.fromkeys(fact.quote for fact in gone))
        if after is None:
            return cls(before.lead, pages, quotes, "left_alone", before.status)
        return cls(
            lead=after.lead,
            pages=pages,
            quotes_gone=quotes,
            mail=_mail(before, after),
            status=after.status,
            verdict=_differing(_verdict(before), _verdict(after)),
            criteria=tuple(_criteria(before, after)),
        )

    def as_json(self) -> dict[str, object]:
        """For a program; see docs/formats.md."""
        return {
            "lead_id": self.lead.lead_id,
            "email": self.lead.email,
            "company": self.lead.company,
            "pages": {name: list(getattr(self.pages, name)) for name in ("new", "changed", "gone", "unread")},
            "quotes_gone": list(self.quotes_gone),
            "verdict": self.verdict and dict(zip(("before", "now"), self.verdict, strict=True)),
            "criteria": [dict(zip(("id", "before", "now"), row, strict=True)) for row in self.criteria],
            "mail": self.mail,
            "status": self.status,
        }

    def in_words(self) -> str:
        """One line for a person."""
        counts = [(name, len(getattr(self.pages, name))) for name in ("changed", "new", "gone", "unread")]
        pages = ", ".join(f"{number} {name}" for name, number in counts if number)
        parts = [f"pages: {pages}"]
        if self.quotes_gone:
            number = len(self.quotes_gone)
            parts.append(f"{number} quotation{'s' if number > 1 else ''} no longer there")
        if self.verdict:
            parts.append(" -> ".join(self.verdict))
        parts += [f"{name} {before} -> {now}" for name, before, now in self.criteria[:3]]
        return f"{named(self.lead)}: {'; '.join([*parts, IN_WORDS[self.mail]])}."


@dataclass
class Refreshed:
    """What a refresh came to."""

    unchanged: int = 0
    changes: list[Change] = field(default_factory=list)
    unread: list[tuple[Lead, str]] = field(default_factory=list)
    stopped: str | None = None  # why the engine ended it before all leads had their turn

    def add(self, change: Change | None) -> None:
        """Keep what changed for a lead, or that nothing did."""
        if change:
            self.changes.append(change)
        else:
            self.unchanged += 1

    def not_read(self, lead: Lead, why: str) -> None:
        """Keep why a lead is as it was: its site, or what followed from it, failed."""
        self.unread.append((lead, why))

    def as_json(self) -> dict[str, object]:
        """For a program."""
        return {
            "unchanged": self.unchanged,
            "changed": [change.as_json() for change in self.changes],
            "not_read": [{"lead_id": lead.lead_id, "email": lead.email, "why": why} for lead, why in self.unread],
        }

    def lines(self) -> Iterator[str]:
        """For a person: a line a lead, and the count of those of which there is nothing to say."""
        yield from (change.in_words() for change in self.changes)
        yield from (f"{named(lead)}: stays as it was. {why}" for lead, why in self.unread)
        yield f"{self.unchanged} read again, unchanged."


def named(lead: Lead) -> str:
    """How a line calls a lead."""
    return f"{lead.company} ({lead.email})" if lead.company else lead.email


def _mail(before: Result, after: Result) -> Mail:
    if after.draft is None:
        return "none" if before.draft is None else "withdrawn"
    if before.draft is None:
        return "written"
    return "kept" if before.draft.sha256 == after.draft.sha256 else "written_again"


def _verdict(result: Result) -> str:
    return result.qualification.status if result.qualification else "unknown"


def _differing(before: str, now: str) -> tuple[str, str] | None:
    return None if before == now else (before, now)


def _criteria(before: Result, after: Result) -> Iterator[tuple[str, str, str]]:
    old = {one.id: one.verdict for one in before.qualification.criteria} if before.qualification else {}
    for one in after.qualification.criteria if after.qualification else ():
        if one.id in old and old[one.id] != one.verdict:
            yield one.id, old[one.id], one.verdict
