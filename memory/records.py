"""Everything that outlives a step of a run. A stored field is defined here and nowhere else.

All offsets count Unicode code points, and `end` is exclusive. The shapes are those of
`docs/formats.md`; the checkpoint allowlist is derived from this module.
"""

import hashlib
import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from memory.interaction_texts import Account, Moment, Name, Person, SourceId, Text
from memory.profile import Icp, Offer
from memory.words import About, Answer, Kind, Outcome

__all__ = [
    "Approval", "Claim", "Context", "Cost", "CriterionResult", "Draft", "Fact", "Finding", "Icp", "Interaction",
    "JobCheckpoint", "Lead", "Offer", "Proof", "Qualification", "Quote", "Result", "Snapshot", "Standing",
    "draft_sha256", "lead_id_of",
]  # fmt: skip

LeadStatus = Literal["skipped", "drafted", "awaiting_approval", "approved", "sent", "failed"]


class Record(BaseModel):
    """Frozen; unknown keys are ignored, so that a newer file can be read by an older program."""

    model_config = ConfigDict(frozen=True)


def lead_id_of(email: str) -> str:
    """The lead's id: 16 hex digits that depend on the address alone, without case and `+tag`."""
    local, _, domain = email.strip().lower().rpartition("@")
    return hashlib.sha256(f"{local.partition('+')[0]}@{domain}".encode()).hexdigest()[:16]


class Lead(Record):
    """A person at a company, as imported. A blank text field is "", an unknown number None.

    `extra` holds the file's unrecognised columns by their snake_case names.
    """

    lead_id: str = ""
    email: str
    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    company: str = ""
    title: str = ""
    website: str = ""
    linkedin_url: str = ""
    industry: str = ""
    employees: int | None = None
    location: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    timezone: str = ""
    language: str = ""
    note: str = ""
    extra: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _with_id(cls, data: Any) -> Any:
        """A lead given by hand (Studio, a notebook) needs no id."""
        if isinstance(data, dict) and not data.get("lead_id") and isinstance(data.get("email"), str):
            return {**data, "lead_id": lead_id_of(data["email"])}
        return data


class Snapshot(Record):
    """A page as it was read. `file` holds the cleaned text, relative to the store's folder."""

    id: str  # the first 16 hex digits of sha256
    url: str
    fetched_at: AwareDatetime
    sha256: str  # of the text's UTF-8 bytes
    file: str  # "snapshots/<sha256>.txt"
    title: str = ""
    lang: str = ""  # "en", "de", "fr", another ISO 639-1 code, or "" when it cannot be told


class Quote(Record):
    """A quotation at its place: `text_of(snapshot_id)[start:end] == quote`."""

    snapshot_id: str
    start: int
    end: int
    quote: str
    about: About = "product"
    score: float | None = None  # the offline engine's points: useful from 0.5, good from 1.5


class Fact(Quote):
    """A quotation that a result keeps, under an id that is unique within the result ("f1")."""

    id: str


class CriterionResult(Record):
    """What one criterion of the profile came to. A yes or no to a question cites facts."""

    id: str
    basis: Literal["rule", "question"]
    verdict: Answer
    fact_ids: tuple[str, ...] = ()
    why: str = ""


class Qualification(Record):
    """Whether the lead fits the profile; `score` is 0 to 100."""

    status: Literal["qualified", "not_qualified", "review"]
    score: int
    criteria: tuple[CriterionResult, ...] = ()
    at: AwareDatetime | None = None
    doubt: str | None = None  # why a person should look first, beside the criteria


class Claim(Record):
    """A span of the draft's body and what carries it."""

    start: int
    end: int
    fact_ids: tuple[str, ...] = ()
    source: Literal["fact", "lead", "offer"] = "fact"


