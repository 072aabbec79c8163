"""Everything beside the sentences: snapshots, facts, verdicts, claims and hashes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from memory.records import Draft, Fact, Finding, Lead, Qualification, Snapshot, draft_sha256


class Absent(Enum):
    """Why a snapshot's bytes are not at hand."""

    MISSING = "missing"
    OUTSIDE = "outside"  # the named file does not lie in the folder


SnapshotText = bytes | Absent | None  # None: as MISSING


def check_snapshots(snapshots: Sequence[Snapshot], texts: Mapping[str, SnapshotText]) -> Iterable[Finding]:
    """The files are there, inside the folder, unchanged and readable."""
    seen: dict[str, str] = {}
    for snapshot in snapshots:
        if seen.setdefault(snapshot.id, snapshot.sha256) != snapshot.sha256:
            yield of("snapshot", "malformed", f"Two snapshots have the id {snapshot.id}.")
        data = texts.get(snapshot.id)
        if data is Absent.OUTSIDE:
            yield of(
                "snapshot", "snapshot_outside", f"The file {snapshot.file!r} lies outside the results' folder."
            )
        elif data is None or isinstance(data, Absent):
            yield of("snapshot", "snapshot_missing", f"The file {snapshot.file!r} is not there.")
        elif hashlib.sha256(data).hexdigest() != snapshot.sha256:
            yield of("snapshot", "hash_wrong", f"The bytes of {snapshot.file!r} are not those that were saved.")
        elif decoded(data) is None:
            yield of("snapshot", "malformed", f"The bytes of {snapshot.file!r} are not UTF-8.")


def of(where: str, code: str, message: str, start: int = 0, end: int = 0) -> Finding:
    """A finding."""
    return Finding.model_validate({"where": where, "start": start, "end": end, "code": code, "message": message})


def decoded(data: SnapshotText) -> str | None:
    """The text of a snapshot; None where there is none."""
    if not isinstance(data, bytes):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def check_facts(
    facts: Sequence[Fact], snapshots: Sequence[Snapshot], texts: Mapping[str, SnapshotText]
) -> Iterable[Finding]:
    """Ids are unique, and each quotation stands where its fact says."""
    known = {snapshot.id for snapshot in snapshots}
    pages = {id_: decoded(texts.get(id_)) for id_ in known}
    seen: set[str] = set()
    for fact in facts:
        if fact.id in seen:
            yield at_fact(fact, "fact_repeated", f"Two facts have the id {fact.id}.")
        seen.add(fact.id)
        if not fact.quote.strip():
            yield at_fact(fact, "quote_blank", f"The quotation of {fact.id} is blank.")
        if fact.snapshot_id not in known:
            yield at_fact(
                fact, "snapshot_missing", f"{fact.id} names the snapshot {fact.snapshot_id!r}, which is not listed."
            )
        elif (text := pages[fact.snapshot_id]) is not None and not exact(fact, text):
            yield at_fact(
                fact,
                "quote_not_exact",
                f"The page does not have the quotation of {fact.id} at {fact.start}-{fact.end}.",
            )


def exact(fact: Fact, text: str) -> bool:
    return 0 <= fact.start <= fact.end <= len(text) and text[fact.start : fact.end] == fact.quote


def at_fact(fact: Fact, code: str, message: str) -> Finding:
    return of("fact", code, message, max(0, fact.start), max(0, fact.end))


def check_verdicts(qualification: Qualification | None, facts: Sequence[Fact]) -> Iterable[Finding]:
    """A yes or no to a question cites facts that exist."""
    known = {fact.id for fact in facts}
    for criterion in qualification.criteria if qualification else ():
        if criterion.basis == "question" and criterion.verdict != "unknown" and not criterion.fact_ids:
            why = f'"{criterion.verdict}" to {criterion.id} cites no fact.'
            yield of("verdict", "verdict_without_quote", why)
        for unknown in sorted(set(criterion.fact_ids) - known):
            yield of("verdict", "fact_unknown", f"{criterion.id} cites {unknown}, which does not exist.")


def check_draft(lead: Lead, qualification: Qualification | None, draft: Draft) -> Iterable[Finding]:
    """The hash is that of what will be sent, and the lead may be written to."""
    if draft.sha256 != draft_sha256(lead.email, draft.subject, draft.body):
        yield of("draft", "draft_hash_wrong", "The draft's hash is not that of its recipient, subject and body.")
    if qualification is None or qualification.status not in ("qualified", "review"):
        status = qualification.status if qualification else "not judged"
        yield of("draft", "draft_for_unqualified", f"There is a draft, though the lead is {status}.")


def check_claims(draft: Draft, facts: Sequence[Fact]) -> Iterable[Finding]:
    """Claims lie in the body and cite facts that exist."""
    known = {fact.id for fact in facts}
    for claim in draft.claims:
        where = max(0, claim.start), max(0, claim.end)
        if not 0 <= claim.start < claim.end <= len(draft.body):
            why = f"A claim at {claim.start}-{claim.end} lies outside the body of {len(draft.body)} characters."
            yield of("claim", "claim_outside", why, *where)
        for unknown in sorted(set(claim.fact_ids) - known):
            yield of("claim", "fact_unknown", f"A claim cites {unknown}, which does not exist.", *where)
        if claim.source == "fact" and not claim.fact_ids:
            yield of("claim", "fact_unknown", "A claim of source fact cites no fact.", *where)
