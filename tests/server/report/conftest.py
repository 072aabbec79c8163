"""Material for the report: an output folder as a run leaves it, from the leads told in `leads.toml`."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memory.records import Draft, Lead, Result
from server.report import write_report

HERE = Path(__file__).parent
READ_AT = datetime(2025, 11, 20, 14, 5, tzinfo=UTC)
WRITTEN_AT = datetime(2025, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def results() -> list[Result]:
    """Ten leads, one for each way in which a lead can end."""
    return [_result_of(told) for told in _told_leads()]


@pytest.fixture(scope="session")
def write_folder() -> Callable[[Path, Iterable[Result]], Path]:
    """Makes an output folder that holds the given results."""
    return _write_folder


@pytest.fixture
def qualified(results: list[Result]) -> Callable[..., Result]:
    """The first of the results, with the given fields changed."""

    def changed(**changes: object) -> Result:
        return results[0].model_copy(update=changes)

    return changed


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, results: list[Result]) -> Path:
    """The report on all ten."""
    folder = _write_folder(tmp_path_factory.mktemp("demo") / "out", results)
    return write_report(folder, clock=lambda: WRITTEN_AT)


def _write_folder(folder: Path, results: Iterable[Result]) -> Path:
    """An output folder with `results`, as a run leaves it; the pages are those of `leads.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "snapshots").mkdir(exist_ok=True)
    for name in ("icp", "offer"):
        (folder / f"{name}.toml").write_bytes((HERE / f"{name}.toml").read_bytes())
    for told in _told_leads():
        for page in told.get("pages", []):
            text = page["text"].strip().encode()
            (folder / f"snapshots/{hashlib.sha256(text).hexdigest()}.txt").write_bytes(text)
    with (folder / "runs.jsonl").open("w") as file:
        file.writelines(result.model_dump_json() + "\n" for result in results)
    return folder


def _told_leads() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = tomllib.loads((HERE / "leads.toml").read_text())["leads"]
    return told


def _result_of(told: dict[str, Any]) -> Result:
    """A result whose offsets are worked out from the words that `told` names."""
    texts = {page["id"]: page["text"].strip() for page in told.get("pages", [])}
    hashes = {page: hashlib.sha256(text.encode()).hexdigest() for page, text in texts.items()}
    draft = _draft(told) if "body" in told else None
    found = {"status": told.get("verdict"), "score": told.get("score"), "criteria": _criteria(told)}
    return Result.model_validate(
        {
            "run_id": "r1",
            "engine": "offline",
            "lead": told["row"],
            "snapshots": [
                {**page, "id": hashes[page["id"]][:16], "fetched_at": READ_AT, "sha256": hashes[page["id"]],
                 "file": f"snapshots/{hashes[page['id']]}.txt"}
                for page in told.get("pages", [])
            ],
            "facts": [
                {**fact, "snapshot_id": hashes[fact["page"]][:16], **_span(texts[fact["page"]], fact["quote"])}
                for fact in told.get("facts", [])
            ],
            "qualification": found if "verdict" in told else None,
            "draft": draft,
            "proof": _proof(told) if draft else None,
            "status": told["status"],
            "cost": {"seconds": 0.4, "pages": 3},
            "error": told.get("error"),
        }
    )  # fmt: skip


def _draft(told: dict[str, Any]) -> Draft:
    body, email = told["body"].strip(), Lead.model_validate(told["row"]).email
    made = Draft.make(email=email, subject=told["subject"], body=body)
    claims = [
        {"fact_ids": claim.get("facts", []), "source": claim.get("source", "fact"), **_span(body, claim["said"])}
        for claim in told["claims"]
    ]
    return Draft.model_validate({**made.model_dump(), "claims": claims})


def _criteria(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**criterion, "fact_ids": criterion.get("facts", [])} for criterion in told.get("criteria", [])]


def _proof(told: dict[str, Any]) -> dict[str, Any]:
    findings = [{**f, **_span(told[f["where"]].strip(), f["said"])} for f in told.get("findings", [])]
    return {"passed": not findings, "findings": findings}


def _span(text: str, words: str) -> dict[str, int]:
    start = text.index(words)
    return {"start": start, "end": start + len(words)}