class Draft(Record):
    """An email before its legal footer. The signature is part of `body`."""

    subject: str
    body: str
    sha256: str
    claims: tuple[Claim, ...] = ()
    writer: str = ""  # "offline": by rules, where the result's engine is a model whose words were not proven

    @classmethod
    def make(cls, *, email: str, subject: str, body: str, claims: tuple[Claim, ...] = ()) -> Self:
        """A draft with its hash."""
        return cls(subject=subject, body=body, sha256=draft_sha256(email, subject, body), claims=claims)

    @property
    def cited(self) -> frozenset[str]:
        """The ids of the facts that it rests on."""
        return frozenset(fact_id for claim in self.claims for fact_id in claim.fact_ids)


def draft_sha256(email: str, subject: str, body: str) -> str:
    """What an approval binds to: the hash of the JSON array `[email, subject, body]`."""
    array = json.dumps([email, subject, body], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(array.encode("utf-8", "surrogatepass")).hexdigest()


class Finding(Record):
    """One thing that the proof check could not settle; `start` and `end` count in `where`."""

    where: Literal["body", "subject", "fact", "claim", "snapshot", "verdict", "draft"]
    start: int = 0
    end: int = 0
    code: str
    message: str


class Proof(Record):
    """The outcome of the proof check: passed exactly when there are no findings."""

    passed: bool
    findings: tuple[Finding, ...] = ()


class Approval(Record):
    """A person's yes, bound to every word that will be sent."""

    draft_sha256: str
    footer_sha256: str
    message_id: str  # made here and never again
    approved_at: AwareDatetime


class Interaction(Record):
    """Something that happened with a person at a company, kept for good.

    `account` is the company's registrable domain, `person` the address without case and `+tag`. What decides
    whether somebody is written to is read from `outcome` and `due`, and never guessed from `text`.
    """

    version: Literal[1] = 1
    id: SourceId
    account: Account
    company: Name = ""
    person: Person
    person_name: Name = ""
    kind: Kind
    campaign: Name = ""
    at: Moment
    lang: Name = ""  # "en", "de", "fr", another ISO 639-1 code, or ""
    text: Text
    outcome: Outcome | None = None
    due: date | None = None  # until when to wait, or by when something was promised
    quotations: tuple[Text, ...] = ()  # the quotations that a mail of ours rested on


class Standing(Record):
    """What earlier dealings with a person and their company mean for a lead; each a sentence for people."""

    stop: str | None = None  # why the person is not written to
    outcome: Outcome | None = None  # the field that says so
    wait_until: date | None = None  # from which day on they may be
    caution: str | None = None  # why a person must look first
    remarks: tuple[str, ...] = ()  # what else whoever approves should know; never for the reader


class Cost(Record):
    """What one lead took."""

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    pages: int = 0


class Result(Record):
    """One lead's result: a line of `runs.jsonl`."""

    version: Literal[1] = 1
    run_id: str
    engine: str
    lead: Lead
    snapshots: tuple[Snapshot, ...] = ()
    facts: tuple[Fact, ...] = ()
    qualification: Qualification | None = None
    draft: Draft | None = None
    proof: Proof | None = None
    status: LeadStatus
    cost: Cost = Cost()
    error: str | None = None
    standing: Standing | None = None


def _to_the_microsecond(at: AwareDatetime) -> str:
    """In one width, so that texts of times in one zone sort as the times do."""
    return at.isoformat(timespec="microseconds")


Instant = Annotated[
    AwareDatetime,
    PlainSerializer(_to_the_microsecond, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Context(Record):
    """What a job keeps between its steps, at one of its versions. `error` is what went wrong with it, or None."""

    job_id: str
    job_type: str
    context_data: dict[str, JsonValue]
    created_at: Instant
    updated_at: Instant
    version: int  # from 1
    error: JsonValue = None


class JobCheckpoint(Record):
    """A job's data as it was put aside at a time that no other checkpoint of the job has."""

    job_id: str
    timestamp: Instant
    context_data: dict[str, JsonValue]
