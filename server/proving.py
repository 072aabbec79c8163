"""One line of a results file, proven: what `zigral prove` says of it."""

import json
from dataclasses import dataclass
from pathlib import Path

from memory.profile import Offer
from memory.records import Finding, Lead, Proof, Result
from memory.snapshots import Snapshots
from tools.lead_file import read_leads
from tools.proof import prove, snapshot_texts


@dataclass(frozen=True)
class Verdict:
    """The proof of one line; `name` is for a person."""

    lead_id: str
    name: str
    proof: Proof

    def document(self) -> dict[str, object]:
        """The object that `--json` prints."""
        findings = [finding.model_dump() for finding in self.proof.findings]
        return {"lead_id": self.lead_id, "passed": self.proof.passed, "findings": findings}


@dataclass(frozen=True)
class Rows:
    """The rows of a lead file by address, and the first row of each company; None: there is no file."""

    by_id: dict[str, Lead] | None = None
    by_company: dict[str, Lead] | None = None

    @classmethod
    def of(cls, path: Path | None) -> "Rows":
        """Read `path`; `Invalid` says in a sentence why it cannot be read."""
        if path is None:
            return cls()
        leads = [row.lead for row in read_leads(path).rows() if row.lead is not None]
        companies: dict[str, Lead] = {}
        for lead in leads:
            companies.setdefault(lead.company.casefold(), lead)
        return cls({lead.lead_id: lead for lead in leads}, companies)

    def believed(self, lead: Lead) -> Lead:
        """The file's row for this lead: the same address, else the same company, else none of its fields.

        The address stays the result's: the draft's hash binds it.
        """
        if self.by_id is None or self.by_company is None:
            return lead
        row = self.by_id.get(lead.lead_id) or (
            self.by_company.get(lead.company.casefold()) if lead.company else None
        )
        if row is None:
            return Lead(lead_id=lead.lead_id, email=lead.email)
        return row.model_copy(update={"email": lead.email, "lead_id": lead.lead_id})


def prove_line(line: bytes | None, number: int, *, folder: Path, offer: Offer | None, rows: Rows) -> Verdict:
    """Prove one line; one that is no result is a finding and stops nothing."""
    result = _result(line)
    if result is None:
        why = f"Line {number} is no result. Run the lead again, or restore the line."
        finding = Finding(where="draft", code="malformed", message=why)
        return Verdict("", f"line {number}", Proof(passed=False, findings=(finding,)))
    proof = prove(
        lead=rows.believed(result.lead),
        offer=offer,
        snapshots=result.snapshots,
        texts=snapshot_texts(Snapshots(folder), result.snapshots),
        facts=result.facts,
        qualification=result.qualification,
        draft=result.draft,
    )
    return Verdict(result.lead.lead_id, f"{result.lead.email}  {result.lead.company}", proof)


def _result(line: bytes | None) -> Result | None:
    """The result on a line; its stored proof is not read, so that a broken one spoils nothing."""
    if line is None:
        return None
    try:
        document = json.loads(line)
        return Result.model_validate({**document, "proof": None}) if isinstance(document, dict) else None
    except (ValueError, RecursionError):  # no UTF-8, no JSON, no result
        return None
