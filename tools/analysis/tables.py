"""The tables that a question may be about: their columns, and what each holds."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column's DuckDB type, and its meaning for people and models."""

    type: str
    meaning: str = ""


@dataclass(frozen=True)
class Table:
    """A table, what one row of it is, and its columns in order."""

    row: str
    columns: Mapping[str, Column]

    @property
    def types(self) -> dict[str, str]:
        """The columns' types by their names."""
        return {name: column.type for name, column in self.columns.items()}


TEXT, NUMBER, REAL, TIME, TRUTH = "VARCHAR", "BIGINT", "DOUBLE", "TIMESTAMP", "BOOLEAN"

LEADS = Table(
    "one person at a company, as imported; a blank text is NULL",
    {
        "lead_id": Column(TEXT),
        "number": Column(NUMBER, "the order in which the leads came: the highest is the newest"),
        "email": Column(TEXT),
        "first_name": Column(TEXT),
        "last_name": Column(TEXT),
        "full_name": Column(TEXT, "first and last name where the list had no full one"),
        "company": Column(TEXT),
        "title": Column(TEXT, "the job title"),
        "website": Column(TEXT),
        "linkedin_url": Column(TEXT),
        "industry": Column(TEXT),
        "employees": Column(NUMBER, "of the company"),
        "location": Column(TEXT),
        "city": Column(TEXT),
        "country": Column(TEXT, "as the list spells it"),
        "country_code": Column(TEXT, "two small letters, such as de; NULL where it cannot be told"),
        "phone": Column(TEXT),
        "timezone": Column(TEXT),
        "language": Column(TEXT),
        "note": Column(TEXT),
        "extra": Column("JSON", "the list's other columns: extra->>'annual_revenue'"),
    },
)
RESULTS = Table(
    "what one run found of one lead; `latest` marks the last run of each lead",
    {
        "lead_id": Column(TEXT),
        "email": Column(TEXT),
        "company": Column(TEXT),
        "latest": Column(TRUTH, "whether this is the lead's last result: true for one row a lead"),
        "status": Column(TEXT, "skipped, drafted, awaiting_approval, approved, sent or failed"),
        "verdict": Column(TEXT, "qualified, not_qualified or review; NULL where it was not judged"),
        "score": Column(NUMBER, "0 to 100"),
        "why": Column(TEXT, "what speaks against the lead, or why there is no mail"),
        "subject": Column(TEXT, "of the draft; NULL without one"),
        "body": Column(TEXT, "of the draft"),
        "proven": Column(TRUTH, "whether the draft passed the proof check"),
        "facts": Column(NUMBER, "how many quotations were found"),
        "evidence": Column(TEXT, "the first quotations"),
        "error": Column(TEXT),
        "engine": Column(TEXT, "offline, or the model's name"),
        "run": Column(TEXT, "the name of the run's folder"),
        "run_number": Column(NUMBER, "1 is the latest run, 2 the one before"),
        "run_at": Column(TIME, "when the run was last worked on, in UTC"),
        "judged_at": Column(TIME, "in UTC"),
        "input_tokens": Column(NUMBER),
        "output_tokens": Column(NUMBER),
        "usd": Column(REAL, "what the model cost, in US dollars"),
        "seconds": Column(REAL),
        "pages": Column(NUMBER, "pages read"),
    },
)
INTERACTIONS = Table(
    "one thing that happened with a person: a mail, a note, an outcome, a decision; imported or noted",
    {
        "id": Column(TEXT),
        "at": Column(TIME, "in UTC"),
        "kind": Column(TEXT, "mail_sent, mail_received, note, outcome or decision"),
        "outcome": Column(TEXT, "refused, wait, objection, promise, referral, met, bounced, unsubscribed, or NULL"),
        "due": Column("DATE", "until when to wait, or by when something was promised"),
        "lead_id": Column(TEXT, "of the lead with the person's address"),
        "person": Column(TEXT, "the mail address"),
        "person_name": Column(TEXT),
        "company": Column(TEXT),
        "account": Column(TEXT, "the company's domain"),
        "campaign": Column(TEXT),
        "lang": Column(TEXT),
        "text": Column(TEXT),
    },
)
TABLES: Mapping[str, Table] = {"leads": LEADS, "results": RESULTS, "interactions": INTERACTIONS}


def described() -> str:
    """All tables as a model or a person reads them. Nothing of what they hold is in it."""
    return "\n\n".join(f"{name}: {table.row}.\n{_columns(table)}" for name, table in TABLES.items())


def _columns(table: Table) -> str:
    lines = (
        f"- {name} {column.type}{f': {column.meaning}' if column.meaning else ''}"
        for name, column in table.columns.items()
    )
    return "\n".join(lines)
