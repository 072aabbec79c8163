"""All that is known of a lead so far: what our agents hand each other, so that nothing is done twice."""

from pydantic import BaseModel, ConfigDict, Field

from memory.profile import Icp
from memory.records import Draft, Fact, Lead, LeadStatus, Proof, Qualification, Snapshot, Standing
from memory.words import Answer


class Dossier(BaseModel):
    """A lead, and what was found, judged and written for it. Each agent adds its part and keeps the others'."""

    model_config = ConfigDict(frozen=True)

    lead: Lead
    found: bool | None = Field(None, description="Whether pages were read; null: nobody looked yet.")
    why: str | None = Field(None, description="Why there are no pages, or no draft: a sentence.")
    sources: tuple[str, ...] = Field((), description="The addresses of the pages that were read.")
    snapshots: tuple[Snapshot, ...] = Field((), description="The pages: address, time, title, language, hash.")
    doubt: str | None = Field(None, description="Why these may not be the company's own pages.")
    facts: tuple[Fact, ...] = Field((), description="Quotations, best first: snapshot[start:end] is the quote.")
    evidence: tuple[Fact, ...] = Field((), description="Further quotations that the criteria rest on.")
    standing: Standing | None = Field(None, description="What earlier dealings mean for the lead.")
    qualification: Qualification | None = Field(None, description="Status, score, and each criterion's verdict.")
    judged: tuple[str, ...] | None = Field(None, description="The ids of the snapshots that were judged.")

    @property
    def source(self) -> str:
        """Where all this is from: the first page, or the lead's own row."""
        return self.sources[0] if self.sources else f"lead:{self.lead.lead_id}"

    def is_judged_by(self, icp: Icp) -> bool:
        """Whether there is a qualification by this profile's criteria, and of the pages that are at hand."""
        if self.qualification is None or self.judged not in (None, tuple(page.id for page in self.snapshots)):
            return False
        return [result.id for result in self.qualification.criteria] == [one.id for one in icp.criteria]


class Researched(Dossier):
    """A lead, and what the pages of its company say."""


class PageRead(BaseModel):
    """One page of a site. `beginning` is how its text begins."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str
    lang: str
    snapshot_id: str
    characters: int
    beginning: str


class CompanyRead(Dossier):
    """A company, as its site shows it."""

    pages: tuple[PageRead, ...] = ()


class NewsItem(Fact):
    """A quotation, its page, and when it is of: "2026-03", "2026", or "" where only words say that it is new."""

    dated: str
    url: str


class NewsFound(Dossier):
    """A company, and what its pages date, the newest first."""

    news: tuple[NewsItem, ...] = ()


class Qualified(Dossier):
    """A lead held against the profile."""


class Reason(BaseModel):
    """What one criterion says of a lead, and how many of the score's points that is."""

    model_config = ConfigDict(frozen=True)

    id: str
    verdict: Answer
    points: float = Field(description="Of the score, unrounded; 0 unless the verdict is yes.")
    most: float = Field(description="The points of a yes; 0 for a `never`, which decides the status alone.")
    why: str
    quotes: tuple[str, ...] = ()


class Scored(Dossier):
    """A lead, its score from 0 to 100, and its place among those that were scored with it."""

    score: int | None = Field(None, description="Null where the lead could not be judged; `why` says why.")
    rank: int | None = Field(None, description="1 is the best; equal scores share a rank.")
    reasons: tuple[Reason, ...] = ()


class Drafted(Dossier):
    """A lead, and a first mail to it, which nobody has sent."""

    draft: Draft | None = None
    proof: Proof | None = None
    proven: bool = Field(False, description="Whether every word of the draft was found in what it rests on.")
    notes: tuple[str, ...] = Field((), description="What a reader would object to.")
    status: LeadStatus


class Replied(Dossier):
    """A lead, and an answer to a mail of theirs, which nobody has sent.

    The draft's claims cite `questions`: quotations from the mail, which is the snapshot `message_id`, in no store.
    """

    draft: Draft | None = None
    proof: Proof | None = None
    proven: bool = Field(False, description="Whether every word of the draft was found in what it rests on.")
    questions: tuple[Fact, ...] = Field((), description="What they ask: message[start:end] is the quote.")
    unanswered: tuple[str, ...] = Field((), description="Questions that the offer says nothing to, for a person.")
    message: str = Field("", description="The mail that is answered, with line ends of one kind.")
    message_id: str = Field("", description="The first 16 hex digits of its SHA-256.")
    notes: tuple[str, ...] = Field((), description="What whoever approves should know.")
    status: LeadStatus
