"""`zigral prove`, from outside."""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memory.records import Claim, Draft, Fact, Lead, Proof, Qualification, Result, Snapshot
from server.cli import main

QUOTE = "We export to 14 countries."
PAGE = f"Acme makes pumps.\r\n{QUOTE}\n"
SHA256 = hashlib.sha256(PAGE.encode()).hexdigest()
OFFER = """\
what = "planning"
audience = "makers"
call_to_action = "Would 20 minutes be useful?"

[sender]
name = "Marta Rossi"
company = "Zigral Demo"
email = "marta@zigral-demo.example"
postal_address = "1 Example Street, 20121 Milano, Italy"
unsubscribe = "mailto:stop@zigral-demo.example"

[[statements]]
id = "lines"
text = "Our tool was used on 140 production lines."
"""


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Zigral = Callable[..., Answer]


@pytest.fixture
def zigral(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Zigral:
    def run(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["zigral", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        code = stopped.value.code or 0
        return Answer(int(code), *capfd.readouterr())

    return run


def result(body: str = "Hi Ada,\n\nYou export to 14 countries.", **changes: Any) -> Result:
    """A result that passes, unless `body` or `changes` say otherwise."""
    lead = Lead(email="ada@acme.example", first_name="Ada", company="Acme")
    start = PAGE.index(QUOTE)
    snapshot = Snapshot(
        id=SHA256[:16],
        url="https://acme.example/",
        fetched_at=datetime(2026, 1, 5, tzinfo=UTC),
        sha256=SHA256,
        file=f"snapshots/{SHA256}.txt",
    )
    fact = Fact(id="f1", snapshot_id=snapshot.id, start=start, end=start + len(QUOTE), quote=QUOTE)
    claims = (Claim(start=body.index("You"), end=len(body), fact_ids=("f1",)),) if "You" in body else ()
    given: dict[str, Any] = {
        "run_id": "r1",
        "engine": "offline",
        "lead": lead,
        "snapshots": (snapshot,),
        "facts": (fact,),
        "qualification": Qualification(status="qualified", score=80),
        "draft": Draft.make(email=lead.email, subject="A question", body=body, claims=claims),
        "status": "awaiting_approval",
    }
    return Result(**(given | changes))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A run's folder with one snapshot and an offer."""
    folder = tmp_path / "out"
    (folder / "snapshots").mkdir(parents=True)
    (folder / "snapshots" / f"{SHA256}.txt").write_bytes(PAGE.encode())
    (folder / "offer.toml").write_text(OFFER, encoding="utf-8")
    return folder


def written(out: Path, *lines: Result | str) -> Path:
    texts = [line if isinstance(line, str) else line.model_dump_json() for line in lines]
    path = out / "runs.jsonl"
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_results_that_hold_pass_and_exit_with_0(zigral: Zigral, out: Path) -> None:
    answer = zigral("prove", "--result", written(out, result()), "--json")
    assert answer == Answer(0, answer.out, "")
    assert answer.objects == [{"lead_id": result().lead.lead_id, "passed": True, "findings": []}]


def test_a_stored_proof_is_not_believed(zigral: Zigral, out: Path) -> None:
    lie = result("You export to 15 countries.", proof=Proof(passed=True))
    answer = zigral("prove", "--result", written(out, lie), "--json")
    assert answer.code == 1
    [finding] = answer.objects[0]["findings"]
    assert (finding["code"], finding["where"], finding["start"], finding["end"]) == (
        "number_not_in_source", "body", 14, 16,
    )  # fmt: skip


def test_a_line_that_is_no_result_stops_none_of_the_others(zigral: Zigral, out: Path) -> None:
    path = written(out, result(), "{", '{"version": 1}', "[" * 100_000, result())
    answer = zigral("prove", "--result", path, "--json")
    assert answer.code == 1
    assert [item["passed"] for item in answer.objects] == [True, False, False, False, True]
    assert {f["code"] for item in answer.objects for f in item["findings"]} == {"malformed"}


def test_a_broken_stored_proof_spoils_nothing_else(zigral: Zigral, out: Path) -> None:
    document = json.loads(result().model_dump_json()) | {"proof": {"passed": "perhaps", "findings": 7}}
    assert zigral("prove", "--result", written(out, json.dumps(document)), "--json").code == 0


def test_leads_without_a_draft_are_checked_too(zigral: Zigral, out: Path) -> None:
    moved = result().facts[0].model_copy(update={"start": 0})
    answer = zigral("prove", "--result", written(out, result(draft=None, facts=(moved,))), "--json")
    assert [f["code"] for f in answer.objects[0]["findings"]] == ["quote_not_exact"]


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "snapshots/link.txt", "snapshots/\x00"])
def test_a_snapshot_outside_the_folder_is_never_read(zigral: Zigral, out: Path, name: str) -> None:
    (out.parent / "secret.txt").write_bytes(PAGE.encode())
    (out / "snapshots" / "link.txt").symlink_to(out.parent / "secret.txt")
    stray = result().snapshots[0].model_copy(update={"file": name})
    answer = zigral("prove", "--result", written(out, result(snapshots=(stray,))), "--json")
    assert answer.objects[0]["findings"][0]["code"] in ("snapshot_outside", "snapshot_missing")
    assert answer.code == 1


def test_the_offer_of_the_run_is_used_and_another_may_be_named(zigral: Zigral, out: Path) -> None:
    path = written(out, result("Our tool was used on 140 production lines."))
    assert zigral("prove", "--result", path).code == 0
    other = out.parent / "other.toml"
    other.write_text(OFFER.replace("140", "150"), encoding="utf-8")
    assert zigral("prove", "--result", path, "--offer", other).code == 1
    (out / "offer.toml").unlink()
    assert zigral("prove", "--result", path).code == 1


def test_the_rows_of_a_lead_file_are_believed_before_those_of_the_results(zigral: Zigral, out: Path) -> None:
    leads = out.parent / "leads.csv"
    path = written(out, result("Hi Ada,"))
    leads.write_text("Email,First Name,Company\nada@acme.example,Ada,Acme\n", encoding="utf-8")
    assert zigral("prove", "--result", path, "--leads", leads).code == 0
    leads.write_text("Email,First Name,Company\nelse@acme.example,Ada,Acme\n", encoding="utf-8")
    assert zigral("prove", "--result", path, "--leads", leads).code == 0
    leads.write_text("Email,First Name,Company\nada@acme.example,Bea,Acme\n", encoding="utf-8")
    assert zigral("prove", "--result", path, "--leads", leads).code == 1


def test_a_person_reads_a_line_a_lead_and_the_counts_last(zigral: Zigral, out: Path) -> None:
    hostile = result().lead.model_copy(update={"company": "Ac\x1b[2Jme"})
    answer = zigral("prove", "--result", written(out, result(), result("You sell in Oslo.", lead=hostile)))
    assert "\x1b" not in answer.out
    assert answer.out.splitlines()[0].startswith("passed  ada@acme.example")
    assert "name_not_in_source" in answer.out
    assert answer.out.splitlines()[-1] == "2 lines: 1 passed, 1 did not."


def test_a_file_that_cannot_be_read_is_one_sentence_and_2(zigral: Zigral, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.jsonl", tmp_path):
        answer = zigral("prove", "--result", path, "--json")
        assert (answer.code, answer.out) == (2, "")
        assert len(answer.err.splitlines()) == 1


def test_an_empty_file_has_nothing_to_pass(zigral: Zigral, out: Path) -> None:
    path = out / "runs.jsonl"
    path.touch()
    answer = zigral("prove", "--result", path, "--json")
    assert (answer.code, answer.out) == (2, "")


def test_nothing_is_written(zigral: Zigral, out: Path) -> None:
    path = written(out, result())
    before = sorted((p, p.stat().st_mtime_ns) for p in out.rglob("*"))
    zigral("prove", "--result", path, "--json")
    assert sorted((p, p.stat().st_mtime_ns) for p in out.rglob("*")) == before
