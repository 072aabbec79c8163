"""`leads.csv` of a run's folder: a line for each lead, as other tools import it."""

from collections.abc import Iterator
from pathlib import Path

from memory.records import Qualification, Result
from memory.results import Results
from tools.csv_out import Cell, write_csv

HEADER = (
    *("email", "first_name", "last_name", "company", "title", "website", "linkedin_url", "reason", "lead_id"),
    *("qualified_at", "full_name", "status", "score"),
)


def write_leads_csv(path: Path, results: Results) -> None:
    """Write the last result of each lead to `path`."""
    latest = results.latest() if results.path.exists() else iter(())
    write_csv(path, HEADER, _rows(latest), numbers={HEADER.index("score")})


def _rows(results: Iterator[Result]) -> Iterator[tuple[Cell, ...]]:
    for result in results:
        lead, verdict = result.lead, result.qualification
        at = verdict.at.isoformat() if verdict and verdict.at and verdict.status == "qualified" else ""
        yield (
            *(lead.email, lead.first_name, lead.last_name, lead.company, lead.title, lead.website),
            *(lead.linkedin_url, _reason(result), lead.lead_id, at),
            lead.full_name or f"{lead.first_name} {lead.last_name}".strip(),
            verdict.status if verdict else "skipped" if result.status == "skipped" else "failed",
            verdict.score if verdict else None,
        )


def _reason(result: Result) -> str:
    known = (result.standing.stop, result.standing.caution) if result.standing else ()
    verdict = _reasons(result.qualification) if result.qualification else ""
    return result.error or "; ".join(part for part in (*known, verdict) if part)


def _reasons(verdict: Qualification) -> str:
    doubt = (verdict.doubt,) if verdict.doubt else ()
    return "; ".join((*doubt, *_judged(verdict)))


def _judged(verdict: Qualification) -> Iterator[str]:
    return (f"{criterion.id} {criterion.verdict}: {criterion.why}" for criterion in verdict.criteria)
