"""What the records agent hands back."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.json_values import JsonObject
from memory.records import LeadStatus
from memory.result_lines import ResultRow

Done = Literal["added", "updated", "copied", "skipped", "suppressed", "rejected"]


class Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LastResult(Told):
    """What the last run that worked on a lead found."""

    status: LeadStatus
    verdict: str | None = None
    score: int | None = None
    why: str = ""
    subject: str | None = Field(None, description="Of the draft.")
    evidence: str = ""
    error: str | None = None
    run: str = Field(description="The run's folder.")

    @classmethod
    def of(cls, row: ResultRow) -> "LastResult":
        """The part of a row that is shown."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class KnownLead(Told):
    """A lead of the store, and what is known of it; what takes leads takes this too."""

    lead: JsonObject
    result: LastResult | None = None


class ReadOutput(Told):
    """What was read: a lead, a context, notes with what the files say, or whether somebody may be written to."""

    lead: JsonObject | None = None
    result: LastResult | None = None
    context: JsonObject | None = None
    notes: tuple[JsonObject, ...] | None = Field(None, description="text, about and at of each.")
    offer: JsonObject | None = None
    icp: JsonObject | None = None
    never_contact: str | None = None
    suppressed: bool | None = None
    reason: str | None = None


class ListOutput(Told):
    """The leads, or the contexts, that were meant. `more`: there are others beyond the limit."""

    leads: tuple[KnownLead, ...] | None = None
    contexts: tuple[JsonObject, ...] | None = None
    count: int
    more: bool = False


class WrittenLead(Told):
    """What became of one lead."""

    lead_id: str
    email: str
    outcome: Done
    why: str | None = None


class WriteOutput(Told):
    """What was kept and what was taken away."""

    leads: tuple[WrittenLead, ...] = ()
    written: int = Field(0, description="Leads that were added, copied or updated.")
    removed: int = Field(0, description="Leads that were taken out of the store.")
    context: JsonObject | None = None


class NoteOutput(Told):
    """What was noted, and where."""

    text: str = Field(description="What was done, in sentences.")
    interaction: str | None = Field(None, description="The id of the note about a person.")
    remembered: str | None = Field(None, description="What is kept in mind from now on.")
    never_contact: tuple[str, ...] = Field((), description="Who is not written to, nor imported, from now on.")
    forgotten: tuple[str, ...] = ()
