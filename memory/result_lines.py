"""A line of `runs.jsonl` as a row of what may be asked about: the mails and pages themselves left out."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from memory.records import Cost, LeadStatus
from memory.results import lines_of

MOST_EVIDENCE = 3  # quotations of a row
LONGEST = 1_000  # characters of one text


class ResultRow(BaseModel):
    """One lead in one run."""

    model_config = ConfigDict(frozen=True)

    lead_id: str
    email: str
    company: str = ""
    status: LeadStatus
    verdict: str | None = None  # qualified, not_qualified or review
    score: int | None = None
    why: str = ""  # the criteria that are not a yes, or why there is no mail
    subject: str | None = None  # of the draft
    body: str | None = None
    proven: bool | None = None
    facts: int = 0
    evidence: str = ""  # the first quotations
    error: str | None = None
    engine: str = ""
    run: str  # the folder's name
    run_number: int = 1  # 1 is the latest run
    run_at: AwareDatetime
    judged_at: AwareDatetime | None = None
    cost: Cost = Cost()


class _Named(BaseModel):
    lead_id: str
    email: str
    company: str = ""


class _Criterion(BaseModel):
    id: str
    verdict: str
    why: str = ""


class _Qualification(BaseModel):
    status: str
    score: int
    criteria: tuple[_Criterion, ...] = ()
    at: AwareDatetime | None = None
    doubt: str | None = None


class _Quote(BaseModel):
    quote: str


class _Draft(BaseModel):
    subject: str
    body: str


class _Proof(BaseModel):
    passed: bool


class _Standing(BaseModel):
    stop: str | None = None


class _Line(BaseModel):
    """What is wanted of a line: the rest of it is not even parsed into records."""

    lead: _Named
    engine: str = ""
    status: LeadStatus
    facts: tuple[_Quote, ...] = ()
    qualification: _Qualification | None = None
    draft: _Draft | None = None
    proof: _Proof | None = None
    cost: Cost = Cost()
    error: str | None = None
    standing: _Standing | None = None


def rows_of(path: Path, at: datetime, most: int) -> Iterator[ResultRow]:
    """A row for each lead's last line, in the order in which the leads first appear."""
    last: dict[str, ResultRow] = {}
    for line in lines_of(path):
        try:
            read = _Line.model_validate_json(line)
        except ValidationError:
            continue
        if read.lead.lead_id in last or len(last) < most + 1:
            last[read.lead.lead_id] = _row(read, path.parent.name, at)
    yield from last.values()


def _row(line: _Line, run: str, at: datetime) -> ResultRow:
    verdict, draft = line.qualification, line.draft
    return ResultRow(
        lead_id=line.lead.lead_id,
        email=line.lead.email,
        company=line.lead.company,
        status=line.status,
        verdict=verdict.status if verdict else None,
        score=verdict.score if verdict else None,
        why=_why(line)[:LONGEST],
        subject=draft.subject[:LONGEST] if draft else None,
        body=draft.body[: 2 * LONGEST] if draft else None,
        proven=line.proof.passed if line.proof else None,
        facts=len(line.facts),
        evidence=" | ".join(fact.quote for fact in line.facts[:MOST_EVIDENCE])[:LONGEST],
        error=line.error[:LONGEST] if line.error else None,
        engine=line.engine,
        run=run,
        run_at=at,
        judged_at=verdict.at if verdict else None,
        cost=line.cost,
    )


def _why(line: _Line) -> str:
    """Why the lead stands where it does, in the words of the run."""
    verdict = line.qualification
    against = (
        [f"{one.id}: {one.why or one.verdict}" for one in verdict.criteria if one.verdict != "yes"]
        if verdict
        else []
    )
    stop = line.standing.stop if line.standing else None
    parts = [stop, verdict.doubt if verdict else None, *against]
    return "; ".join(part for part in parts if part)
